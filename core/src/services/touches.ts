/**
 * Reading that counts: what was read is gathered in memory and written a second later, many in one quiet batch, so that a
 * read never waits for a disk. A crash loses the last second of it.
 */
import type { Update } from "../contract/batch.ts";
import type { GuardedStore } from "../contract/store.ts";
import { type KeyValues, keyText } from "../model/kind.ts";

/** The volatile fields of a kind that hold how often and when a record was read last. */
interface TouchFields {
  readonly kind: string;
  readonly count?: string;
  readonly last: string;
}

interface Touch extends TouchFields {
  readonly tenant: string;
  readonly key: KeyValues;
  reads: number;
  at: number;
}

const flushAfterMs = 1_000;
/** Touched records that are kept in memory. */
const keptAtMost = 10_000;
const perBatch = 500;
const attempts = 3;

const touchesOf = new WeakMap<GuardedStore, Touches>();

/** Those of a store: all services above it share them. */
export function touchesFor(store: GuardedStore): Touches {
  const known = touchesOf.get(store);
  if (known !== undefined) return known;
  const touches = new Touches(store);
  touchesOf.set(store, touches);
  return touches;
}

class Touches {
  readonly #store: GuardedStore;
  #waiting = new Map<string, Touch>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flushing: Promise<void> | undefined;
  /** Flushes that began or ended. */
  #steps = 0;

  constructor(store: GuardedStore) {
    this.#store = store;
  }

  /** Notes that a record was read. */
  note(tenant: string, fields: TouchFields, key: KeyValues, at: number): void {
    const name = nameOf(tenant, fields.kind, key);
    const touch = this.#waiting.get(name);
    if (touch === undefined) this.#waiting.set(name, { ...fields, tenant, key, reads: 1, at });
    else {
      touch.reads += 1;
      touch.at = Math.max(touch.at, at);
    }
    if (this.#waiting.size >= keptAtMost) void this.flush();
    else this.#timer ??= startTimer(() => void this.flush(), flushAfterMs);
  }

  /** What was read of a record and is not in the store yet. */
  waiting(tenant: string, kind: string, key: KeyValues): { readonly reads: number; readonly at: number } {
    return this.#waiting.get(nameOf(tenant, kind, key)) ?? { reads: 0, at: 0 };
  }

  /** Reads records while nothing of this is on its way to the store: counted once, here or there. */
  async reading<Result>(read: () => Promise<Result>): Promise<Result> {
    for (;;) {
      await this.#flushing;
      const steps = this.#steps;
      const result = await read();
      if (steps === this.#steps) return result;
    }
  }

  /** Writes what was gathered. Nothing of it is worth failing for: what can't be written is forgotten. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#flushing;
    if (this.#waiting.size === 0) return;
    this.#flushing ??= this.#write().finally(() => {
      this.#steps += 1;
      this.#flushing = undefined;
    });
    await this.#flushing;
  }

  async #write(): Promise<void> {
    this.#steps += 1;
    const touches = Map.groupBy(this.#waiting.values(), ({ tenant }) => tenant);
    this.#waiting = new Map();
    for (const [tenant, all] of touches) {
      for (let begin = 0; begin < all.length; begin += perBatch) {
        await this.#writeSome(tenant, all.slice(begin, begin + perBatch)).catch(() => undefined);
      }
    }
  }

  /** Records that are gone by now are left out, which a batch would be refused for. */
  async #writeSome(tenant: string, touches: readonly Touch[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const requests = touches.map(
        ({ kind, key }) => ({ type: "get", kind, keys: [key], select: "key" }) as const,
      );
      const { answers } = await this.#store.read({ tenant, requests });
      const writes = touches.filter((_, index) => answers[index]?.[0] !== undefined).map(updateOf);
      if (writes.length === 0) return;
      try {
        await this.#store.commit({ tenant, writes, quiet: { durable: false } });
        return;
      } catch (error) {
        if (attempt === attempts) throw error;
      }
    }
  }
}

function updateOf({ kind, key, count, last, reads, at }: Touch): Update {
  return {
    type: "update",
    kind,
    key,
    maximum: { [last]: at },
    ...(count === undefined ? undefined : { increment: { [count]: reads } }),
  };
}

function nameOf(tenant: string, kind: string, key: KeyValues): string {
  return keyText([tenant, kind, ...key]);
}

/** A timer that keeps no process alive. */
function startTimer(run: () => void, milliseconds: number): ReturnType<typeof setTimeout> {
  const timer: ReturnType<typeof setTimeout> & { unref?: () => void } = setTimeout(run, milliseconds);
  timer.unref?.();
  return timer;
}
