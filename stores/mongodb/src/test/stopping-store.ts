/** A store that stops at one of its calls to the database: as a process that is killed there, or one that is asleep. */
import type { Kind, Store } from "@throughline/core";
import { openMongodbStore } from "../mongodb-store.ts";
import { neverIndexed } from "./never-indexed.ts";

export interface StoppingStore {
  readonly store: Store;
  /** Begins to count calls. */
  arm(): void;
  /** The calls since then. */
  readonly calls: readonly string[];
  /** Resolves when it has stopped. */
  readonly stopped: Promise<void>;
  /** Lets it go on, if it was asleep. */
  wake(): void;
}

export interface Stop {
  /** The number of the call, from 1. */
  readonly at: number;
  /** Killed: the call is carried out, and its answer comes no more. Asleep: the call waits until the store is woken. */
  readonly how: "killed" | "asleep";
}

export async function openStoppingStore(
  url: string,
  kinds: readonly Kind[],
  stop: Stop | undefined,
): Promise<StoppingStore> {
  const calls: string[] = [];
  let isArmed = false;
  let isStopped = false;
  const stopped = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  const store = await openMongodbStore(
    { url, kinds },
    {
      pace: { stripAfterMs: 10, foreignAfterMs: 10 },
      index: neverIndexed,
      documentBytes: 100_000,
      intercept: async (call, run) => {
        if (!isArmed) return run();
        if (isStopped) {
          // A process that is gone, or asleep, makes no call at all.
          await (stop?.how === "asleep" ? woken.promise : forever);
          return run();
        }
        calls.push(call);
        if (calls.length !== stop?.at) return run();
        isStopped = true;
        if (stop.how === "asleep") {
          stopped.resolve();
          await woken.promise;
          return run();
        }
        await run().catch(() => undefined);
        stopped.resolve();
        return forever;
      },
    },
  );
  return {
    store,
    calls,
    stopped: stopped.promise,
    arm: () => {
      isArmed = true;
    },
    wake: () => {
      isStopped = false;
      isArmed = false;
      woken.resolve();
    },
  };
}

const forever: Promise<never> = new Promise(() => {});
