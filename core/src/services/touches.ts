/**
 * Reading that counts: what was read is gathered in memory and written a second later, many in one quiet batch, so that a
 * read never waits for a disk. What can't be written waits for the next try. A crash loses the last second of it.
 */
import type { Update } from "../contract/batch.ts";
import type { GuardedStore } from "../contract/store.ts";
import { isThroughlineError } from "../error.ts";
import { type KeyValues, type Row, keyText } from "../model/kind.ts";

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
  /** What was sent without an answer: so many of `reads`, when the record's count was `from`. */
  sent?: { readonly reads: number; readonly from: number } | undefined;
}

const flushAfterMs = 1_000;
/** While the store fails, it is asked less and less often. */
const longestFlushAfterMs = 60_000;
/** Touched records that are kept in memory: while the store fails, those that were read first are forgotten. */
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
  #flushAfterMs = flushAfterMs;
  /** Flushes that began or ended. */
  #steps = 0;

  constructor(store: GuardedStore) {
    this.#store = store;
  }

  /** Notes that a record was read. */
  note(tenant: string, fields: TouchFields, key: KeyValues, at: number): void {
    const touch = { ...fields, tenant, key, reads: 1, at };
    this.#keep(touch);
    const isFull = this.#waiting.size >= keptAtMost && this.#flushAfterMs === flushAfterMs;
    if (isFull) void this.flush();
    else this.#flushLater();
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

  /** Writes what was gathered. Nothing of it is worth failing for: what can't be written is tried again later. */
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

  #flushLater(): void {
    this.#timer ??= startTimer(() => void this.flush(), this.#flushAfterMs);
  }

  #keep(touch: Touch): void {
    const name = nameOf(touch.tenant, touch.kind, touch.key);
    const known = this.#waiting.get(name);
    if (known === undefined) {
      if (this.#waiting.size >= keptAtMost) this.#forgetFirst();
      this.#waiting.set(name, touch);
      return;
    }
    known.reads += touch.reads;
    known.at = Math.max(known.at, touch.at);
    known.sent ??= touch.sent;
  }

  #forgetFirst(): void {
    for (const name of this.#waiting.keys()) {
      this.#waiting.delete(name);
      return;
    }
  }

  async #write(): Promise<void> {
    this.#steps += 1;
    const touches = Map.groupBy(this.#waiting.values(), ({ tenant }) => tenant);
    this.#waiting = new Map();
    let hasFailed = false;
    for (const [tenant, all] of touches) {
      for (let begin = 0; begin < all.length; begin += perBatch) {
        const some = all.slice(begin, begin + perBatch);
        try {
          await this.#writeSome(tenant, some);
        } catch (error) {
          if (!isForGood(error)) {
            hasFailed = true;
            for (const touch of some) this.#keep(touch);
          }
        }
      }
    }
    this.#flushAfterMs = hasFailed ? Math.min(this.#flushAfterMs * 2, longestFlushAfterMs) : flushAfterMs;
    if (this.#waiting.size > 0) this.#flushLater();
  }

  /** Records that are gone by now are left out, which a batch is refused for: they are looked for when one is. */
  async #writeSome(tenant: string, touches: readonly Touch[]): Promise<void> {
    // Where the answer to a commit may get lost, their counts are read before it.
    const isUncertain = this.#store.capabilities.unknownOutcomes;
    let left: readonly Found[] = isUncertain
      ? await this.#find(tenant, touches)
      : touches.map((touch) => ({ touch }));
    for (let attempt = 1; left.length > 0; attempt += 1) {
      const writes = left.map(({ touch }) => updateOf(touch));
      try {
        await this.#store.commit({ tenant, writes, quiet: { durable: false } });
        return;
      } catch (error) {
        const isUnknown = !isThroughlineError(error) || error.outcome !== "refused";
        if (isUnknown) left.forEach(markSent);
        if (isUnknown || attempt === attempts) throw error;
        left = await this.#find(
          tenant,
          left.map(({ touch }) => touch),
        );
      }
    }
  }

  /** Those whose records are there, without what has arrived of them by now. */
  async #find(tenant: string, touches: readonly Touch[]): Promise<readonly Found[]> {
    const select = this.#store.capabilities.unknownOutcomes ? "plain" : "key";
    const requests = touches.map(({ kind, key }) => ({ type: "get", kind, keys: [key], select }) as const);
    const { answers } = await this.#store.read({ tenant, requests });
    return touches.flatMap((touch, index) => {
      const row = answers[index]?.[0];
      if (row === undefined) return [];
      takeArrived(touch, row);
      return [{ touch, row }];
    });
  }
}

/** A touch, with its record where that was read. */
interface Found {
  readonly touch: Touch;
  readonly row?: Row;
}

/** Notes what is on its way to a record, so that it is not counted a second time. */
function markSent({ touch, row }: Found): void {
  const from = touch.count === undefined ? undefined : row?.[touch.count];
  if (typeof from === "number") touch.sent = { reads: touch.reads, from };
}

/** Takes off what was sent without an answer, and is there: nobody else makes a count rise by as much in so short a time. */
function takeArrived(touch: Touch, row: Row): void {
  const { sent, count } = touch;
  touch.sent = undefined;
  if (sent === undefined || count === undefined) return;
  if ((row[count] as number) >= sent.from + sent.reads) touch.reads -= sent.reads;
}

/** Whether the store will never take it. */
function isForGood(error: unknown): boolean {
  if (!isThroughlineError(error)) return false;
  return error.code === "closed" || error.reason === "read_only";
}

function updateOf({ kind, key, count, last, reads, at }: Touch): Update {
  return {
    type: "update",
    kind,
    key,
    maximum: { [last]: at },
    ...(count === undefined || reads === 0 ? undefined : { increment: { [count]: reads } }),
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
