/** Updates, removals, and the keys that name records. */
import { sessions } from "@throughline/core";
import { equal, refuses } from "../assertions.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems } from "../kinds.ts";
import { append, insertItem, insertSession } from "../records.ts";

export function testUpdates(test: Declare): void {
  test("[C12] an update sets, adds and raises", async (bench) => {
    await bench.commit(insertItem({ id: "i", rank: 5, size: 5, score: 0.5, title: "old", body: "stays" }));
    const { results } = await bench.commit({
      type: "update",
      kind: "test_items",
      key: ["i"],
      set: { title: "new", score: null },
      increment: { size: -3 },
      maximum: { rank: 4, seenAt: 9 },
    });
    equal(results, [{ outcome: "updated", key: ["i"], revision: 2 }]);
    const row = await bench.get(testItems, "i");
    equal(
      {
        title: row?.title,
        score: row?.score,
        size: row?.size,
        rank: row?.rank,
        seenAt: row?.seenAt,
        body: row?.body,
      },
      { title: "new", score: null, size: 2, rank: 5, seenAt: 9, body: "stays" },
    );
  });

  test("[C12] an update of what is not there is refused", async (bench) => {
    const update = { type: "update", kind: "test_items", set: { rank: 1 } } as const;
    const error = await refuses(bench.commit({ ...update, key: ["none"] }), "not_found", "absent");
    equal(error.outcome, "refused");
    const unique = { unique: "code", values: ["none"] };
    await refuses(bench.commit({ ...update, key: unique }), "not_found", "absent");
  });

  test("[C12] a sum that leaves the range of its field is refused", async (bench) => {
    await bench.commit(insertItem({ id: "i", rank: Number.MAX_SAFE_INTEGER, score: Number.MAX_VALUE }));
    const update = { type: "update", kind: "test_items", key: ["i"] } as const;
    await refuses(bench.commit({ ...update, increment: { rank: 1 } }), "invalid", "batch");
    await refuses(bench.commit({ ...update, increment: { score: Number.MAX_VALUE } }), "invalid", "batch");
    await bench.commit({ ...update, increment: { rank: -1 } });
    equal((await bench.get(testItems, "i"))?.rank, Number.MAX_SAFE_INTEGER - 1);
  });

  test("[C13] a removal answers how many records went, and never fails", async (bench) => {
    await bench.commit(insertItem({ id: "i", code: "c" }));
    const remove = { type: "remove", kind: "test_items", key: ["i"] } as const;
    equal((await bench.commit(remove)).results, [{ outcome: "removed", count: 1 }]);
    equal((await bench.commit(remove)).results, [{ outcome: "absent", count: 0 }]);
    equal(await bench.get(testItems, "i"), undefined);
    equal(await bench.get(testItems, { unique: "code", values: ["c"] }), undefined);
    equal((await bench.queryAll(testItems, "rank")).length, 0);
  });

  test("[C14] a bounded removal takes the first records under a prefix, in the shape's order", async (bench) => {
    const ranks = [5, 3, 9, 1, 7];
    await bench.commit([
      ...ranks.map((rank) => insertItem({ id: `g${rank}`, groupId: "g", rank })),
      insertItem({ id: "other", groupId: "h", rank: 0 }),
    ]);
    const remove = {
      type: "remove-many",
      kind: "test_items",
      shape: "rank",
      prefix: ["g"],
      limit: 2,
    } as const;
    equal((await bench.commit(remove)).results, [{ outcome: "removed", count: 2 }]);
    equal(
      (await bench.queryAll(testItems, "rank")).map(({ id }) => id),
      ["g5", "g7", "g9", "other"],
    );
    equal((await bench.commit({ ...remove, limit: 1_000 })).results, [{ outcome: "removed", count: 3 }]);
    equal((await bench.commit(remove)).results, [{ outcome: "removed", count: 0 }]);
    equal(
      (await bench.queryAll(testItems, "key")).map(({ id }) => id),
      ["other"],
    );
  });

  test("[C14] a bounded removal takes what was there before its batch, each record once", async (bench) => {
    await bench.commit(["a", "b", "c"].map((id) => insertItem({ id, groupId: "g" })));
    const { results } = await bench.commit([
      insertItem({ id: "new", groupId: "g" }),
      { type: "update", kind: "test_items", key: ["a"], set: { title: "written" } },
      { type: "remove", kind: "test_items", key: ["b"] },
      { type: "remove-many", kind: "test_items", shape: "rank", prefix: ["g"], limit: 100 },
    ]);
    equal(results[3], { outcome: "removed", count: 1 });
    equal(
      (await bench.queryAll(testItems, "key")).map(({ id }) => id),
      ["a", "new"],
    );
  });

  test("[C15] a unique key names a record in every write", async (bench) => {
    await bench.commit([
      insertSession({ id: "s", userId: "u", toolId: "t", externalKey: "x" }),
      insertItem({ id: "i", code: "c" }),
      insertItem({ id: "j", code: "d" }),
    ]);
    const { results } = await bench.commit([
      { type: "update", kind: "test_items", key: { unique: "code", values: ["c"] }, set: { rank: 1 } },
      { type: "remove", kind: "test_items", key: { unique: "code", values: ["d"] } },
      append({ unique: "external", values: ["u", "t", "x"] }, ["m"]),
    ]);
    equal(results[0], { outcome: "updated", key: ["i"], revision: 2 });
    equal(results[1], { outcome: "removed", count: 1 });
    equal(results[2], {
      outcome: "appended",
      session: "s",
      messages: [{ id: "m", seq: 1, revision: 1, outcome: "inserted" }],
    });
  });

  test("[C15] a unique key also names a record inserted earlier in the batch", async (bench) => {
    const external = { unique: "external", values: ["u", "t", "x"] };
    const first = (id: string): Promise<unknown> =>
      bench
        .commit([
          insertSession({ id, userId: "u", toolId: "t", externalKey: "x" }, "keep"),
          append(external, [`m-${id}`]),
        ])
        .then(({ results }) => results);
    equal(await first("one"), [
      { outcome: "inserted", key: ["one"], revision: 1 },
      {
        outcome: "appended",
        session: "one",
        messages: [{ id: "m-one", seq: 1, revision: 1, outcome: "inserted" }],
      },
    ]);
    equal(await first("two"), [
      { outcome: "kept", key: ["one"], revision: 1 },
      {
        outcome: "appended",
        session: "one",
        messages: [{ id: "m-two", seq: 2, revision: 1, outcome: "inserted" }],
      },
    ]);
    equal(await bench.get(sessions, "two"), undefined);
    equal((await bench.get(sessions, "one"))?.revision, 2);
    const { results } = await bench.commit([
      insertItem({ id: "i", code: "c" }),
      { type: "update", kind: "test_items", key: { unique: "code", values: ["c"] }, set: { rank: 4 } },
    ]);
    equal(results[1], { outcome: "updated", key: ["i"], revision: 1 });
    const row = await bench.get(testItems, "i");
    equal({ rank: row?.rank, revision: row?.revision }, { rank: 4, revision: 1 });
  });
}
