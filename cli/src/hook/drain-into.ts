/** What hooks have kept for a store, for the commands that have it open. */
import type { Throughline } from "@throughline/core";
import type { ResolvedConfiguration } from "../configuration/resolve-configuration.ts";
import { printWarning } from "../report-error.ts";
import { drainSpool } from "./drain-spool.ts";
import { Spool } from "./spool.ts";
import { onlyStore } from "./spool-stores.ts";

/** Milliseconds between two looks of a server. */
const lookEvery = 2_000;

/** Records what hooks have kept for this store. What can't be recorded is told, and is no reason to fail. */
export async function drainInto(
  throughline: Throughline,
  configuration: ResolvedConfiguration,
): Promise<void> {
  const spool = new Spool();
  try {
    if (spool.list().length === 0) return;
    const { trouble, rejected } = await drainSpool(spool, onlyStore(throughline, configuration));
    if (trouble !== undefined) printWarning(`events of hooks wait to be recorded: ${trouble}`);
    if (rejected > 0) printWarning(`${rejected} events of hooks were set aside; see ${spool.rejected}`);
  } catch (error) {
    printWarning(`events of hooks can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export interface RegularDraining {
  /** Resolves when none is recorded any longer. */
  stop(): Promise<void>;
}

/** Records what waits for this store, at once and while the server runs. */
export function drainRegularly(
  throughline: Throughline,
  configuration: ResolvedConfiguration,
): RegularDraining {
  const spool = new Spool();
  let seen: ReadonlySet<string> = new Set();
  let running = Promise.resolve();
  const look = async (): Promise<void> => {
    const waiting = listed(spool);
    // What waits for another store, or can't be recorded, is not tried again and again.
    if (waiting.every((name) => seen.has(name))) return;
    await drainInto(throughline, configuration);
    seen = new Set(waiting);
  };
  const next = (): void => {
    running = running.then(look);
  };
  next();
  const timer = setInterval(next, lookEvery);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

function listed(spool: Spool): readonly string[] {
  try {
    return spool.list();
  } catch {
    return [];
  }
}
