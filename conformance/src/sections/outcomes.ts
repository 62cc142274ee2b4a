/** Commits that fail: refused, unknown, given up by the caller. */
import type { GuardedStore, Write } from "@throughline/core";
import { isThroughlineError } from "@throughline/core";
import { equal, failureOf, holds, refuses } from "../assertions.ts";
import { TENANT } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems } from "../kinds.ts";
import { losingStore } from "../losing-store.ts";
import { append, insertItem, insertSession } from "../records.ts";
import { wrapStore } from "../wrap-store.ts";

const increment: Write = { type: "update", kind: "test_items", key: ["i"], increment: { rank: 1 } };

function commit(store: GuardedStore, writes: readonly Write[]): ReturnType<GuardedStore["commit"]> {
  return store.commit({ tenant: TENANT, writes });
}

export function testOutcomes(test: Declare): void {
  test("[C38] a batch whose answer was lost is sent again as it was, and carried out once", async (bench) => {
    await bench.commit([insertItem({ id: "i" }), insertSession({ id: "s" })]);
    const { store, sent } = losingStore(bench.raw, ["after", "before", "after"]);
    const guarded = bench.guard(store);
    const { results, replayed } = await commit(guarded, [increment, append("s", ["m"])]);
    equal(results[1], {
      outcome: "appended",
      session: "s",
      messages: [{ id: "m", seq: 1, revision: 1, outcome: "inserted" }],
    });
    equal({ replayed, sent: sent.length }, { replayed: true, sent: 4 });
    holds(
      sent.every((batch) => batch === sent[0]),
      "the batch was changed before it was sent again",
    );
    equal((await bench.get(testItems, "i"))?.rank, 1);
  });

  test("[C38] a batch that never arrived is carried out when it is sent again", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    const { store } = losingStore(bench.raw, ["before", "before"]);
    equal((await commit(bench.guard(store), [increment])).replayed, false);
    equal((await bench.get(testItems, "i"))?.rank, 1);
  });

  test("[C38] the guard gives an operation id where answers can be lost, and keeps the caller's", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    const { store, sent } = losingStore(bench.raw, "none");
    const guarded = bench.guard(store);
    await commit(guarded, [increment]);
    await commit(guarded, [increment]);
    const operation = { id: "mine", fingerprint: "print" };
    await guarded.commit({ tenant: TENANT, writes: [increment], operation });
    const quiet = { type: "update", kind: "test_items", key: ["i"], increment: { hits: 1 } } as const;
    await guarded.commit({ tenant: TENANT, writes: [quiet], quiet: { durable: false } });
    const ids = sent.map((batch) => batch.operation?.id);
    holds(ids[0] !== undefined && ids[0] !== ids[1], "the guard gave no operation ids of its own");
    equal([sent[2]?.operation, sent[3]?.operation], [operation, undefined]);
  });

  test("[C39] when the time is over the guard gives up as unknown, and names the operation", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    const { store, sent } = losingStore(bench.raw, "after");
    const guarded = bench.guard(store, { resendForMs: 100 });
    const operation = { id: "op", fingerprint: "" };
    const error = await refuses(
      guarded.commit({ tenant: TENANT, writes: [increment], operation }),
      "unavailable",
      "timeout",
    );
    equal(
      { outcome: error.outcome, retryable: error.retryable, details: error.details },
      { outcome: "unknown", retryable: true, details: { operation: "op" } },
    );
    holds(sent.length > 1, "the batch was sent once only");
    const later = await bench.commit(increment, { operation });
    equal(
      { replayed: later.replayed, rank: (await bench.get(testItems, "i"))?.rank },
      { replayed: true, rank: 1 },
    );
    const own = await refuses(commit(guarded, [increment]), "unavailable", "timeout");
    holds(typeof own.details?.operation === "string", "the error names no operation");
  });

  test("[C39] a refused batch is not sent again", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    const { store, sent } = losingStore(bench.raw, "none");
    await refuses(commit(bench.guard(store), [insertItem({ id: "i" })]), "conflict", "exists");
    equal(sent.length, 1);
  });

  test("[C40] what a store throws that is no error of ours becomes one", async (bench) => {
    const cause = new TypeError("a bug");
    const fails = (): Promise<never> => Promise.reject(cause);
    const store = bench.guard(
      wrapStore(bench.raw, { commit: fails, read: fails, changes: fails, check: fails }),
    );
    const calls = [
      commit(store, [increment]),
      store.read({ tenant: TENANT, requests: [] }),
      store.changes({ tenant: TENANT, limit: 1 }),
      store.check(),
    ];
    for (const call of calls) {
      const error = await refuses(call, "unavailable", "store_failure");
      equal({ outcome: error.outcome, cause: error.cause === cause }, { outcome: "unknown", cause: true });
    }
  });

  test("[C44] a call whose signal is aborted already is not begun", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    const signal = AbortSignal.abort(new Error("enough"));
    const calls = [
      bench.store.commit({ tenant: TENANT, writes: [increment] }, { signal }),
      bench.store.read({ tenant: TENANT, requests: [] }, { signal }),
      bench.store.changes({ tenant: TENANT, limit: 1 }, { signal }),
    ];
    for (const call of calls) equal((await failureOf(call)) === signal.reason, true, "the signal's reason");
    equal((await bench.get(testItems, "i"))?.rank, 0);
  });

  test("[C44] a commit that is given up is carried out whole or not at all, and its answer says which", async (bench) => {
    await bench.commit([insertItem({ id: "i" }), insertSession({ id: "s" })]);
    let written = 0;
    for (let round = 0; round < 30; round += 1) {
      const controller = new AbortController();
      const call = bench.store.commit(
        { tenant: TENANT, writes: [increment, append("s", [`m${round}`])] },
        { signal: controller.signal },
      );
      for (let turns = 0; turns < round % 10; turns += 1) await Promise.resolve();
      controller.abort(new Error("enough"));
      const [settled] = await Promise.allSettled([call]);
      if (settled.status === "fulfilled") written += 1;
      else equal(settled.reason === controller.signal.reason, true, "the signal's reason");
    }
    const item = await bench.get(testItems, "i");
    equal(item?.rank, written, "what was answered and what was written");
    equal(await bench.count({ ...testItems, name: "messages" }, "key", { prefix: ["s"] }), written);
  });

  test("[C44] a read is given up when its signal says so", async (bench) => {
    await bench.commit(insertItem({ id: "i" }));
    const slow = bench.guard(wrapStore(bench.raw, { read: () => new Promise(() => undefined) }));
    const controller = new AbortController();
    const call = slow.read({ tenant: TENANT, requests: [] }, { signal: controller.signal });
    controller.abort(new Error("enough"));
    const error = await failureOf(call);
    equal(
      { ours: isThroughlineError(error), reason: error === controller.signal.reason },
      { ours: false, reason: true },
    );
  });
}
