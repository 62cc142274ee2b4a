/** Queries: order, ranges, pages, filters and counts. */
import type { Filter, KeyValue, Query, Write } from "@throughline/core";
import { equal, refuses } from "../assertions.ts";
import type { Bench } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems, testLeases } from "../kinds.ts";
import { nextTurn, runBeside } from "../run-beside.ts";
import { append, insertItem, insertLease, insertSession } from "../records.ts";

const both = ["forward", "backward"] as const;

export function testQueries(test: Declare): void {
  test("[R6] ranges take or leave their limits", async (bench) => {
    await bench.commit(
      [-5, 0, 3, 3, 7, 2 ** 40].map((rank, index) => insertItem({ id: `i${index}`, groupId: "g", rank })),
    );
    await bench.commit(insertItem({ id: "other", groupId: "h", rank: 3 }));
    const ranks = async (
      range: Query["range"],
      direction: Query["direction"] = "forward",
    ): Promise<unknown[]> =>
      (await bench.queryAll(testItems, "rank", { prefix: ["g"], direction, ...(range && { range }) })).map(
        ({ rank }) => rank,
      );
    equal(await ranks({ above: 0 }), [3, 3, 7, 2 ** 40]);
    equal(await ranks({ from: 0 }), [0, 3, 3, 7, 2 ** 40]);
    equal(await ranks({ to: 3 }), [-5, 0, 3, 3]);
    equal(await ranks({ below: 3 }), [-5, 0]);
    equal(await ranks({ above: -5, to: 3 }, "backward"), [3, 3, 0]);
    equal(await ranks({ from: 3, below: 7 }), [3, 3]);
    equal(await ranks({ above: 7, below: 3 }), []);
    equal(await ranks({ from: 3, above: 3 }), [7, 2 ** 40]);
    equal(await bench.count(testItems, "rank", { prefix: ["g"], range: { from: 3, below: 8 } }), 3);
    const texts = await bench.queryAll(testItems, "key", { range: { above: "i1", below: "i4" } });
    equal(
      texts.map(({ id }) => id),
      ["i2", "i3"],
    );
    const byTie = await bench.queryAll(testItems, "rank", { prefix: ["g", 3], range: { above: "i2" } });
    equal(
      byTie.map(({ id }) => id),
      ["i3"],
    );
    equal((await bench.queryAll(testItems, "rank", { prefix: ["g", 3, "i3"] })).length, 1);
  });

  test("[R7] pages begin after a place, whether a record is there or not", async (bench) => {
    await bench.commit([1, 2, 3, 4, 5].map((rank) => insertItem({ id: `i${rank}`, groupId: "g", rank })));
    const pages: string[] = [];
    let after: readonly KeyValue[] | undefined;
    for (let page = 0; page < 3; page += 1) {
      const parts = { prefix: ["g"], direction: "backward", limit: 2, ...(after && { after }) } as const;
      const { rows, next } = await bench.query(testItems, "rank", parts);
      pages.push(rows.map(({ id }) => id).join(" "));
      after = next;
    }
    equal({ pages, after }, { pages: ["i5 i4", "i3 i2", "i1"], after: undefined });
    const exact = await bench.query(testItems, "rank", { prefix: ["g"], limit: 5 });
    equal({ rows: exact.rows.length, next: exact.next }, { rows: 5, next: undefined });
    const nowhere = await bench.query(testItems, "rank", { prefix: ["g"], after: ["g", 3, ""] });
    equal(
      nowhere.rows.map(({ id }) => id),
      ["i3", "i4", "i5"],
    );
    const back = await bench.query(testItems, "rank", {
      prefix: ["g"],
      after: ["g", 3, ""],
      direction: "backward",
    });
    equal(
      back.rows.map(({ id }) => id),
      ["i2", "i1"],
    );
    equal(
      (await bench.query(testItems, "rank", { after: ["f", 0, ""], limit: 1 })).rows.map(({ id }) => id),
      ["i1"],
    );
  });

  test("[R7] what is not touched appears exactly once on pages read while others write", async (bench) => {
    for (const direction of both) {
      const group = `g-${direction}`;
      const still = Array.from({ length: 40 }, (_, index) => `still-${direction}-${index}`);
      await bench.commit(
        still.map((id, index) => insertItem({ id, groupId: group, rank: (index * 7) % 20 })),
      );
      await bench.commit(
        [0, 1, 2, 3].map((index) =>
          insertItem({ id: `${direction}-${index}`, groupId: group, rank: index * 5 }),
        ),
      );
      const seen: unknown[] = [];
      let after: readonly KeyValue[] | undefined;
      let round = 0;
      do {
        const [page] = await Promise.all([
          bench.query(testItems, "rank", { prefix: [group], direction, limit: 5, ...(after && { after }) }),
          bench.commit(moving(direction, group, round)),
        ]);
        seen.push(...page.rows.map(({ id }) => id));
        after = page.next;
        round += 1;
      } while (after !== undefined && round < 100);
      const stillSeen = seen.filter((id) => still.includes(id as string));
      equal(new Set(stillSeen).size, stillSeen.length, "what was seen twice");
      equal(
        still.filter((id) => !stillSeen.includes(id)),
        [],
        `what stood still, read ${direction}`,
      );
    }
  });

  test("[R8] filters compare fields of every type", async (bench) => {
    await bench.commit([
      insertItem({
        id: "a",
        title: "The Quick fox",
        rank: 1,
        flag: true,
        score: 0.5,
        tags: '["x","y"]',
        metadata: '{"k":{"n":1},"z":null}',
      }),
      insertItem({ id: "b", title: "lazy dog", rank: 2, score: -1, tags: '["y"]', metadata: '{"k":"1"}' }),
      insertItem({ id: "c", title: "", rank: 3, tags: "", metadata: "" }),
    ]);
    const cases: [Filter, string][] = [
      [{ field: "title", test: "equals", value: "lazy dog" }, "b"],
      [{ field: "flag", test: "equals", value: true }, "a"],
      [{ field: "rank", test: "differs", value: 2 }, "a c"],
      [{ field: "score", test: "above", value: -1 }, "a"],
      [{ field: "score", test: "from", value: -1 }, "a b"],
      [{ field: "rank", test: "to", value: 2 }, "a b"],
      [{ field: "title", test: "below", value: "T" }, "c"],
      [{ field: "title", test: "contains", value: "QUICK" }, "a"],
      [{ field: "title", test: "contains", value: "" }, "a b c"],
      [{ field: "tags", test: "has", value: "y" }, "a b"],
      [{ field: "tags", test: "has", value: "x" }, "a"],
      [{ field: "metadata", test: "path", path: ["k", "n"], value: 1 }, "a"],
      [{ field: "metadata", test: "path", path: ["k"], value: "1" }, "b"],
      [{ field: "metadata", test: "path", path: ["z"], value: null }, "a"],
      [{ field: "metadata", test: "path", path: ["__proto__"], value: "x" }, ""],
      [{ field: "revision", test: "equals", value: 1 }, "a b c"],
      [{ field: "rank", test: "above", value: "1" }, ""],
    ];
    for (const [filter, expected] of cases) {
      const { rows } = await bench.query(testItems, "rank", { where: [filter] });
      equal(rows.map(({ id }) => id).join(" "), expected, JSON.stringify(filter));
      const count = await bench.count(testItems, "rank", { where: [filter] });
      equal(count, rows.length, `the count with ${JSON.stringify(filter)}`);
    }
    const all: Filter[] = [
      { field: "rank", test: "above", value: 1 },
      { field: "tags", test: "has", value: "y" },
    ];
    equal(
      (await bench.query(testItems, "rank", { where: all })).rows.map(({ id }) => id),
      ["b"],
    );
  });

  test("[R8] pages of a filtered query go on where the last one stopped", async (bench) => {
    await bench.commit(
      Array.from({ length: 30 }, (_, index) => insertItem({ id: `i${index}`, rank: index, size: index % 3 })),
    );
    const where: Filter[] = [{ field: "size", test: "equals", value: 2 }];
    for (const direction of both) {
      const rows = await bench.queryAll(testItems, "rank", { where, limit: 2, direction });
      const expected = Array.from({ length: 10 }, (_, index) => index * 3 + 2);
      equal(
        rows.map(({ rank }) => rank),
        direction === "forward" ? expected : expected.toReversed(),
      );
    }
  });

  test(
    "[R9] a filter looks at 5,000 records a page, which may be short, even empty",
    async (bench) => {
      for (let batch = 0; batch < 6; batch += 1) {
        await bench.commit(
          Array.from({ length: 1_000 }, (_, index) =>
            insertItem({ id: `i${batch}-${index}`, rank: batch * 1_000 + index }),
          ),
        );
      }
      const where: Filter[] = [{ field: "rank", test: "from", value: 5_999 }];
      const first = await bench.query(testItems, "rank", { prefix: [""], where, limit: 10 });
      equal(first, { rows: [], next: ["", 4_999, "i4-999"] });
      const second = await bench.query(testItems, "rank", {
        prefix: [""],
        where,
        limit: 10,
        after: first.next ?? [],
      });
      equal(
        { ids: second.rows.map(({ id }) => id), next: second.next },
        { ids: ["i5-999"], next: undefined },
      );
      const backward = await bench.query(testItems, "rank", {
        prefix: [""],
        where,
        limit: 10,
        direction: "backward",
      });
      equal(
        { ids: backward.rows.map(({ id }) => id), next: backward.next?.[1] },
        { ids: ["i5-999"], next: 1_000 },
      );
      equal(await bench.count(testItems, "rank", { where }), 1);
      equal(await bench.count(testItems, "key"), 6_000);
    },
    { heavy: true },
  );

  test("[R10] counts are exact, within prefixes and ranges", async (bench) => {
    await bench.commit(
      Array.from({ length: 25 }, (_, index) =>
        insertItem({ id: `i${index}`, groupId: `g${index % 2}`, rank: index }),
      ),
    );
    equal(await bench.count(testItems, "key"), 25);
    equal(await bench.count(testItems, "rank", { prefix: ["g1"] }), 12);
    equal(await bench.count(testItems, "rank", { prefix: ["g1"], range: { above: 3 } }), 10);
    equal(await bench.count(testItems, "rank", { prefix: ["none"] }), 0);
    await bench.commit(insertSession({ id: "s" }));
    await bench.commit(append("s", ["a", "b"]));
    equal(await bench.count({ ...testItems, name: "messages" }, "key", { prefix: ["s"] }), 2);
  });

  test("[R11] one read is as of one position, and never shows half a batch", async (bench) => {
    await bench.commit([insertItem({ id: "a" }), insertItem({ id: "b" }), insertSession({ id: "s" })]);
    const write = async (): Promise<void> => {
      for (let round = 0; round < 30; round += 1) {
        await bench.commit([
          { type: "update", kind: "test_items", key: ["a"], increment: { rank: 1 } },
          { type: "update", kind: "test_items", key: ["b"], increment: { rank: 1 } },
          append("s", [`x${round}`, `y${round}`]),
        ]);
        await nextTurn();
      }
    };
    const ranks = new Map<number, unknown>();
    await runBeside(write, async () => {
      const together = await Promise.all([readTogether(bench), readTogether(bench), readTogether(bench)]);
      for (const { position, rank } of together) {
        equal(ranks.get(position) ?? rank, rank, `what is read as of position ${position}`);
        ranks.set(position, rank);
      }
    });
    // Of reads at the same time, one that is older may come later.
    equal(ranks.get(Math.max(...ranks.keys())), 30);
  });

  test("[R12] what has ended is absent from every read, from its moment on", async (bench) => {
    await bench.commit([
      insertLease({ scope: "x", name: "a", holder: "h", expiresAt: bench.clock.now + 100 }),
      insertLease({ scope: "x", name: "b", expiresAt: bench.clock.now + 200 }),
      insertLease({ scope: "x", name: "c" }),
    ]);
    const shown = async (): Promise<unknown> => ({
      get: (await bench.get(testLeases, ["x", "a"]))?.name,
      unique: (await bench.get(testLeases, { unique: "holder", values: ["h"] }))?.name,
      query: (await bench.queryAll(testLeases, "expiry", { limit: 1 })).map(({ name }) => name),
      count: await bench.count(testLeases, "key", { prefix: ["x"] }),
    });
    bench.clock.advance(99);
    equal(await shown(), { get: "a", unique: "a", query: ["c", "a", "b"], count: 3 });
    bench.clock.advance(1);
    equal(await shown(), { get: undefined, unique: undefined, query: ["c", "b"], count: 2 });
  });

  test("[R13] reads that no store should see are refused", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    await refuses(bench.query(testItems, "none"), "invalid", "shape");
    await refuses(bench.query(testItems, "toString"), "invalid", "shape");
    await refuses(bench.query(testItems, "rank", { prefix: ["", 0, "i", "?"] }), "invalid", "shape");
    await refuses(bench.query(testItems, "rank", { prefix: [0] }), "invalid", "type");
    await refuses(bench.query(testItems, "flag", { prefix: [true as unknown as number] }), "invalid", "type");
    await refuses(
      bench.query(testItems, "rank", { prefix: ["", 0, "i"], range: { above: 1 } }),
      "invalid",
      "range",
    );
    await refuses(bench.query(testItems, "rank", { range: { above: 1 } }), "invalid", "type");
    for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
      await refuses(bench.query(testItems, "rank", { limit }), "invalid", "limit");
    }
    await refuses(bench.query(testItems, "rank", { after: ["", 0] }), "invalid", "cursor");
    await refuses(bench.query(testItems, "rank", { after: ["", "0", "i"] }), "invalid", "type");
    const where: Filter[] = [{ field: "none", test: "equals", value: 1 }];
    await refuses(bench.query(testItems, "rank", { where }), "invalid", "unknown_field");
    const strange = [{ field: "rank", test: "none" as "equals", value: 1 }];
    await refuses(bench.query(testItems, "rank", { where: strange }), "invalid", "filter");
    await refuses(bench.query(testItems, "rank", { direction: "none" as "forward" }), "invalid", "direction");
    await refuses(bench.query(testItems, "rank", { select: "none" as "all" }), "invalid", "select");
    await refuses(bench.get(testItems, "i", { select: "none" as "all" }), "invalid", "select");
    await refuses(bench.get(testItems, "i", { type: "none" as "get" }), "invalid", "request");
    await refuses(bench.query({ ...testItems, name: "none" }, "key"), "invalid", "kind");
    await refuses(bench.get(testItems, []), "invalid", "key");
    await refuses(bench.get(testItems, ["i", "j"]), "invalid", "key");
    await refuses(bench.get(testItems, [1]), "invalid", "type");
    await refuses(bench.get(testItems, ["\0"]), "invalid", "text");
    await refuses(bench.get(testItems, ["\ud800"]), "invalid", "text");
    await refuses(bench.get(testItems, { unique: "none", values: ["i"] }), "invalid", "key");
    await refuses(bench.get(testItems, { unique: "constructor", values: ["i"] }), "invalid", "key");
    const keys = Array.from({ length: 1_001 }, (_, index) => [`${index}`]);
    const many = bench.store.read({
      tenant: "tenant-a",
      requests: [{ type: "get", kind: "test_items", keys }],
    });
    await refuses(many, "too_large", "batch");
  });
}

