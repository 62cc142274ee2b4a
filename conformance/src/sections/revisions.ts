/** Revisions, records that end, quiet batches and staged values. */
import type { Batch } from "@throughline/core";
import { blobPieces, sessions } from "@throughline/core";
import { equal, refuses } from "../assertions.ts";
import type { Bench } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems, testLeases, testPieces, testVectors } from "../kinds.ts";
import {
  append,
  insert,
  insertItem,
  insertLease,
  insertPiece,
  insertSession,
  insertVector,
} from "../records.ts";

const quiet: Partial<Batch> = { quiet: { durable: false } };
const durable: Partial<Batch> = { quiet: { durable: true } };

export function testRevisions(test: Declare): void {
  test("[C30] a revision is 1 when new and rises by one with each batch that changes the record", async (bench) => {
    await bench.commit(insertSession({ id: "s" }));
    await bench.commit([
      { type: "update", kind: "sessions", key: ["s"], set: { title: "t" } },
      append("s", ["a", "b"]),
    ]);
    equal((await bench.get(sessions, "s"))?.revision, 2);
    await bench.commit([append("s", ["c"]), { type: "remove", kind: "messages", key: ["s", 1] }]);
    equal((await bench.get(sessions, "s"))?.revision, 3);
    await bench.commit([append("s", ["c"]), insertSession({ id: "s" }, "keep")]);
    equal((await bench.get(sessions, "s"))?.revision, 3);
    await bench.commit([insertSession({ id: "n" }), append("n", ["a"])]);
    equal((await bench.get(sessions, "n"))?.revision, 1);
  });

  test("[C31] a revision goes on after a removal", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    await bench.commit({ type: "update", kind: "test_items", key: ["i"], set: { rank: 1 } });
    await bench.commit({ type: "remove", kind: "test_items", key: ["i"] });
    equal((await bench.commit(insertItem({ id: "i" }))).results, [
      { outcome: "inserted", key: ["i"], revision: 3 },
    ]);
    await bench.commit({ type: "remove-many", kind: "test_items", shape: "rank", prefix: [""], limit: 10 });
    equal((await bench.commit(insertItem({ id: "i" }, "keep"))).results, [
      { outcome: "inserted", key: ["i"], revision: 4 },
    ]);
    equal((await bench.get(testItems, "i"))?.revision, 4);
  });

  test("[C31] a removed session never comes back", async (bench) => {
    await bench.commit(insertSession({ id: "s" }));
    await bench.commit({ type: "remove", kind: "sessions", key: ["s"] });
    for (const exists of ["fail", "keep"] as const) {
      await refuses(bench.commit(insertSession({ id: "s" }, exists)), "conflict", "removed");
    }
    await bench.store.prune({ changes: bench.clock.now + 1, operations: 0 });
    await refuses(bench.commit(insertSession({ id: "s" })), "conflict", "removed");
  });

  test("[C32] a record that has ended counts as absent in every write", async (bench) => {
    const lease = { scope: "x", name: "l", holder: "h", expiresAt: bench.clock.now + 1_000 };
    await bench.commit(insertLease(lease));
    const there = [{ type: "present", kind: "test_leases", key: ["x", "l"] }] as const;
    await bench.commit([], { expect: there });
    await refuses(bench.commit(insertLease(lease)), "conflict", "exists");
    bench.clock.advance(999);
    await bench.commit([], { expect: there });
    bench.clock.advance(1);
    await refuses(bench.commit([], { expect: there }), "conflict", "expectation");
    await bench.commit([], { expect: [{ ...there[0], type: "absent" }] });
    const update = { type: "update", kind: "test_leases", key: ["x", "l"], set: { token: 1 } } as const;
    await refuses(bench.commit(update), "not_found", "absent");
    const byHolder = { ...update, key: { unique: "holder", values: ["h"] } };
    await refuses(bench.commit(byHolder), "not_found", "absent");
    const remove = { type: "remove", kind: "test_leases", key: ["x", "l"] } as const;
    equal((await bench.commit(remove)).results, [{ outcome: "absent", count: 0 }]);
    equal((await bench.commit(insertLease({ ...lease, expiresAt: 0 }))).results, [
      { outcome: "inserted", key: ["x", "l"], revision: 2 },
    ]);
    bench.clock.advance(1e12);
    await bench.commit([], { expect: there });
  });

  test("[C32] a record that ends in the past is absent at once", async (bench) => {
    await bench.commit(insertLease({ scope: "x", name: "l", expiresAt: bench.clock.now }));
    equal(await bench.get(testLeases, ["x", "l"]), undefined);
  });

  test("[C32] the unique key of a record that has ended is free", async (bench) => {
    await bench.commit([
      insertLease({ scope: "x", name: "old", holder: "h", expiresAt: bench.clock.now + 1 }),
      insertLease({ scope: "x", name: "older", holder: "g", expiresAt: bench.clock.now + 1 }),
      insertLease({ scope: "x", name: "other" }),
    ]);
    bench.clock.advance(1);
    const taken = await bench.commit(insertLease({ scope: "x", name: "new", holder: "h" }, "keep"));
    equal(taken.results, [{ outcome: "inserted", key: ["x", "new"], revision: 1 }]);
    await bench.commit({ type: "update", kind: "test_leases", key: ["x", "other"], set: { holder: "g" } });
    equal((await bench.get(testLeases, { unique: "holder", values: ["h"] }))?.name, "new");
    equal((await bench.get(testLeases, { unique: "holder", values: ["g"] }))?.name, "other");
    const again = await bench.commit(insertLease({ scope: "x", name: "old" }));
    equal(again.results, [{ outcome: "inserted", key: ["x", "old"], revision: 2 }]);
  });

  test("[C32] a bounded removal also takes what has ended", async (bench) => {
    await bench.commit([
      insertLease({ scope: "x", name: "a", expiresAt: bench.clock.now + 1 }),
      insertLease({ scope: "x", name: "b" }),
    ]);
    bench.clock.advance(1);
    const remove = {
      type: "remove-many",
      kind: "test_leases",
      shape: "key",
      prefix: ["x"],
      limit: 10,
    } as const;
    equal((await bench.commit(remove)).results, [{ outcome: "removed", count: 2 }]);
    equal((await bench.commit(insertLease({ scope: "x", name: "a" }))).results, [
      { outcome: "inserted", key: ["x", "a"], revision: 2 },
    ]);
  });

  test("[C33] a quiet batch writes without position, revision or feed entry", async (bench) => {
    const { position } = await bench.commit(insertItem({ id: "i", hits: 1 }));
    const touched = await bench.commit(
      { type: "update", kind: "test_items", key: ["i"], increment: { hits: 2 }, maximum: { seenAt: 9 } },
      quiet,
    );
    equal(touched, { position, replayed: false, results: [{ outcome: "updated", key: ["i"], revision: 1 }] });
    const row = await bench.get(testItems, "i");
    equal(
      { hits: row?.hits, seenAt: row?.seenAt, revision: row?.revision },
      { hits: 3, seenAt: 9, revision: 1 },
    );
    equal((await bench.feed()).length, 1);
  });

  test("[C33] derived records are written, changed and removed by quiet batches", async (bench) => {
    const vector = { item: "i", model: "m", rank: 1, vector: new Uint8Array([1, 2]) };
    await bench.commit([insertVector(vector), insertVector({ ...vector, item: "j", rank: 2 })], quiet);
    await bench.commit(insertVector({ ...vector, vector: new Uint8Array([3]) }, "replace"), quiet);
    await bench.commit({ type: "update", kind: "test_vectors", key: ["j", "m"], set: { rank: 0 } }, quiet);
    equal((await bench.queryAll(testVectors, "model", { prefix: ["m"], select: "all" })).map(keys), [
      ["j", 0],
      ["i", 1],
    ]);
    equal((await bench.get(testVectors, ["i", "m"]))?.vector, new Uint8Array([3]));
    const remove = {
      type: "remove-many",
      kind: "test_vectors",
      shape: "model",
      prefix: ["m"],
      limit: 1,
    } as const;
    equal((await bench.commit(remove, quiet)).results, [{ outcome: "removed", count: 1 }]);
    equal((await bench.commit({ type: "remove", kind: "test_vectors", key: ["i", "m"] }, quiet)).results, [
      { outcome: "removed", count: 1 },
    ]);
    equal(await bench.count(testVectors, "key"), 0);
    equal(await bench.feed(), []);
    equal((await bench.commit(insertVector(vector), quiet)).results, [
      { outcome: "inserted", key: ["i", "m"], revision: 1 },
    ]);
  });

  test("[C34] staged pieces are written by quiet batches, before what names them", async (bench) => {
    const bytes = new Uint8Array(1_000).map((_, index) => index % 256);
    await bench.commit(
      [insertPiece({ hash: "h", piece: 0, bytes }), insertPiece({ hash: "h", piece: 1 })],
      durable,
    );
    const again = await bench.commit(insertPiece({ hash: "h", piece: 0, bytes }, "keep"), durable);
    equal(again.results, [{ outcome: "kept", key: ["h", 0], revision: 1 }]);
    equal((await bench.get(testPieces, ["h", 0]))?.bytes, bytes);
    equal(
      (await bench.queryAll(testPieces, "key", { prefix: ["h"] })).map(({ piece }) => piece),
      [0, 1],
    );
    await bench.commit(insert(blobPieces, { hash: "h", piece: 0, bytes }), durable);
    equal((await bench.get(blobPieces, ["h", 0]))?.bytes, bytes);
    equal(await bench.feed(), []);
  });

  test(
    "[C34, M5] durable quiet batches are there after the store was opened again",
    async (bench) => {
      const bytes = new Uint8Array([0, 1, 255]);
      await bench.commit(insertPiece({ hash: "h", piece: 0, bytes }), durable);
      await bench.reopen();
      equal((await bench.get(testPieces, ["h", 0]))?.bytes, bytes);
    },
    { needs: "reopen" },
  );

  test("[C35] quiet batches hold only what may be lost, and others nothing of it", async (bench) => {
    await bench.commit([insertItem({ id: "i" }), insertSession({ id: "s" })]);
    await quietRefusals(bench);
  });
}

