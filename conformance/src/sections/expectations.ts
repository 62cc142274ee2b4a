/** Expectations and operation ids: what makes a retry safe. */
import type { Expectation } from "@throughline/core";
import { equal, holds, refuses } from "../assertions.ts";
import { TENANT } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems } from "../kinds.ts";
import { hide, insertItem, insertSession } from "../records.ts";

const item = (type: "present" | "absent", id: string): Expectation => ({
  type,
  kind: "test_items",
  key: [id],
});

export function testExpectations(test: Declare): void {
  test("[C16] `present` and `absent` refuse a batch that finds otherwise", async (bench) => {
    await bench.commit(insertItem({ id: "there", code: "c" }));
    await bench.commit(insertItem({ id: "a" }), {
      expect: [item("present", "there"), item("absent", "none")],
    });
    const wrong = bench.commit(insertItem({ id: "b" }), { expect: [item("present", "none")] });
    equal((await refuses(wrong, "conflict", "expectation")).outcome, "refused");
    const second = bench.commit(insertItem({ id: "b" }), {
      expect: [item("present", "there"), item("absent", "a")],
    });
    await refuses(second, "conflict", "expectation");
    const unique = { unique: "code", values: ["c"] };
    const byUnique = { type: "absent", kind: "test_items", key: unique } as const;
    await refuses(bench.commit(insertItem({ id: "b" }), { expect: [byUnique] }), "conflict", "expectation");
    await bench.commit(insertItem({ id: "d" }), { expect: [{ ...byUnique, type: "present" }] });
    equal(await bench.get(testItems, "b"), undefined);
  });

  test("[C16] `equals` compares fields and the revision", async (bench) => {
    await bench.commit(insertItem({ id: "i", rank: 3, title: "t", score: null, flag: true }));
    const update = { type: "update", kind: "test_items", key: ["i"], increment: { rank: 1 } } as const;
    const equals = (
      fields: Extract<Expectation, { type: "equals" }>["fields"],
    ): { expect: Expectation[] } => ({
      expect: [{ type: "equals", kind: "test_items", key: ["i"], fields }],
    });
    await bench.commit(update, equals({ rank: 3, title: "t", score: null, flag: true, revision: 1 }));
    await refuses(bench.commit(update, equals({ rank: 4, revision: 1 })), "conflict", "expectation");
    await refuses(bench.commit(update, equals({ rank: 3 })), "conflict", "expectation");
    await refuses(bench.commit(update, equals({ score: 0 })), "conflict", "expectation");
    equal((await bench.get(testItems, "i"))?.rank, 4);
    const none = { type: "equals", kind: "test_items", key: ["none"], fields: {} } as const;
    await refuses(bench.commit([], { expect: [none] }), "conflict", "expectation");
  });

  test("[C16] of two writers that expect the same revision, one is written", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    const attempts = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        bench.commit(
          { type: "update", kind: "test_items", key: ["i"], increment: { rank: 1 } },
          { expect: [{ type: "equals", kind: "test_items", key: ["i"], fields: { revision: 1 } }] },
        ),
      ),
    );
    equal(attempts.filter(({ status }) => status === "fulfilled").length, 1);
    equal((await bench.get(testItems, "i"))?.rank, 1);
  });

  test("[C16] expectations are about what was there before the batch", async (bench) => {
    await bench.commit(insertItem({ id: "i" }), { expect: [item("absent", "i")] });
    const after = bench.commit(insertItem({ id: "j" }), { expect: [item("present", "j")] });
    await refuses(after, "conflict", "expectation");
  });

  test("[C16] by its id a deleted session is seen by expectations, by its unique keys it is not", async (bench) => {
    await bench.commit(insertSession({ id: "s", userId: "u", externalKey: "x" }));
    await bench.commit(hide("s", 77));
    const byId = { type: "equals", kind: "sessions", key: ["s"], fields: { hiddenAt: 77 } } as const;
    const byKey = {
      type: "absent",
      kind: "sessions",
      key: { unique: "external", values: ["u", "", "x"] },
    } as const;
    await bench.commit([], { expect: [byId, byKey] });
  });

  test("[C17] an operation that is known answers its first result and writes nothing", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    const operation = { id: "op", fingerprint: "print" };
    const increment = { type: "update", kind: "test_items", key: ["i"], increment: { rank: 1 } } as const;
    const first = await bench.commit(increment, { operation });
    equal(first.replayed, false);
    await bench.commit(insertItem({ id: "between" }));
    const second = await bench.commit(increment, { operation });
    equal(second, { ...first, replayed: true });
    equal((await bench.get(testItems, "i"))?.rank, 1);
    equal((await bench.feed()).length, 3);
  });

  test("[C17] an operation answers its first result also where the batch itself is another one", async (bench) => {
    // After a restart a caller asks the same with fresh ids and times: the fingerprint says that it is the same.
    const operation = { id: "op", fingerprint: "print" };
    const first = await bench.commit(insertItem({ id: "fresh-1" }), { operation });
    equal(await bench.commit(insertItem({ id: "fresh-2" }), { operation }), { ...first, replayed: true });
    equal(await bench.get(testItems, "fresh-2"), undefined);
  });

  test("[C17] a known operation is answered before expectations are checked", async (bench) => {
    const operation = { id: "op", fingerprint: "print" };
    const expect = [item("absent", "i")];
    const first = await bench.commit(insertItem({ id: "i" }), { operation, expect });
    equal(await bench.commit(insertItem({ id: "i" }), { operation, expect }), { ...first, replayed: true });
  });

  test("[C17] an operation at the same time as its retry is carried out once", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    const operation = { id: "op", fingerprint: "print" };
    const increment = { type: "update", kind: "test_items", key: ["i"], increment: { rank: 1 } } as const;
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => bench.commit(increment, { operation })),
    );
    equal(answers.filter(({ replayed }) => !replayed).length, 1);
    equal(new Set(answers.map(({ position }) => position)).size, 1);
    equal((await bench.get(testItems, "i"))?.rank, 1);
  });

  test("[C18] an operation id with another fingerprint is refused", async (bench) => {
    await bench.commit(insertItem({ id: "i" }), { operation: { id: "op", fingerprint: "one" } });
    const other = bench.commit(insertItem({ id: "j" }), { operation: { id: "op", fingerprint: "two" } });
    equal((await refuses(other, "conflict", "operation_reused")).outcome, "refused");
    equal(await bench.get(testItems, "j"), undefined);
  });

  test("[C18] an operation id is its tenant's", async (bench) => {
    await bench.commit(insertItem({ id: "i" }), { operation: { id: "op", fingerprint: "one" } });
    const other = { tenant: "tenant-b", operation: { id: "op", fingerprint: "two" } };
    equal((await bench.commit(insertItem({ id: "i" }), other)).replayed, false);
  });

  test("[C19] the operation of a refused batch is not remembered", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    const operation = { id: "op", fingerprint: "print" };
    await refuses(bench.commit(insertItem({ id: "i" }), { operation }), "conflict", "exists");
    equal((await bench.commit(insertItem({ id: "j" }), { operation })).replayed, false);
    holds((await bench.get(testItems, "j")) !== undefined, "the second attempt was not written");
  });

  test("[C19] an operation that changed nothing is remembered", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    const operation = { id: "op", fingerprint: "print" };
    const first = await bench.commit(insertItem({ id: "i" }, "keep"), { operation });
    await bench.commit({ type: "remove", kind: "test_items", key: ["i"] });
    equal(await bench.commit(insertItem({ id: "i" }, "keep"), { operation }), { ...first, replayed: true });
  });

  test(
    "[C17, M5] operation ids are known after the store was opened again",
    async (bench) => {
      const operation = { id: "op", fingerprint: "print" };
      const appended = { id: "op-2", fingerprint: "other" };
      const insert = [insertSession({ id: "s" }), insertItem({ id: "i" })];
      const first = await bench.commit(insert, { operation });
      const kept = await bench.commit(insertItem({ id: "i" }, "keep"), { operation: appended });
      await bench.reopen();
      equal(await bench.commit(insert, { operation }), { ...first, replayed: true });
      equal(await bench.commit([], { operation: appended }), { ...kept, replayed: true });
      const other = bench.store.commit({
        tenant: TENANT,
        writes: [],
        operation: { id: "op", fingerprint: "?" },
      });
      await refuses(other, "conflict", "operation_reused");
    },
    { needs: "reopen" },
  );
}
