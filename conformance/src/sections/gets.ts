/** Gets, what is selected, and values coming back as they were given. */
import { messages, sessions } from "@throughline/core";
import { awkwardBytes, awkwardNumbers, awkwardTexts, deepJson } from "../awkward-values.ts";
import { equal, holds } from "../assertions.ts";
import { TENANT } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems, testLeases } from "../kinds.ts";
import { append, insertItem, insertLease, insertSession, message } from "../records.ts";

export function testGets(test: Declare): void {
  test("[R1] one read answers each request, in order", async (bench) => {
    const { position } = await bench.commit([
      insertItem({ id: "a", rank: 2 }),
      insertItem({ id: "b", rank: 1, code: "c" }),
      insertSession({ id: "s" }),
    ]);
    const read = await bench.store.read({
      tenant: TENANT,
      requests: [
        { type: "count", kind: "test_items", shape: "key", prefix: [] },
        {
          type: "get",
          kind: "test_items",
          keys: [
            ["b"],
            ["none"],
            { unique: "code", values: ["c"] },
            { unique: "code", values: ["?"] },
            ["a"],
          ],
          select: "key",
        },
        { type: "get", kind: "sessions", keys: [["s"]], select: "key" },
        {
          type: "query",
          kind: "test_items",
          shape: "rank",
          prefix: [""],
          direction: "forward",
          limit: 1,
          select: "key",
        },
        { type: "get", kind: "test_items", keys: [] },
      ],
    });
    const [a, b] = ["a", "b"].map((id) => ({ id, revision: 1 }));
    equal(read, {
      position,
      answers: [
        2,
        [b, undefined, b, undefined, a],
        [{ id: "s", revision: 1 }],
        { rows: [b], next: ["", 1, "b"] },
        [],
      ],
    });
  });

  test("[R1] an acknowledged write is seen by every read after it", async (bench) => {
    for (let round = 1; round <= 20; round += 1) {
      await bench.commit(insertItem({ id: "i", rank: round }, { set: { rank: round } }));
      equal((await bench.get(testItems, "i"))?.rank, round);
      equal(
        (await bench.queryAll(testItems, "rank")).map(({ rank }) => rank),
        [round],
      );
    }
  });

  test("[R2] heavy fields come with `all` only, and `key` gives key and revision", async (bench) => {
    await bench.commit(insertItem({ id: "i", title: "t", body: "b", bytes: new Uint8Array([1]) }));
    const all = await bench.get(testItems, "i");
    equal({ body: all?.body, bytes: all?.bytes }, { body: "b", bytes: new Uint8Array([1]) });
    holds(all !== undefined, "the item is missing");
    const { body: _, bytes: __, ...plain } = all;
    equal(await bench.get(testItems, "i", { select: "plain" }), plain);
    equal(await bench.get(testItems, "i", { select: undefined }), plain);
    equal((await bench.query(testItems, "key", { select: "plain" })).rows, [plain]);
    equal((await bench.query(testItems, "key", { select: "all" })).rows, [all]);
    equal(await bench.get(testItems, "i", { select: "key" }), { id: "i", revision: 1 });
    equal((await bench.query(testItems, "key", { select: "key" })).rows, [{ id: "i", revision: 1 }]);
    await bench.commit(insertLease({ scope: "x", name: "l", token: 3 }));
    equal(await bench.get(testLeases, ["x", "l"], { select: "key" }), { scope: "x", name: "l", revision: 1 });
  });

  test("[R2] filters see what was not selected", async (bench) => {
    await bench.commit([
      insertItem({ id: "a", body: "yes", title: "x" }),
      insertItem({ id: "b", body: "no", title: "x" }),
    ]);
    const where = [{ field: "body", test: "equals", value: "yes" }] as const;
    equal((await bench.query(testItems, "key", { where, select: "key" })).rows, [{ id: "a", revision: 1 }]);
  });

  test("[R3] text comes back as given: every class of code point", async (bench) => {
    await bench.commit(insertSession({ id: "s" }));
    const texts = awkwardTexts();
    await bench.commit([
      ...texts.map((text, index) =>
        insertItem({
          id: `i${index}`,
          title: shortened(text),
          body: text,
          metadata: JSON.stringify({ text }),
        }),
      ),
      append(
        "s",
        texts.map((text, index) => message(`m${index}`, { content: text, native: JSON.stringify(text) })),
      ),
    ]);
    for (const [index, text] of texts.entries()) {
      const row = await bench.get(testItems, `i${index}`);
      equal(
        [row?.title, row?.body, row?.metadata],
        [shortened(text), text, JSON.stringify({ text })],
        `text ${index}`,
      );
      const stored = await bench.get(messages, ["s", index + 1]);
      equal([stored?.content, stored?.native], [text, JSON.stringify(text)], `message ${index}`);
    }
  });

  test("[R3] text works as key and unique key, and equal texts only are equal keys", async (bench) => {
    const keys = awkwardTexts().map((text) => shortened(text));
    const distinct = [...new Set(keys)];
    await bench.commit(distinct.map((id, index) => insertItem({ id, groupId: id, name: id, rank: index })));
    for (const [index, id] of distinct.entries()) {
      equal((await bench.get(testItems, [id]))?.rank, index, `key ${JSON.stringify(id)}`);
      const named = id === "" ? undefined : await bench.get(testItems, { unique: "name", values: [id, id] });
      equal(named?.rank, id === "" ? undefined : index, `unique key ${JSON.stringify(id)}`);
      equal(
        (await bench.queryAll(testItems, "rank", { prefix: [id] })).map(({ rank }) => rank),
        [index],
      );
    }
  });

  test("[R3] JSON text comes back byte for byte", async (bench) => {
    const texts = [
      '{"b":1,"a":2}',
      '{ "a" : 1.0, "a" : 1e2 }',
      '"\\u0000\\ud800"',
      "[]",
      '""',
      '{"__proto__":{"a":1}}',
      deepJson(),
    ];
    await bench.commit([
      insertSession({ id: "s" }),
      ...texts.map((metadata, index) => insertItem({ id: `i${index}`, metadata, tags: metadata })),
      append(
        "s",
        texts.map((native, index) => message(`m${index}`, { native, metadata: native, usage: native })),
      ),
    ]);
    for (const [index, text] of texts.entries()) {
      const row = await bench.get(testItems, `i${index}`);
      equal([row?.metadata, row?.tags], [text, text]);
      const stored = await bench.get(messages, ["s", index + 1]);
      equal([stored?.native, stored?.metadata, stored?.usage], [text, text, text]);
    }
  });

  test("[R3] numbers and bytes come back as given", async (bench) => {
    const { integers, reals } = awkwardNumbers();
    await bench.commit([
      ...integers.map((rank, index) => insertItem({ id: `n${index}`, rank, size: rank })),
      ...reals.map((score, index) => insertItem({ id: `r${index}`, score })),
      insertItem({ id: "bytes", bytes: awkwardBytes() }),
      insertItem({ id: "empty", bytes: new Uint8Array(0) }),
      insertItem({ id: "null", bytes: null }),
    ]);
    for (const [index, value] of integers.entries()) {
      const row = await bench.get(testItems, `n${index}`);
      equal([row?.rank, row?.size], [value, value], `integer ${value}`);
    }
    for (const [index, value] of reals.entries()) {
      const score = (await bench.get(testItems, `r${index}`))?.score;
      equal(score, value, `number ${value}`);
      holds(typeof score === "number", `${value} is no longer a number`);
    }
    equal((await bench.get(testItems, "bytes"))?.bytes, awkwardBytes());
    equal((await bench.get(testItems, "empty"))?.bytes, new Uint8Array(0));
    equal((await bench.get(testItems, "null"))?.bytes, null);
    equal((await bench.get(testItems, "bytes", { select: "plain" }))?.bytes, undefined);
  });

  test("[R3] booleans come back as booleans, and are 0 and 1 in keys", async (bench) => {
    await bench.commit([insertItem({ id: "a", flag: true }), insertItem({ id: "b", flag: false })]);
    await bench.commit([insertSession({ id: "s", pinned: true, listed: false })]);
    equal([(await bench.get(testItems, "a"))?.flag, (await bench.get(testItems, "b"))?.flag], [true, false]);
    const session = await bench.get(sessions, "s");
    equal([session?.pinned, session?.listed], [true, false]);
    equal(
      (await bench.queryAll(testItems, "flag", { prefix: [1] })).map(({ id }) => id),
      ["a"],
    );
    equal((await bench.query(testItems, "flag", { limit: 1 })).next, [0, 0, "b"]);
  });

  test(
    "[R3] a text of a million characters comes back as given",
    async (bench) => {
      const units = ["a", "é", "語", "😀", "\n", '"', "\\"];
      const text = Array.from(
        { length: 250_000 },
        (_, index) => units[(index * 7 + (index >> 5)) % units.length],
      ).join("");
      await bench.commit([insertSession({ id: "s" }), append("s", [message("m", { content: text })])]);
      await bench.commit(insertItem({ id: "i", body: text, bytes: new Uint8Array(1_048_576).fill(7) }));
      holds((await bench.get(messages, ["s", 1]))?.content === text, "the message's content changed");
      const row = await bench.get(testItems, "i");
      holds(row?.body === text, "the text changed");
      equal(row?.bytes, new Uint8Array(1_048_576).fill(7), "the bytes");
    },
    { heavy: true },
  );

  test("[R4] a store keeps its own copy of what it was given, and gives copies", async (bench) => {
    const bytes = new Uint8Array([1, 2, 3]);
    const write = insertItem({ id: "i", title: "t", bytes });
    await bench.commit(write);
    bytes[0] = 9;
    Object.assign(write.record, { title: "changed" });
    const first = await bench.get(testItems, "i");
    equal({ title: first?.title, bytes: first?.bytes }, { title: "t", bytes: new Uint8Array([1, 2, 3]) });
    holds(first?.bytes instanceof Uint8Array, "the bytes are missing");
    first.bytes[1] = 9;
    Object.assign(first, { title: "changed" });
    const second = await bench.get(testItems, "i");
    equal({ title: second?.title, bytes: second?.bytes }, { title: "t", bytes: new Uint8Array([1, 2, 3]) });
  });
}

/** At most 1,024 bytes of a text, for fields that are indexed. */
function shortened(text: string): string {
  return Array.from(text).slice(0, 250).join("");
}
