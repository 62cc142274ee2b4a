/** The process that a hook starts: records what waits, and what comes in the next seconds. */
import { setTimeout as sleep } from "node:timers/promises";
import { takeDrainerLock } from "./drainer-lock.ts";
import { drainSpool } from "./drain-spool.ts";
import type { HookArguments } from "./hook-arguments.ts";
import { Spool } from "./spool.ts";
import { everyStore } from "./spool-stores.ts";

/** Milliseconds between two looks for more. */
const lookEvery = 100;

/**
 * Records until nothing came for as long as the settings say, unless another process does so already. What its store doesn't
 * take now waits for the next process, or for the next event that comes while this one runs.
 */
export async function recordWaiting({ store }: HookArguments): Promise<void> {
  const spool = new Spool();
  let seen: ReadonlySet<string> = new Set();
  const hasNew = (): boolean => spool.list().some((name) => !seen.has(name));
  // A hook that saw the lock just before it was given back started nobody: its event is looked for after that.
  while (hasNew()) {
    const lock = takeDrainerLock(spool.folder);
    if (lock === undefined) return;
    const stores = everyStore(store);
    try {
      let until = 0;
      do {
        if (hasNew()) {
          seen = new Set(spool.list());
          const { lingerSeconds } = await drainSpool(spool, stores);
          until = performance.now() + lingerSeconds * 1_000;
        }
        await sleep(Math.min(lookEvery, Math.max(0, until - performance.now())));
      } while (performance.now() < until);
    } finally {
      lock.release();
      await stores.close();
    }
  }
}