async function quietRefusals(bench: Bench): Promise<void> {
  const touch = { type: "update", kind: "test_items", key: ["i"] } as const;
  await refuses(bench.commit({ ...touch, set: { rank: 1 } }, quiet), "invalid", "quiet");
  await refuses(
    bench.commit({ ...touch, increment: { hits: 1 }, set: { rank: 1 } }, quiet),
    "invalid",
    "quiet",
  );
  await refuses(bench.commit(insertItem({ id: "j" }), quiet), "invalid", "quiet");
  await refuses(bench.commit({ type: "remove", kind: "test_items", key: ["i"] }, quiet), "invalid", "quiet");
  await refuses(bench.commit(append("s", ["a"]), quiet), "invalid", "quiet");
  await refuses(bench.commit(insertVector({ item: "i" })), "invalid", "quiet");
  await refuses(bench.commit(insertPiece({ hash: "h" })), "invalid", "quiet");
  const operation = { id: "op", fingerprint: "" };
  await refuses(bench.commit({ ...touch, set: { hits: 1 } }, { ...quiet, operation }), "invalid", "quiet");
  equal((await bench.get(testItems, "i"))?.revision, 1);
  equal(await bench.count(testItems, "key"), 1);
}

function keys({ item, rank }: { readonly [field: string]: unknown }): unknown[] {
  return [item, rank];
}
