/** Search over the text of messages. */
import type { SearchInput, SearchResult } from "@throughline/core";
import { blobPieces, blobs, parseTextQuery } from "@throughline/core";
import { equal, failureOf, holds, refuses } from "../assertions.ts";
import { TENANT } from "../bench.ts";
import type { Bench } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { append, hide, insert, insertSession, message } from "../records.ts";

export function testSearch(test: Declare): void {
  test("[S1] every acknowledged write is seen at once", async (bench) => {
    await bench.commit(insertSession({ id: "s" }));
    equal(await find(bench, "walrus"), []);
    for (let round = 1; round <= 5; round += 1) {
      const { position } = await bench.commit(append("s", [text(`m${round}`, `a walrus, number${round}`)]));
      const result = await search(bench, "walrus");
      equal(result.position, position);
      equal(
        seqs(result),
        Array.from({ length: round }, (_, index) => `s/${index + 1}`),
      );
      equal(await find(bench, `number${round}`), [`s/${round}`]);
    }
    await bench.commit(append("s", [text("m2", "an octopus")], { exists: "replace" }));
    equal(
      [await find(bench, "walrus"), await find(bench, "octopus")],
      [["s/1", "s/3", "s/4", "s/5"], ["s/2"]],
    );
    await bench.commit({ type: "remove", kind: "messages", key: ["s", 3] });
    equal(await find(bench, "walrus"), ["s/1", "s/4", "s/5"]);
    await bench.commit(hide("s"));
    equal([await find(bench, "walrus"), await find(bench, "octopus")], [[], []]);
    await bench.commit(hide("s", 0));
    equal(await find(bench, "walrus"), ["s/1", "s/4", "s/5"]);
  });

  test("[S1] a refused batch is not found", async (bench) => {
    await bench.commit([insertSession({ id: "s" })]);
    const batch = [append("s", [text("m", "walrus")]), insertSession({ id: "s" })];
    await refuses(bench.commit(batch), "conflict", "exists");
    equal(await find(bench, "walrus"), []);
  });

  test("[S1] what changed is found as it is now, however much was written since", async (bench) => {
    await bench.commit(insertSession({ id: "s" }));
    for (let batch = 0; batch < 5; batch += 1) {
      const added = Array.from({ length: 100 }, (_, index) =>
        text(`m${batch * 100 + index}`, `word${index} common`),
      );
      await bench.commit(append("s", added));
    }
    await bench.commit(
      append("s", [text("m7", "rare instead"), text("m499", "rare as well")], { exists: "replace" }),
    );
    equal(await find(bench, "rare"), ["s/500", "s/8"]);
    equal(await find(bench, "word7"), ["s/108", "s/208", "s/308", "s/408"]);
    equal((await search(bench, "common", { limit: 1_000 })).hits.length, 498);
  });

  test("[S2] all words are needed, in any order, whatever their case", async (bench) => {
    await write(bench, ["The quick brown fox", "QUICK foxes", "the fox was quick", "Déjà vu, naïve café"]);
    equal(await find(bench, "fox quick"), ["s/1", "s/3"]);
    equal(await find(bench, "Quick"), ["s/1", "s/2", "s/3"]);
    equal(await find(bench, "deja NAIVE cafe"), ["s/4"]);
    equal(await find(bench, "none"), []);
  });

  test("[S2] phrases stand in sequence, prefixes go on, excluded words are not there", async (bench) => {
    await write(bench, [
      "red green blue",
      "green red blue",
      "authentication failed",
      "author unknown",
      "green, blue",
    ]);
    equal(await find(bench, '"green blue"'), ["s/1", "s/5"]);
    equal(await find(bench, "auth*"), ["s/3", "s/4"]);
    equal(await find(bench, "auth"), []);
    equal(await find(bench, '"red gr"*'), ["s/1"]);
    equal(await find(bench, "blue -red"), ["s/5"]);
    equal(await find(bench, 'blue -"red green"'), ["s/2", "s/5"]);
  });

  test("[S3] identifiers are found whole and by their words", async (bench) => {
    await write(bench, [
      "call getUserById(7)",
      "get_user_by_id",
      "in src/auth/login.ts line 3",
      "get the user",
    ]);
    equal(await find(bench, "getUserById"), ["s/1", "s/2"]);
    equal(await find(bench, "user"), ["s/1", "s/2", "s/4"]);
    equal(await find(bench, "src/auth/login.ts"), ["s/3"]);
    equal(await find(bench, "login"), ["s/3"]);
  });

  test("[S3] scripts without spaces are found by any run of their characters", async (bench) => {
    await write(bench, ["東京都に住んでいます", "京都へ行く", "한국어 문서", "東 京"]);
    equal(await find(bench, "東京"), ["s/1"]);
    equal(await find(bench, "京都"), ["s/1", "s/2"]);
    equal(await find(bench, "都"), ["s/1", "s/2"]);
    equal(await find(bench, "한국어"), ["s/3"]);
  });

  test("[S4] every part of a message that holds text is searched", async (bench) => {
    await bench.commit(insertSession({ id: "s" }));
    const parts = [
      { type: "text", text: "walrus0" },
      { type: "reasoning", text: "walrus1" },
      { type: "tool-call", tool_call_id: "walrus8", tool_name: "walrus2", input: { a: ["walrus3"] } },
      { type: "tool-result", tool_call_id: "c", output: { b: { c: "walrus4" } } },
      { type: "file", media_type: "text/plain", filename: "walrus5.txt" },
      { type: "source", title: "walrus6", url: "https://example.com/walrus7" },
    ];
    const content = JSON.stringify(parts);
    await bench.commit(
      append("s", [message("m", { content, contentFormat: "json", metadata: '"walrus9"' })]),
    );
    for (let index = 0; index < 8; index += 1)
      equal(await find(bench, `walrus${index}`), ["s/1"], `walrus${index}`);
    equal([await find(bench, "walrus8"), await find(bench, "walrus9")], [[], []]);
    const escaped = JSON.stringify("nul \0 and \ud800 octopus");
    await bench.commit(append("s", [message("n", { content: escaped, contentFormat: "json" })]));
    equal(await find(bench, "octopus"), ["s/2"]);
  });

  test("[S4] staged content is searched in its pieces", async (bench) => {
    const encoded = new TextEncoder().encode(
      JSON.stringify(`${"filler ".repeat(50)}wälrus 東京 ${"more ".repeat(50)}`),
    );
    const middle = encoded.indexOf(0xc3) + 1;
    const pieces = [encoded.slice(0, middle), encoded.slice(middle)].map((bytes, piece) =>
      insert(blobPieces, { hash: "h", piece, bytes }),
    );
    await bench.commit([insert(blobs, { hash: "h", size: encoded.length, pieces: 2 }), ...pieces], {
      quiet: { durable: true },
    });
    await bench.commit([
      insertSession({ id: "s" }),
      append("s", [
        message("m", { content: "h", contentFormat: "blob" }),
        message("n", { content: "gone", contentFormat: "blob" }),
      ]),
    ]);
    equal(
      [await find(bench, "wälrus"), await find(bench, "東京"), await find(bench, "gone")],
      [["s/1"], ["s/1"], []],
    );
  });

  test("[S4] staged content is searched packed, and where only parts of it are staged", async (bench) => {
    // "a packed walrus" as JSON text, packed by gzip.
    const packed = new Uint8Array([
      31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 83, 74, 84, 40, 72, 76, 206, 78, 77, 81, 40, 79, 204, 41, 42, 45, 86,
      2, 0, 179, 18, 67, 2, 17, 0, 0, 0,
    ]);
    const plain = new TextEncoder().encode(JSON.stringify({ lines: ["an octopus, ", "and 東京"] }));
    const file = new TextEncoder().encode(JSON.stringify("narwhal"));
    const staged = [packed, plain, file].flatMap((bytes, index) => [
      insert(blobs, { hash: `h${index}`, size: 17, pieces: 1, encoding: index === 0 ? "gzip" : "" }),
      insert(blobPieces, { hash: `h${index}`, piece: 0, bytes }),
    ]);
    await bench.commit(staged, { quiet: { durable: true } });
    const content = JSON.stringify({
      hash: "whole",
      texts: [
        '[{"type":"text","text":"a dolphin"},{"type":"tool-result","tool_call_id":"c","output":',
        '},{"type":"text","text":',
        '},{"type":"file","media_type":"text/plain","filename":"beluga.txt","data":',
        "}]",
      ],
      blobs: [
        { hash: "h1", searched: true },
        { hash: "h0", searched: true },
        { hash: "h2", searched: false },
      ],
    });
    await bench.commit([
      insertSession({ id: "s" }),
      append("s", [
        message("m", { content: "h0", contentFormat: "blob" }),
        message("n", { content, contentFormat: "parts" }),
      ]),
    ]);
    const found = await Promise.all(
      ["packed walrus", "octopus", "東京", "dolphin", "beluga", "narwhal"].map((words) => find(bench, words)),
    );
    equal(found, [["s/1", "s/2"], ["s/2"], ["s/2"], ["s/2"], ["s/2"], []]);
  });

  test("[S10] a staged value that is damaged has no text, and keeps nothing else from being found", async (bench) => {
    // Neither packed as they say, nor UTF-8, nor JSON.
    const damaged = [
      [31, 139, 8, 0, 0],
      [0x22, 0xff, 0x22],
      [0x22, 0x61],
    ].map((bytes) => Uint8Array.from(bytes));
    const staged = damaged.flatMap((bytes, index) => [
      insert(blobs, { hash: `h${index}`, size: 17, pieces: 1 }),
      insert(blobPieces, { hash: `h${index}`, piece: 0, bytes }),
    ]);
    await bench.commit(staged, { quiet: { durable: true } });
    await bench.commit([
      insertSession({ id: "s" }),
      append("s", [
        ...damaged.flatMap((_, index) => {
          const texts = ['[{"type":"text","text":"a walrus"},{"type":"text","text":', "}]"];
          const content = JSON.stringify({
            hash: "whole",
            texts,
            blobs: [{ hash: `h${index}`, searched: true }],
          });
          return [
            message(`whole-${index}`, { content: `h${index}`, contentFormat: "blob" }),
            message(`parts-${index}`, { content, contentFormat: "parts" }),
          ];
        }),
        message("plain", { content: "a walrus" }),
      ]),
    ]);
    equal(await find(bench, "walrus"), ["s/2", "s/4", "s/6", "s/7"]);
  });

  test("[S5] filters narrow a search by session, user, project, tool, role and time", async (bench) => {
    await bench.commit([
      insertSession({ id: "a", userId: "u", projectId: "p", toolId: "t" }),
      insertSession({ id: "b", userId: "v", projectId: "p", toolId: "" }),
      append("a", [
        text("m", "walrus", 10),
        message("n", { role: "assistant", content: "walrus", createdAt: 20 }),
      ]),
      append("b", [text("m", "walrus", 30)]),
    ]);
    const where = async (filter: SearchInput["where"]): Promise<string[]> =>
      seqs(await search(bench, "walrus", filter && { where: filter }));
    equal(await where(undefined), ["a/1", "a/2", "b/1"]);
    equal(await where({ session: "a" }), ["a/1", "a/2"]);
    equal(await where({ session: "none" }), []);
    equal(await where({ user: "v" }), ["b/1"]);
    equal(await where({ project: "p", role: "assistant" }), ["a/2"]);
    equal(await where({ tool: "" }), ["b/1"]);
    equal(await where({ since: 20 }), ["a/2", "b/1"]);
    equal(await where({ until: 20 }), ["a/1"]);
    equal(await where({ since: 10, until: 30, user: "u" }), ["a/1", "a/2"]);
    equal(await where({ user: "U" }), []);
    await bench.commit({
      type: "update",
      kind: "sessions",
      key: ["b"],
      set: { userId: "u", projectId: "q" },
    });
    equal([await where({ user: "u" }), await where({ project: "q" })], [["a/1", "a/2", "b/1"], ["b/1"]]);
  });

  test("[S6] hits come best first, or newest first", async (bench) => {
    const filler = "other words that make this text longer than it has to be ".repeat(4);
    await write(bench, [`${filler} walrus`, "walrus walrus walrus", filler, "walrus"]);
    const ranked = (await search(bench, "walrus")).hits;
    holds(
      ranked.every(({ score }, index) => index === 0 || score <= (ranked[index - 1]?.score ?? 0)),
      "scores rise",
    );
    equal(ranked.at(-1)?.seq, 1, "the worst hit");
    const recent = (await search(bench, "walrus", { order: "recent" })).hits;
    equal(
      recent.map(({ seq }) => seq),
      [4, 2, 1],
    );
  });

  test("[S7] up to 1,000 hits can be paged through, none twice", async (bench) => {
    for (let batch = 0; batch < 11; batch += 1) {
      const id = `s${batch}`;
      const added = Array.from({ length: 100 }, (_, index) =>
        text(`m${index}`, "walrus", batch * 100 + index),
      );
      await bench.commit([insertSession({ id }), append(id, added)]);
    }
    for (const order of ["rank", "recent"] as const) {
      const seen: string[] = [];
      for (let skip = 0; skip < 1_000; skip += 250) {
        const page = await search(bench, "walrus", { order, skip, limit: 250 });
        equal({ hits: page.hits.length, more: page.more }, { hits: 250, more: true });
        seen.push(...seqs(page));
      }
      equal(new Set(seen).size, 1_000);
    }
    const last = await search(bench, "walrus", { where: { session: "s0" }, limit: 60, skip: 40 });
    equal({ hits: last.hits.length, more: last.more }, { hits: 60, more: false });
    equal((await search(bench, "walrus", { where: { session: "s0" }, skip: 500 })).hits, []);
  });

  test("[S8] searches that no store should see are refused", async (bench) => {
    for (const empty of ["", "  ", "!?", "-walrus", "-", '""']) {
      await refuses(search(bench, empty), "invalid", "query");
    }
    for (const limit of [0, 1_001, 1.5]) await refuses(search(bench, "a", { limit }), "invalid", "limit");
    for (const skip of [-1, 0.5, 991])
      await refuses(search(bench, "a", { skip, limit: 10 }), "invalid", "limit");
    await refuses(search(bench, "a", { tenant: "" }), "invalid", "tenant");
    await refuses(search(bench, "a", { order: "none" as "rank" }), "invalid", "order");
    await refuses(search(bench, "a", { where: { user: "\0" } }), "invalid", "text");
    await refuses(search(bench, "a", { where: { session: "\ud800" } }), "invalid", "text");
    await refuses(search(bench, "a", { where: { role: 1 as unknown as string } }), "invalid", "type");
    await refuses(search(bench, "a", { where: { since: Number.NaN } }), "invalid", "type");
    const signal = AbortSignal.abort(new Error("enough"));
    const input = { tenant: TENANT, text: parseTextQuery("a"), order: "rank", limit: 1, skip: 0 } as const;
    equal(
      (await failureOf(bench.store.search(input, { signal }))) === signal.reason,
      true,
      "the signal's reason",
    );
  });

  test("[S8] no text that a query can hold breaks a search", async (bench) => {
    await write(bench, ["walrus"]);
    for (const query of [
      'walrus" OR "a',
      "walrus)",
      "NEAR(walrus)",
      "words:walrus",
      "walrus AND",
      "^walrus",
      "wal'rus",
      "w+ walrus",
    ]) {
      await search(bench, query);
    }
    equal(await find(bench, "NEAR(walrus)"), []);
    equal(await find(bench, "walrus)"), ["s/1"]);
  });

  test("[S9] tenants and hidden sessions are not searched", async (bench) => {
    for (const tenant of [TENANT, "tenant-b"]) {
      await bench.commit([insertSession({ id: "s" }), append("s", [text("m", `walrus ${tenant}`)])], {
        tenant,
      });
    }
    equal(await find(bench, "walrus"), ["s/1"]);
    equal(seqs(await search(bench, '"tenant-b"')), []);
    equal(seqs(await search(bench, '"tenant-b"', { tenant: "tenant-b" })), ["s/1"]);
    equal(seqs(await search(bench, "walrus", { tenant: "nobody" })), []);
    await bench.commit([insertSession({ id: "gone" }), append("gone", [text("m", "walrus")])]);
    equal(await find(bench, "walrus"), ["gone/1", "s/1"]);
    await bench.commit(hide("gone"));
    equal(await find(bench, "walrus"), ["s/1"]);
  });

  test(
    "[S1, M5] what was written is found after the store was opened again",
    async (bench) => {
      await write(bench, ["walrus", "octopus"]);
      await bench.reopen();
      equal([await find(bench, "walrus"), await find(bench, "octopus")], [["s/1"], ["s/2"]]);
    },
    { needs: "reopen" },
  );
}

function text(id: string, content: string, createdAt = 0): ReturnType<typeof message> {
  return message(id, { content, createdAt });
}

async function write(bench: Bench, texts: readonly string[]): Promise<void> {
  await bench.commit([
    insertSession({ id: "s" }),
    append(
      "s",
      texts.map((content, index) => text(`m${index}`, content, index)),
    ),
  ]);
}

async function search(bench: Bench, query: string, more: Partial<SearchInput> = {}): Promise<SearchResult> {
  return bench.store.search({
    tenant: TENANT,
    text: parseTextQuery(query),
    order: "rank",
    limit: 100,
    skip: 0,
    ...more,
  });
}

function seqs({ hits }: SearchResult): string[] {
  return hits.map(({ session, seq }) => `${session}/${seq}`).toSorted();
}

async function find(bench: Bench, query: string): Promise<string[]> {
  return seqs(await search(bench, query));
}