/** Writes beside a reader: records that move to and fro, come and go. */
function moving(name: string, group: string, round: number): Write[] {
  return [
    { type: "update", kind: "test_items", key: [`${name}-0`], set: { rank: round % 2 === 0 ? 19 : 0 } },
    { type: "update", kind: "test_items", key: [`${name}-1`], set: { rank: (round * 3) % 20 } },
    insertItem({ id: `${name}-new-${round}`, groupId: group, rank: (round * 11) % 20 }),
    { type: "remove", kind: "test_items", key: [`${name}-new-${round - 1}`] },
  ];
}

async function readTogether(bench: Bench): Promise<{ position: number; rank: unknown }> {
  const { position, answers } = await bench.store.read({
    tenant: "tenant-a",
    requests: [
      { type: "get", kind: "test_items", keys: [["a"]] },
      { type: "query", kind: "test_items", shape: "key", prefix: ["b"], direction: "forward", limit: 1 },
      { type: "get", kind: "sessions", keys: [["s"]] },
      { type: "count", kind: "messages", shape: "key", prefix: ["s"] },
    ],
  });
  const rank = answers[0][0]?.rank;
  equal(
    { b: answers[1].rows[0]?.rank, last: answers[2][0]?.lastSeq, count: answers[3] },
    { b: rank, last: (rank as number) * 2, count: (rank as number) * 2 },
    "what one read answers",
  );
  return { position, rank };
}
