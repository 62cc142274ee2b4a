/** Opening, closing, capabilities, pruning, time. */
import type { GuardedStore, Kind } from "@throughline/core";
import { guardStore, messages, parseTextQuery, productKinds, sessions } from "@throughline/core";
import { equal, holds, refuses } from "../assertions.ts";
import { TENANT } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems, testKinds, testLeases } from "../kinds.ts";
import { append, insertItem, insertLease, insertSession } from "../records.ts";

export function testLifecycle(test: Declare): void {
  test("[M1] a store says what it can do", async (bench) => {
    const { name, durability, unknownOutcomes, shared, search } = bench.store.capabilities;
    holds(name !== "", "the store has no name");
    holds(["none", "process-crash", "power-loss"].includes(durability), `no durability: ${durability}`);
    holds(
      typeof unknownOutcomes === "boolean" && typeof shared === "boolean",
      "a capability is not true or false",
    );
    holds(["index", "scan"].includes(search), `no kind of search: ${search}`);
  });

  test("[M2] a store has the product's kinds and those it was opened with", async (bench) => {
    const names = [...productKinds, ...testKinds].map(({ name }) => name);
    equal([...bench.store.kinds.keys()].toSorted(), names.toSorted());
    for (const kind of [...productKinds, ...testKinds]) {
      equal(bench.store.kinds.get(kind.name)?.key, kind.key);
      holds((await bench.queryAll(kind, "key")).length === 0, `${kind.name} is not empty`);
    }
  });

  test("[M3] every call to a closed store fails, and closing it again does nothing", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    await Promise.all([bench.store.close(), bench.store.close()]);
    await bench.store.close();
    for (const call of callsOf(bench.store))
      equal((await refuses(call(), "closed", "closed")).outcome, "refused");
  });

  test("[M4] closing waits for what was begun", async (bench) => {
    await bench.commit([insertItem({ id: "i" }), insertSession({ id: "s" })]);
    const writes = Array.from({ length: 20 }, (_, index) => bench.commit(append("s", [`m${index}`])));
    const reads = Array.from({ length: 5 }, () => bench.get(testItems, "i"));
    const closed = bench.store.close();
    const late = refuses(bench.commit(insertItem({ id: "late" })), "closed", "closed");
    const results = await Promise.all(writes);
    equal(results.length, 20);
    equal(
      (await Promise.all(reads)).map((row) => row?.id),
      ["i", "i", "i", "i", "i"],
    );
    await Promise.all([closed, late]);
  });

  test(
    "[M5] what was acknowledged is there after the store was opened again",
    async (bench) => {
      await bench.commit([
        insertSession({ id: "s", userId: "u", externalKey: "x" }),
        append("s", ["a", "b"]),
      ]);
      await bench.commit([
        insertItem({ id: "i", code: "c", bytes: new Uint8Array([0, 255]) }),
        insertItem({ id: "gone" }),
      ]);
      await bench.commit([
        { type: "update", kind: "test_items", key: ["i"], set: { rank: 4 } },
        { type: "remove", kind: "test_items", key: ["gone"] },
      ]);
      const before = [
        await bench.get(sessions, "s"),
        await bench.get(testItems, "i"),
        await bench.queryAll(messages, "key", { prefix: ["s"] }),
      ];
      const last = bench.store.commit({ tenant: TENANT, writes: [append("s", ["c"])] });
      await Promise.all([last, bench.store.close()]);
      await bench.reopen();
      const after = [
        await bench.get(testItems, "i"),
        await bench.queryAll(messages, "key", { prefix: ["s"], limit: 2 }),
      ];
      equal(after[0], before[1]);
      equal((after[1] as unknown[]).slice(0, 2), before[2]);
      equal((await bench.get(sessions, { unique: "external", values: ["u", "", "x"] }))?.lastSeq, 3);
      equal((await bench.commit(append("s", ["d"]))).results[0], {
        outcome: "appended",
        session: "s",
        messages: [{ id: "d", seq: 4, revision: 1, outcome: "inserted" }],
      });
      equal((await bench.commit(insertItem({ id: "gone" }))).results, [
        { outcome: "inserted", key: ["gone"], revision: 2 },
      ]);
      await refuses(bench.commit(insertItem({ id: "j", code: "c" })), "conflict", "exists");
    },
    { needs: "reopen" },
  );

  test("[M6] a check of a healthy store finds nothing", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a", "b"]), insertItem({ id: "i" })]);
    await bench.commit([
      { type: "remove", kind: "messages", key: ["s", 1] },
      { type: "remove", kind: "test_items", key: ["i"] },
    ]);
    equal(await bench.store.check(), []);
  });

  test("[M7] pruning forgets operations, and the revisions of what was removed, from before a time", async (bench) => {
    const old = { id: "old", fingerprint: "1" };
    await bench.commit([insertItem({ id: "a" }), insertItem({ id: "b" })], { operation: old });
    await bench.commit({ type: "remove", kind: "test_items", key: ["a"] });
    bench.clock.advance(1_000);
    const young = { id: "young", fingerprint: "1" };
    const first = await bench.commit(
      { type: "remove", kind: "test_items", key: ["b"] },
      { operation: young },
    );
    await bench.store.prune({ changes: 0, operations: 0 });
    equal((await bench.feed()).length, 3);
    await bench.store.prune({ changes: bench.clock.now, operations: bench.clock.now });
    equal(await bench.commit([], { operation: young }), { ...first, replayed: true });
    equal((await bench.commit([], { operation: { ...old, fingerprint: "2" } })).replayed, false);
    const { results } = await bench.commit([insertItem({ id: "a" }), insertItem({ id: "b" })]);
    equal(
      results.map((result) => ("revision" in result ? result.revision : 0)),
      [1, 2],
    );
  });

  test("[M7] pruning takes nothing that is there", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a"]), insertItem({ id: "i" })]);
    bench.clock.advance(1_000);
    await bench.store.prune({ changes: bench.clock.now, operations: bench.clock.now });
    equal((await bench.get(testItems, "i"))?.id, "i");
    equal((await bench.queryAll(messages, "key", { prefix: ["s"] })).length, 1);
    equal(await bench.store.check(), []);
  });

  test(
    "[M8] two stores on one database see each other's writes, and give no position twice",
    async (bench) => {
      const another = await bench.openAnother();
      await bench.commit([insertSession({ id: "s" }), insertItem({ id: "i" })]);
      const { cursor } = await another.changes({ tenant: TENANT, limit: 1 });
      const writes = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? bench.store : another).commit({
          tenant: TENANT,
          writes: [
            append("s", [`m${index}`]),
            { type: "update", kind: "test_items", key: ["i"], increment: { rank: 1 } },
          ],
        }),
      );
      const positions = (await Promise.all(writes)).map(({ position }) => position);
      equal(new Set(positions).size, 20);
      const requests = [
        { type: "query", kind: "messages", shape: "key", prefix: ["s"], direction: "forward", limit: 100 },
      ] as const;
      for (const store of [bench.store, another]) {
        const { answers } = await store.read({ tenant: TENANT, requests });
        equal(
          answers[0].rows.map(({ seq }) => seq),
          Array.from({ length: 20 }, (_, index) => index + 1),
        );
      }
      equal((await bench.get(testItems, "i"))?.rank, 20);
      equal((await bench.feed({ since: cursor })).length, 20);
      const operation = { id: "op", fingerprint: "" };
      const first = await bench.commit(insertItem({ id: "j" }), { operation });
      equal(await another.commit({ tenant: TENANT, writes: [], operation }), { ...first, replayed: true });
      await another.close();
    },
    { needs: "openAnother" },
  );

  test("[M9] time never goes back behind a guard", async (bench) => {
    await bench.commit(insertLease({ scope: "x", name: "l", expiresAt: bench.clock.now + 10 }));
    bench.clock.advance(10);
    equal(await bench.get(testLeases, ["x", "l"]), undefined);
    bench.clock.advance(-10);
    equal(await bench.get(testLeases, ["x", "l"]), undefined);
    equal(bench.store.now(), bench.clock.now + 10);
  });

  test("[M10] a guard refuses kinds whose keys can't say which session owns a record", async (bench) => {
    const kinds: Kind[] = [
      { ...testItems, session: "groupId" },
      {
        ...testItems,
        key: ["groupId", "id"],
        session: "groupId",
        unique: { code: { fields: ["code"], filled: "code" } },
      },
    ];
    for (const kind of kinds) {
      let error: unknown;
      try {
        guardStore({
          ...bench.raw,
          capabilities: bench.raw.capabilities,
          kinds: new Map([[kind.name, kind]]),
        });
      } catch (thrown) {
        error = thrown;
      }
      holds(error instanceof TypeError, "the kind was taken");
    }
  });
}

function callsOf(store: GuardedStore): (() => Promise<unknown>)[] {
  const search = { tenant: TENANT, text: parseTextQuery("a"), order: "rank", limit: 1, skip: 0 } as const;
  return [
    () => store.commit({ tenant: TENANT, writes: [] }),
    () => store.read({ tenant: TENANT, requests: [] }),
    () => store.search(search),
    () => store.changes({ tenant: TENANT, limit: 1 }),
    () => store.check(),
    () => store.prune({ changes: 0, operations: 0 }),
  ];
}
