/** Appends: positions without gaps, repeats, and what the session keeps of its log. */
import type { AppendedMessage, CommitResult } from "@throughline/core";
import { messages, sessions } from "@throughline/core";
import { equal, holds, refuses } from "../assertions.ts";
import type { Bench } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { append, hide, insertItem, insertSession, message } from "../records.ts";

export function testAppends(test: Declare): void {
  test("[C20] positions begin at 1 and go on without a gap", async (bench) => {
    await bench.commit(insertSession({ id: "s" }));
    equal(seqs(await bench.commit(append("s", ["a", "b", "c"]))), [1, 2, 3]);
    equal(seqs(await bench.commit(append("s", ["d"]))), [4]);
    const rows = await bench.queryAll(messages, "key", { prefix: ["s"] });
    equal(
      rows.map(({ id, seq }) => [id, seq]),
      [
        ["a", 1],
        ["b", 2],
        ["c", 3],
        ["d", 4],
      ],
    );
  });

  test("[C20] under appends at the same time no position is lost or given twice", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), insertSession({ id: "t" })]);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        bench.commit([
          append(index % 2 === 0 ? "s" : "t", [`${index}-a`, `${index}-b`]),
          insertItem({ id: `i${index}` }),
        ]),
      ),
    );
    for (const answer of answers) {
      const [first = 0, second = 0] = seqs(answer);
      equal(second, first + 1, "the second position of a batch");
    }
    for (const session of ["s", "t"]) {
      const rows = await bench.queryAll(messages, "key", { prefix: [session] });
      equal(
        rows.map(({ seq }) => seq),
        Array.from({ length: 30 }, (_, index) => index + 1),
      );
      equal((await bench.get(sessions, session))?.lastSeq, 30);
    }
  });

  test("[C20] a message comes back as given, at its position", async (bench) => {
    const fields = {
      role: "assistant",
      content: "[1]",
      contentFormat: "json",
      tokenCount: 12,
      model: "m",
      usage: '{"input":1}',
      cost: 0.125,
      metadata: '{"a":1}',
      native: '{"format":"x"}',
      createdAt: 5,
      updatedAt: 0,
    };
    await bench.commit([insertSession({ id: "s" }), append("s", [message("m", fields)])]);
    const expected = { ...fields, id: "m", sessionId: "s", seq: 1, parentSeq: 0, removedAt: 0, revision: 1 };
    equal(await bench.get(messages, ["s", 1]), expected);
    equal(await bench.get(messages, { unique: "id", values: ["s", "m"] }), expected);
  });

  test("[C21] `at` refuses an append that would begin elsewhere", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a"], { at: 1 })]);
    const error = await refuses(bench.commit(append("s", ["b"], { at: 1 })), "conflict", "position");
    equal(error.details, { session: "s", expected: 0, actual: 1 });
    await refuses(bench.commit(append("s", ["b"], { at: 3 })), "conflict", "position");
    equal(seqs(await bench.commit(append("s", ["b"], { at: 2 }))), [2]);
  });

  test("[C21] of appends at the same time for one position, one is written", async (bench) => {
    await bench.commit(insertSession({ id: "s" }));
    const attempts = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => bench.commit(append("s", [`m${index}`], { at: 1 }))),
    );
    equal(attempts.filter(({ status }) => status === "fulfilled").length, 1);
    equal((await bench.get(sessions, "s"))?.lastSeq, 1);
  });

  test("[C22] `same` keeps a message that is there as given, and refuses other content", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a", message("b", { metadata: "{}" })])]);
    const again = await bench.commit(append("s", [message("a", { tokenCount: 9, model: "other" }), "c"]));
    equal(outcomes(again), ["kept 1", "inserted 3"]);
    const others = [
      { content: "?" },
      { role: "assistant" },
      { metadata: '{"b":1}' },
      { native: "{}" },
      { contentFormat: "json" },
    ];
    for (const other of others) {
      const different = append("s", [message("a", { content: "a", ...other })]);
      await refuses(bench.commit(different), "conflict", "different_content");
    }
    equal((await bench.get(sessions, "s"))?.lastSeq, 3);
  });

  test("[C22] `same` compares the parent where one was given", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a", "b", "c"])]);
    equal(outcomes(await bench.commit(append("s", [message("b", {}, "a")]))), ["kept 2"]);
    equal(outcomes(await bench.commit(append("s", [message("b", {}, 1)]))), ["kept 2"]);
    await refuses(bench.commit(append("s", [message("c", {}, "a")])), "conflict", "different_content");
    await refuses(bench.commit(append("s", [message("c", {}, 0)])), "conflict", "different_content");
  });

  test("[C22] `keep` keeps whatever is there, `fail` refuses it", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a"])]);
    const kept = await bench.commit(
      append("s", [message("a", { content: "other" }), "b"], { exists: "keep" }),
    );
    equal(outcomes(kept), ["kept 1", "inserted 2"]);
    equal((await bench.get(messages, ["s", 1]))?.content, "a");
    await refuses(bench.commit(append("s", ["b"], { exists: "fail" })), "conflict", "exists");
    await refuses(bench.commit(append("s", ["c", "b"], { exists: "fail" })), "conflict", "exists");
    equal((await bench.get(sessions, "s"))?.lastSeq, 2);
  });

  test("[C22] message ids are their session's", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), insertSession({ id: "t" }), append("s", ["a"])]);
    equal(outcomes(await bench.commit(append("t", [message("a", { content: "other" })]))), ["inserted 1"]);
  });

  test("[C23] `replace` puts new content at the same position", async (bench) => {
    await bench.commit([
      insertSession({ id: "s" }),
      append("s", [message("a", { tokenCount: 10, createdAt: 5 }), "b"]),
    ]);
    bench.clock.advance(1_000);
    const put = append("s", [message("a", { content: "new", tokenCount: 4, createdAt: 9, native: "{}" })], {
      exists: "replace",
    });
    equal((await bench.commit(put)).results, [
      {
        outcome: "appended",
        session: "s",
        messages: [{ id: "a", seq: 1, revision: 2, outcome: "replaced" }],
      },
    ]);
    const row = await bench.get(messages, ["s", 1]);
    equal(
      { content: row?.content, native: row?.native, createdAt: row?.createdAt, updatedAt: row?.updatedAt },
      { content: "new", native: "{}", createdAt: 5, updatedAt: bench.clock.now },
    );
    const session = await bench.get(sessions, "s");
    equal(
      {
        tokens: session?.tokenCount,
        count: session?.messageCount,
        last: session?.lastSeq,
        head: session?.headSeq,
      },
      { tokens: 4, count: 2, last: 2, head: 2 },
    );
    equal(outcomes(await bench.commit(append("s", ["c"], { exists: "replace" }))), ["inserted 3"]);
  });

  test("[C24] without an operation id, a batch of appends that is all there is a replay", async (bench) => {
    const batch = [insertSession({ id: "s" }, "keep"), append("s", ["a", "b"], { at: 1 })];
    const expect = [{ type: "equals", kind: "sessions", key: ["s"], fields: { lastSeq: 0 } }] as const;
    await bench.commit(insertSession({ id: "s" }));
    const first = await bench.commit(batch, { expect });
    await bench.commit(append("s", ["c"]));
    const again = await bench.commit(batch, { expect });
    equal({ replayed: first.replayed, again: again.replayed }, { replayed: false, again: true });
    equal(outcomes(again, 1), ["kept 1", "kept 2"]);
    const session = await bench.get(sessions, "s");
    equal({ last: session?.lastSeq, revision: session?.revision }, { last: 3, revision: 3 });
    const more = append("s", ["a", "b", "d"], { at: 1 });
    await refuses(bench.commit(more, { expect }), "conflict", "expectation");
    equal(outcomes(await bench.commit(more)), ["kept 1", "kept 2", "inserted 4"]);
  });

  test("[C24] a batch that would still write something is no replay", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a"])]);
    const expect = [{ type: "absent", kind: "sessions", key: ["s"] }] as const;
    const batch = [append("s", ["a"]), insertItem({ id: "new" }, "keep")];
    await refuses(bench.commit(batch, { expect }), "conflict", "expectation");
    equal((await bench.commit(batch)).replayed, false);
  });

  test("[C27] the session keeps the log's last position, counts, tokens and times", async (bench) => {
    await bench.commit(insertSession({ id: "s", tokenCount: 0, lastActivity: 3 }));
    bench.clock.advance(10);
    await bench.commit(append("s", [message("a", { tokenCount: 5 }), message("b", { tokenCount: 7 })]));
    equal(await log(bench), {
      last: 2,
      head: 2,
      count: 2,
      tokens: 12,
      activity: bench.clock.now,
      updated: bench.clock.now,
    });
    const earlier = bench.clock.now;
    bench.clock.advance(10);
    await bench.commit(append("s", ["c"], { activity: earlier - 5 }));
    equal(await log(bench), {
      last: 3,
      head: 3,
      count: 3,
      tokens: 12,
      activity: earlier,
      updated: bench.clock.now,
    });
    await bench.commit(append("s", ["c"]));
    equal((await log(bench)).count, 3);
  });

  test("[C27] an append that takes a number beyond its range is refused", async (bench) => {
    const largest = Number.MAX_SAFE_INTEGER;
    await bench.commit(insertSession({ id: "s" }));
    await bench.commit(append("s", [message("a", { tokenCount: largest - 1 })]));
    await refuses(bench.commit(append("s", [message("b", { tokenCount: 2 })])), "invalid", "batch");
    await bench.commit(append("s", [message("b", { tokenCount: 1 })]));
    equal((await log(bench)).tokens, largest);
    const grown = append("s", [message("b", { tokenCount: 2 })], { exists: "replace" });
    await refuses(bench.commit(grown), "invalid", "batch");
  });

  test("[C27] an append brings an expired session back to life", async (bench) => {
    await bench.commit(insertSession({ id: "s", status: "expired" }));
    await bench.commit(append("s", ["a"]));
    equal((await bench.get(sessions, "s"))?.status, "active");
  });

  test("[C27] a session may begin at a position, as a fork does", async (bench) => {
    await bench.commit(insertSession({ id: "s", lastSeq: 41, headSeq: 41 }));
    equal(seqs(await bench.commit(append("s", ["a"], { at: 42 }))), [42]);
    equal((await bench.get(messages, ["s", 42]))?.parentSeq, 41);
  });

  test("[C28] a removed message leaves its position and id, and nothing else", async (bench) => {
    const given = message("b", {
      tokenCount: 5,
      model: "m",
      usage: "{}",
      cost: 1,
      metadata: "{}",
      native: "{}",
    });
    await bench.commit([insertSession({ id: "s" }), append("s", ["a", given, "c"])]);
    bench.clock.advance(1_000);
    const remove = { type: "remove", kind: "messages", key: { unique: "id", values: ["s", "b"] } } as const;
    equal((await bench.commit(remove)).results, [{ outcome: "removed", count: 1 }]);
    const { now } = bench.clock;
    equal(await bench.get(messages, ["s", 2]), {
      ...given.record,
      sessionId: "s",
      seq: 2,
      parentSeq: 1,
      content: "",
      tokenCount: 0,
      model: "",
      usage: "",
      cost: null,
      metadata: "",
      native: "",
      updatedAt: now,
      removedAt: now,
      revision: 2,
    });
    const session = await bench.get(sessions, "s");
    equal(
      {
        count: session?.messageCount,
        tokens: session?.tokenCount,
        last: session?.lastSeq,
        updated: session?.updatedAt,
      },
      { count: 2, tokens: 0, last: 3, updated: now },
    );
    equal((await bench.commit({ ...remove, key: ["s", 2] })).results, [{ outcome: "absent", count: 0 }]);
    equal((await bench.get(sessions, "s"))?.messageCount, 2);
  });

  test("[C28] the id and the position of a removed message are not given again", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a", "b"])]);
    await bench.commit({ type: "remove", kind: "messages", key: ["s", 2] });
    equal(outcomes(await bench.commit(append("s", [message("b", { content: "late" })]))), ["kept 2"]);
    equal(outcomes(await bench.commit(append("s", ["b"], { exists: "keep" }))), ["kept 2"]);
    await refuses(bench.commit(append("s", ["b"], { exists: "fail" })), "conflict", "exists");
    await refuses(bench.commit(append("s", ["b"], { exists: "replace" })), "conflict", "removed");
    equal(seqs(await bench.commit(append("s", ["c"]))), [3]);
    equal((await bench.get(messages, ["s", 2]))?.content, "");
  });

  test("[C29] an append to a session that is not there, or deleted, is refused", async (bench) => {
    await bench.commit([insertSession({ id: "s", externalKey: "x" }), append("s", ["a"])]);
    await refuses(bench.commit(append("none", ["a"])), "not_found", "absent");
    await refuses(
      bench.commit(append({ unique: "external", values: ["", "", "?"] }, ["a"])),
      "not_found",
      "absent",
    );
    await bench.commit(hide("s"));
    const error = await refuses(bench.commit(append("s", ["b"])), "not_found", "deleted");
    equal(
      { outcome: error.outcome, details: error.details },
      { outcome: "refused", details: { session: "s" } },
    );
    await refuses(bench.commit(append("s", ["a"])), "not_found", "deleted");
    await refuses(
      bench.commit(append({ unique: "external", values: ["", "", "x"] }, ["a"])),
      "not_found",
      "absent",
    );
    await bench.commit(hide("s", 0));
    holds(
      (await bench.commit(append("s", ["b"]))).results.length === 1,
      "an undeleted session takes appends again",
    );
  });
}

function appended({ results }: CommitResult, index: number): readonly AppendedMessage[] {
  const result = results[index];
  holds(result?.outcome === "appended", "the write's result is that of an append");
  return result.messages;
}

function seqs(result: CommitResult): number[] {
  return appended(result, 0).map(({ seq }) => seq);
}

function outcomes(result: CommitResult, index = 0): string[] {
  return appended(result, index).map(({ outcome, seq }) => `${outcome} ${seq}`);
}

async function log(bench: Bench): Promise<Record<string, unknown>> {
  const row = await bench.get(sessions, "s");
  return {
    last: row?.lastSeq,
    head: row?.headSeq,
    count: row?.messageCount,
    tokens: row?.tokenCount,
    activity: row?.lastActivity,
    updated: row?.updatedAt,
  };
}
