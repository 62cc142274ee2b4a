/** Batches as a whole: all or nothing, in order, one after another. */
import { sessions } from "@throughline/core";
import { equal, holds, refuses } from "../assertions.ts";
import { TENANT } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems } from "../kinds.ts";
import { append, insertItem, insertSession } from "../records.ts";

export function testBatches(test: Declare): void {
  test("[C1] a batch is written whole", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a", "b"]), insertItem({ id: "i" })]);
    equal((await bench.get(sessions, "s"))?.lastSeq, 2);
    holds((await bench.get(testItems, "i")) !== undefined, "the batch's item is missing");
  });

  test("[C1] nothing of a batch is written when its last write is refused", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), insertItem({ id: "there", rank: 1 })]);
    const before = await bench.feed();
    const batch = [
      insertItem({ id: "new" }),
      { type: "update", kind: "test_items", key: ["there"], set: { rank: 2 } },
      append("s", ["a"]),
      insertItem({ id: "there" }),
    ] as const;
    const refused = bench.store.commit({ tenant: TENANT, writes: batch.toSpliced(1, 1) });
    equal((await refuses(refused, "conflict", "exists")).outcome, "refused");
    const absent = { type: "update", kind: "test_items", key: ["absent"], set: { rank: 2 } } as const;
    await refuses(bench.commit([...batch.slice(0, 3), absent]), "not_found", "absent");
    equal(await bench.get(testItems, "new"), undefined);
    const there = await bench.get(testItems, "there");
    equal({ rank: there?.rank, revision: there?.revision }, { rank: 1, revision: 1 });
    equal((await bench.get(sessions, "s"))?.lastSeq, 0);
    equal(await bench.feed(), before, "the feed");
  });

  test("[C1] a batch that is refused leaves its session's next position alone", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a"]), insertItem({ id: "there" })]);
    await refuses(bench.commit([append("s", ["b", "c"]), insertItem({ id: "there" })]), "conflict", "exists");
    const { results } = await bench.commit(append("s", ["d"]));
    equal(results[0], {
      outcome: "appended",
      session: "s",
      messages: [{ id: "d", seq: 2, revision: 1, outcome: "inserted" }],
    });
  });

  test("[C2] each write has its result, in order", async (bench) => {
    await bench.commit([insertItem({ id: "a" }), insertItem({ id: "b" }), insertItem({ id: "c" })]);
    const { results, replayed } = await bench.commit([
      insertSession({ id: "s" }),
      append("s", ["m"]),
      insertItem({ id: "a" }, "keep"),
      { type: "update", kind: "test_items", key: ["b"], set: { rank: 1 } },
      { type: "remove", kind: "test_items", key: ["c"] },
      { type: "remove", kind: "test_items", key: ["none"] },
    ]);
    equal(replayed, false);
    equal(results, [
      { outcome: "inserted", key: ["s"], revision: 1 },
      {
        outcome: "appended",
        session: "s",
        messages: [{ id: "m", seq: 1, revision: 1, outcome: "inserted" }],
      },
      { outcome: "kept", key: ["a"], revision: 1 },
      { outcome: "updated", key: ["b"], revision: 2 },
      { outcome: "removed", count: 1 },
      { outcome: "absent", count: 0 },
    ]);
  });

  test("[C3] an empty batch changes nothing and answers the position", async (bench) => {
    const { position } = await bench.commit(insertItem({ id: "a" }));
    equal(await bench.commit([]), { position, replayed: false, results: [] });
  });

  test("[C3] positions rise with each batch that changes something", async (bench) => {
    const positions: number[] = [];
    for (const id of ["a", "b", "c"]) positions.push((await bench.commit(insertItem({ id }))).position);
    holds(
      positions.every((position, index) => index === 0 || position > (positions[index - 1] ?? 0)),
      `positions do not rise: ${positions.join(", ")}`,
    );
    equal((await bench.commit(insertItem({ id: "c" }, "keep"))).position, positions[2]);
    const read = await bench.store.read({ tenant: TENANT, requests: [] });
    equal(read.position, positions[2]);
  });

  test("[C4] batches at the same time are carried out as one after another", async (bench) => {
    await bench.commit([insertItem({ id: "counter" }), insertItem({ id: "latest" })]);
    const writes = Array.from({ length: 40 }, (_, index) =>
      bench.commit([
        { type: "update", kind: "test_items", key: ["counter"], increment: { rank: 1 } },
        { type: "update", kind: "test_items", key: ["latest"], maximum: { rank: index } },
      ]),
    );
    const positions = (await Promise.all(writes)).map(({ position }) => position);
    const counter = await bench.get(testItems, "counter");
    equal({ rank: counter?.rank, revision: counter?.revision }, { rank: 40, revision: 41 });
    equal((await bench.get(testItems, "latest"))?.rank, 39);
    equal((await bench.feed()).length, 41);
    equal(Math.max(...positions), (await bench.store.read({ tenant: TENANT, requests: [] })).position);
  });

  test("[C4] of batches at the same time that exclude each other, one is written", async (bench) => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => bench.commit(insertItem({ id: `i${index}`, code: "only" }))),
    );
    equal(attempts.filter(({ status }) => status === "fulfilled").length, 1);
    equal(await bench.count(testItems, "key"), 1);
  });

  test("[C4] a batch that fails among others at the same time takes none of them with it", async (bench) => {
    await bench.commit(insertItem({ id: "there" }));
    const attempts = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) =>
        bench.commit([
          insertItem({ id: `i${index}` }),
          insertItem({ id: index % 3 === 0 ? "there" : `j${index}` }),
        ]),
      ),
    );
    const expected = Array.from({ length: 12 }, (_, index) => (index % 3 === 0 ? "rejected" : "fulfilled"));
    equal(
      attempts.map(({ status }) => status),
      expected,
    );
    equal(await bench.count(testItems, "key"), 1 + 8 * 2);
  });
}
