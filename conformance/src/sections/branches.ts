/** Parents, the records of branches, and the head. */
import { branches, messages, sessions } from "@throughline/core";
import { equal, refuses } from "../assertions.ts";
import type { Bench } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { append, insertSession, message } from "../records.ts";

export function testBranches(test: Declare): void {
  test("[C25] a message follows the head, or the one before it in its append", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a", "b"])]);
    await bench.commit(append("s", ["c"]));
    equal(await parents(bench), [0, 1, 2]);
    equal(await branchesOf(bench), []);
    await bench.commit({ type: "update", kind: "sessions", key: ["s"], set: { headSeq: 1 } });
    await bench.commit(append("s", ["d", "e"]));
    equal(await parents(bench), [0, 1, 2, 1, 4]);
    equal(await branchesOf(bench), [[4, 1]]);
    equal((await bench.get(sessions, "s"))?.headSeq, 5);
  });

  test("[C25] a parent is a position or a message id, also of the same append", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a", "b"])]);
    await bench.commit(
      append("s", [message("c", {}, 1), message("d", {}, "a"), message("e", {}, "c"), message("f", {}, 0)]),
    );
    equal(await parents(bench), [0, 1, 1, 1, 3, 0]);
    equal(await branchesOf(bench), [
      [3, 1],
      [4, 1],
      [5, 3],
      [6, 0],
    ]);
    equal(await bench.get(branches, ["s", 5]), { sessionId: "s", seq: 5, parentSeq: 3, revision: 1 });
  });

  test("[C25] a parent that is not there is refused", async (bench) => {
    await bench.commit([
      insertSession({ id: "s" }),
      insertSession({ id: "t" }),
      append("s", ["a"]),
      append("t", ["z"]),
    ]);
    await refuses(bench.commit(append("s", [message("b", {}, 2)])), "invalid", "batch");
    await refuses(bench.commit(append("s", [message("b", {}, "z")])), "not_found", "absent");
    await refuses(bench.commit(append("s", [message("b", {}, "b")])), "not_found", "absent");
    equal(await parents(bench), [0]);
  });

  test("[C26] the head moves with what followed it, and otherwise only when asked to", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a", "b", "c"])]);
    const head = async (): Promise<unknown> => (await bench.get(sessions, "s"))?.headSeq;
    await bench.commit(append("s", [message("d", {}, 1)]));
    equal(await head(), 3);
    await bench.commit(append("s", [message("e", {}, 1), "f"], { moveHead: true }));
    equal(await head(), 6);
    await bench.commit(append("s", [message("g", {}, 6), message("h", {}, 2)]));
    equal(await head(), 7);
    await bench.commit(append("s", [message("i", {}, 7)]));
    equal(await head(), 9);
  });

  test("[C26] a message that is kept or replaced leaves the head alone", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a", "b", "c"])]);
    await bench.commit(append("s", ["a"], { moveHead: true }));
    await bench.commit(
      append("s", [message("b", { content: "new" })], { exists: "replace", moveHead: true }),
    );
    equal((await bench.get(sessions, "s"))?.headSeq, 3);
    await bench.commit({ type: "remove", kind: "messages", key: ["s", 3] });
    equal((await bench.get(sessions, "s"))?.headSeq, 3);
  });

  test("[C26] a message that follows one which its append repeats goes on from there", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a", "b", "c"])]);
    await bench.commit(append("s", ["b", "d"]));
    equal(await parents(bench), [0, 1, 2, 2]);
    equal((await bench.get(sessions, "s"))?.headSeq, 3);
  });
}

async function parents(bench: Bench): Promise<unknown[]> {
  return (await bench.queryAll(messages, "key", { prefix: ["s"] })).map(({ parentSeq }) => parentSeq);
}

async function branchesOf(bench: Bench): Promise<unknown[]> {
  const rows = await bench.queryAll(branches, "key", { prefix: ["s"] });
  return rows.map(({ seq, parentSeq }) => [seq, parentSeq]);
}
