import { join } from "node:path";
import type { CommitOutcome, CommitResult, GuardedStore } from "@throughline/core";
import { guardStore, isThroughlineError, parseTextQuery } from "@throughline/core";
import { type SqlDatabase, openDatabase } from "../../driver.ts";
import { sqliteStore } from "../../sqlite-store.ts";
import { tenant } from "../../test/records.ts";
import { DATABASE, type Step, timeOf } from "./workloads.ts";

/** What a workload tells of its calls: of a commit each answer, of other calls what failed. */
export type Report =
  | { readonly call: "commit"; readonly name: string; readonly result: CommitResult }
  | { readonly call: string; readonly name?: string; readonly result?: never; readonly failure: Failure };

export interface Failure {
  /** `code/reason`, or the text of an error that is not the store's own. */
  readonly error: string;
  readonly outcome?: CommitOutcome;
}

export interface WorkloadRun {
  readonly folder: string;
  readonly steps: readonly Step[];
  readonly durability: "power-loss" | "process-crash";
  readonly report: (report: Report) => void;
}

/** How often a call that failed is tried: what a fault broke must work again when the fault is gone. */
export const ATTEMPTS = 3;

/** Carries out a workload, whatever fails; ends early only where the store can't be opened. */
export async function carryOutWorkload(run: WorkloadRun): Promise<void> {
  const { folder, steps, durability, report } = run;
  const path = join(folder, DATABASE);
  let time = 0;
  let store: GuardedStore | undefined;

  const attempt = async (
    call: string,
    name: string | undefined,
    task: () => Promise<unknown>,
  ): Promise<void> => {
    for (let attempts = 0; attempts < ATTEMPTS; attempts += 1) {
      try {
        await task();
        return;
      } catch (error) {
        report({ call, ...(name === undefined ? {} : { name }), failure: describe(error) });
      }
    }
  };
  const open = (): Promise<void> =>
    attempt("open", undefined, async () => {
      const opened = await sqliteStore({ path, durability });
      // Nothing is resent: the attempts are counted here.
      store = guardStore(opened, { clock: () => time, resendForMs: 0 });
    });
  const close = async (): Promise<void> => {
    await attempt("close", undefined, async () => store?.close());
    store = undefined;
  };

  await open();
  for (const [step, { batches = [], work }] of steps.entries()) {
    time = timeOf(step);
    const current = store;
    if (current === undefined) return;
    await Promise.all(
      batches.map((batch, index) => {
        const name = `${step}/${index}`;
        return attempt("commit", name, async () => {
          report({ call: "commit", name, result: await current.commit(batch) });
        });
      }),
    );
    if (work === "reopen") {
      await close();
      await open();
    } else if (work === "read") await attempt("read", undefined, () => readAll(current));
    else if (work !== undefined) foldLog(path, work);
  }
  await close();
}

/** One call of each verb that reads. */
async function readAll(store: GuardedStore): Promise<void> {
  await store.read({
    tenant,
    requests: [
      { type: "query", kind: "sessions", shape: "key", prefix: [], direction: "forward", limit: 100 },
    ],
  });
  await store.changes({ tenant, limit: 100 });
  await store.search({ tenant, text: parseTextQuery("word"), order: "rank", skip: 0, limit: 10 });
  await store.check();
}

/** As another process would; the store's own checkpoints come only after thousands of pages. */
function foldLog(path: string, how: "checkpoint" | "truncate"): void {
  let other: SqlDatabase | undefined;
  try {
    other = openDatabase(path, { readOnly: false });
    other.exec(`PRAGMA wal_checkpoint(${how === "truncate" ? "TRUNCATE" : "PASSIVE"})`);
  } catch {
    // A fault here is that other process's.
  } finally {
    other?.close();
  }
}

function describe(error: unknown): Failure {
  if (!isThroughlineError(error)) return { error: String(error) };
  const { code, reason, outcome } = error;
  return { error: `${code}/${String(reason)}`, ...(outcome === undefined ? {} : { outcome }) };
}
