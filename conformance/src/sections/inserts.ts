/** Inserts: what happens when the record is there. */
import { equal, refuses } from "../assertions.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems } from "../kinds.ts";
import { insertItem, insertNote, insertSession, record } from "../records.ts";

export function testInserts(test: Declare): void {
  test("[C5] an insert gives back every field as given, with revision 1", async (bench) => {
    const fields = {
      id: "i",
      groupId: "g",
      name: "n",
      code: "c",
      title: "Title",
      rank: -7,
      flag: true,
      score: 0.25,
      size: 12,
      tags: '["a"]',
      metadata: '{"b":1}',
      body: "body",
      bytes: new Uint8Array([0, 255]),
      hits: 3,
      seenAt: 4,
    };
    equal((await bench.commit(insertItem(fields))).results, [
      { outcome: "inserted", key: ["i"], revision: 1 },
    ]);
    equal(await bench.get(testItems, "i"), { ...fields, revision: 1 });
  });

  test("[C5] fields that may be null are null, and others empty", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    equal(await bench.get(testItems, "i"), { ...record(testItems, { id: "i" }), revision: 1 });
    equal((await bench.get(testItems, "i"))?.score, null);
  });

  test("[C6] `fail` refuses a record whose primary or unique key is there", async (bench) => {
    await bench.commit(insertItem({ id: "i", groupId: "g", name: "n" }));
    const error = await refuses(bench.commit(insertItem({ id: "i" })), "conflict", "exists");
    equal(error.outcome, "refused");
    await refuses(bench.commit(insertItem({ id: "j", groupId: "g", name: "n" })), "conflict", "exists");
    equal(await bench.count(testItems, "key"), 1);
  });

  test("[C7] `keep` leaves the record that is there and answers its key", async (bench) => {
    await bench.commit(insertItem({ id: "i", groupId: "g", name: "n", rank: 1 }));
    const kept = [{ outcome: "kept", key: ["i"], revision: 1 }];
    equal((await bench.commit(insertItem({ id: "i", rank: 2 }, "keep"))).results, kept);
    equal((await bench.commit(insertItem({ id: "j", groupId: "g", name: "n" }, "keep"))).results, kept);
    equal((await bench.get(testItems, "i"))?.rank, 1);
    equal(await bench.get(testItems, "j"), undefined);
  });

  test("[C8] `same` leaves an equal record, and one that was changed or removed since", async (bench) => {
    const given = { id: "i", title: "as given", bytes: new Uint8Array([1, 2]), score: 1.5 };
    await bench.commit(insertItem(given));
    const repeat = (): Promise<unknown> =>
      bench
        .commit(insertItem({ ...given, bytes: new Uint8Array([1, 2]) }, "same"))
        .then(({ results }) => results);
    equal(await repeat(), [{ outcome: "kept", key: ["i"], revision: 1 }]);
    await bench.commit({ type: "update", kind: "test_items", key: ["i"], set: { title: "changed" } });
    equal(await repeat(), [{ outcome: "kept", key: ["i"], revision: 2 }]);
    await bench.commit({ type: "remove", kind: "test_items", key: ["i"] });
    equal(await repeat(), [{ outcome: "kept", key: ["i"], revision: 2 }]);
    equal(await bench.get(testItems, "i"), undefined);
  });

  test("[C8] `same` refuses other content, but not other volatile fields", async (bench) => {
    await bench.commit(insertItem({ id: "i", title: "one", hits: 1 }));
    await bench.commit(insertItem({ id: "i", title: "one", hits: 9 }, "same"));
    await refuses(
      bench.commit(insertItem({ id: "i", title: "two" }, "same")),
      "conflict",
      "different_content",
    );
    await refuses(
      bench.commit(insertItem({ id: "i", title: "one", bytes: new Uint8Array(1) }, "same")),
      "conflict",
      "different_content",
    );
    equal((await bench.get(testItems, "i"))?.hits, 1);
  });

  test("[C9] `replace` puts the given record in the place of the other, which keeps its primary key", async (bench) => {
    await bench.commit(insertItem({ id: "i", groupId: "g", name: "n", title: "old", rank: 5 }));
    const byKey = await bench.commit(
      insertItem({ id: "i", groupId: "g", name: "n", title: "new" }, "replace"),
    );
    equal(byKey.results, [{ outcome: "replaced", key: ["i"], revision: 2 }]);
    equal(await bench.get(testItems, "i"), {
      ...record(testItems, { id: "i", groupId: "g", name: "n", title: "new" }),
      revision: 2,
    });
    const byName = await bench.commit(
      insertItem({ id: "j", groupId: "g", name: "n", title: "third" }, "replace"),
    );
    equal(byName.results, [{ outcome: "replaced", key: ["i"], revision: 3 }]);
    equal((await bench.get(testItems, "i"))?.title, "third");
    equal(await bench.get(testItems, "j"), undefined);
    equal((await bench.commit(insertItem({ id: "k" }, "replace"))).results, [
      { outcome: "inserted", key: ["k"], revision: 1 },
    ]);
  });

  test("[C10] changes are merged into the record that is there", async (bench) => {
    const counted = { set: { title: "merged" }, increment: { size: 2, hits: 1 }, maximum: { rank: 7 } };
    const first = await bench.commit(insertItem({ id: "i", title: "first", size: 10, rank: 9 }, counted));
    equal(first.results, [{ outcome: "inserted", key: ["i"], revision: 1 }]);
    equal((await bench.get(testItems, "i"))?.title, "first");
    const second = await bench.commit(insertItem({ id: "i", title: "second" }, counted));
    equal(second.results, [{ outcome: "merged", key: ["i"], revision: 2 }]);
    const row = await bench.get(testItems, "i");
    equal(
      { title: row?.title, size: row?.size, hits: row?.hits, rank: row?.rank },
      { title: "merged", size: 12, hits: 1, rank: 9 },
    );
  });

  test("[C11] at most one record has a unique key", async (bench) => {
    await bench.commit([
      insertItem({ id: "a", groupId: "g", name: "n", code: "x" }),
      insertItem({ id: "b", groupId: "g", name: "m", code: "y" }),
    ]);
    // The keys of two different records at once: neither can be the one meant.
    const both = insertItem({ id: "a", code: "y" }, "keep");
    await refuses(bench.commit(both), "conflict", "unique");
    await refuses(
      bench.commit(insertItem({ id: "c", code: "x", groupId: "g", name: "m" }, "replace")),
      "conflict",
      "unique",
    );
    const taken = { type: "update", kind: "test_items", key: ["b"], set: { name: "n" } } as const;
    await refuses(bench.commit(taken), "conflict", "unique");
    await refuses(
      bench.commit(insertItem({ id: "b", code: "x" }, { set: { code: "x" } })),
      "conflict",
      "unique",
    );
    await refuses(bench.commit(insertItem({ id: "b" }, { set: { code: "x" } })), "conflict", "unique");
    equal((await bench.get(testItems, "b"))?.name, "m");
  });

  test("[C11] a unique key counts only while its field is filled, and is free once it was given up", async (bench) => {
    await bench.commit([
      insertItem({ id: "a", groupId: "g", name: "n" }),
      insertItem({ id: "b", groupId: "g" }),
      insertItem({ id: "c", groupId: "g" }),
    ]);
    await bench.commit({ type: "update", kind: "test_items", key: ["a"], set: { name: "" } });
    await bench.commit({ type: "update", kind: "test_items", key: ["b"], set: { name: "n" } });
    await bench.commit({ type: "remove", kind: "test_items", key: ["b"] });
    await bench.commit({ type: "update", kind: "test_items", key: ["c"], set: { name: "n" } });
    equal((await bench.get(testItems, { unique: "name", values: ["g", "n"] }))?.id, "c");
  });

  test("[C11] a unique key can pass from one record to another within a batch", async (bench) => {
    await bench.commit(insertItem({ id: "a", code: "x" }));
    await bench.commit([
      { type: "update", kind: "test_items", key: ["a"], set: { code: "" } },
      insertItem({ id: "b", code: "x" }),
    ]);
    equal((await bench.get(testItems, { unique: "code", values: ["x"] }))?.id, "b");
    await bench.commit([
      { type: "remove", kind: "test_items", key: ["b"] },
      insertItem({ id: "c", code: "x" }),
    ]);
    equal((await bench.get(testItems, { unique: "code", values: ["x"] }))?.id, "c");
  });

  test("[C11] a unique key is its kind's, and of each part of its values", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), insertSession({ id: "t" })]);
    await bench.commit([insertNote({ sessionId: "s", id: "1", slug: "x" })]);
    await bench.commit([insertNote({ sessionId: "t", id: "1", slug: "x" })]);
    await refuses(bench.commit(insertNote({ sessionId: "s", id: "2", slug: "x" })), "conflict", "exists");
  });
}
