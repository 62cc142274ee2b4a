/**
 * What stands before every store: it checks input, keeps tenants apart, hides what was deleted, gives the time, sends
 * again what may or may not have arrived, and refuses everything after `close`. Stores see clean input and stay dull.
 */
import type { Batch, CheckedBatch, CommitResult } from "../contract/batch.ts";
import type { ChangesInput, ChangesResult } from "../contract/changes.ts";
import type { ReadInput, ReadRequest, ReadResult } from "../contract/read.ts";
import type { SearchInput, SearchResult } from "../contract/search.ts";
import type {
  CallOptions,
  GuardedStore,
  Problem,
  PruneTimes,
  ReadAnswers,
  Store,
} from "../contract/store.ts";
import { ThroughlineError, isThroughlineError } from "../error.ts";
import { newId } from "../id.ts";
import type { Row } from "../model/kind.ts";
import { checkBatch } from "./check-batch.ts";
import { checkChanges, checkRead, checkSearch } from "./check-read.ts";
import type { CheckedKind } from "./checked-kind.ts";
import { checkedKind } from "./checked-kind.ts";
import { isRepeatable, resendUnknown } from "./resend-unknown.ts";
import { expectVisible, readVisible } from "./visibility.ts";
import { orAborted } from "./or-aborted.ts";

export interface GuardOptions {
  /** Milliseconds since the epoch. Default: the system's clock. The guard never lets it go back. */
  readonly clock?: () => number;
  /** How long a commit without an answer is sent again before it fails as `unknown`. Default: 30,000 ms. */
  readonly resendForMs?: number;
}

/** Puts the guard before a store. Use the store through it only. */
export function guardStore(store: Store, options: GuardOptions = {}): GuardedStore {
  return new Guard(store, options);
}

class Guard implements GuardedStore {
  readonly capabilities: Store["capabilities"];
  readonly kinds: Store["kinds"];
  readonly #store: Store;
  readonly #checked: ReadonlyMap<string, CheckedKind>;
  readonly #clock: () => number;
  readonly #resendForMs: number;
  readonly #running = new Set<Promise<unknown>>();
  #time = 0;
  #closing: Promise<void> | undefined;

  constructor(store: Store, { clock = Date.now, resendForMs = 30_000 }: GuardOptions) {
    this.capabilities = store.capabilities;
    this.kinds = store.kinds;
    this.#store = store;
    this.#checked = new Map([...store.kinds].map(([name, kind]) => [name, checkedKind(kind)]));
    this.#clock = clock;
    this.#resendForMs = resendForMs;
  }

  now(): number {
    this.#time = Math.max(this.#time, this.#clock());
    return this.#time;
  }

  async commit(batch: Batch, options: CallOptions = {}): Promise<CommitResult> {
    this.#admit(options);
    checkBatch(batch, this.#checked);
    const expect = this.#store.guarded === true ? (batch.expect ?? []) : expectVisible(batch, this.kinds);
    const checked: CheckedBatch = { ...batch, expect, now: this.now() };
    const sent =
      this.capabilities.unknownOutcomes && batch.operation === undefined && batch.quiet === undefined
        ? { ...checked, operation: { id: newId(), fingerprint: "" } }
        : checked;
    // What may have been written has to be asked to its end: only the first attempt can be given up.
    const send = (isFirst: boolean): Promise<CommitResult> =>
      this.#store.commit(sent, isFirst ? options : {});
    // A store in this process that does not know has met a fault that asking again does not mend.
    const limitMs = this.capabilities.unknownOutcomes && isRepeatable(sent) ? this.#resendForMs : 0;
    return this.#run(resendUnknown(send, limitMs, sent.operation?.id), options);
  }

  async read<const Requests extends readonly ReadRequest[]>(
    input: ReadInput & { readonly requests: Requests },
    options: CallOptions = {},
  ): Promise<{ readonly position: number; readonly answers: ReadAnswers<Requests> }> {
    this.#admit(options);
    checkRead(input, this.#checked);
    const call = this.#run(this.#read(input, options), options);
    const { position, answers } = await orAborted(call, options.signal);
    return { position, answers: answers as unknown as ReadAnswers<Requests> };
  }

  async #read(input: ReadInput, options: CallOptions): Promise<ReadResult> {
    if (this.#store.guarded === true) return this.#store.read({ ...input, now: this.now() }, options);
    const { tenant } = input;
    const visible = readVisible(input, this.kinds);
    const result = await this.#store.read({ ...visible.input, now: this.now() }, options);
    const later = await this.#lookUpOwners(tenant, visible.unknownOwners(result), options);
    return { position: result.position, answers: visible.conceal(result, later) };
  }

  async #lookUpOwners(
    tenant: string,
    owners: readonly string[],
    options: CallOptions,
  ): Promise<ReadonlyMap<string, boolean>> {
    if (owners.length === 0) return new Map();
    const requests = [{ type: "get", kind: "sessions", keys: owners.map((owner) => [owner]) }] as const;
    const result = await this.#store.read({ tenant, requests, now: this.now() }, options);
    const rows = result.answers[0] as readonly (Row | undefined)[];
    return new Map(owners.map((owner, index) => [owner, rows[index]?.hiddenAt === 0]));
  }

  async search(input: SearchInput, options: CallOptions = {}): Promise<SearchResult> {
    this.#admit(options);
    checkSearch(input);
    const call = this.#run(this.#store.search({ ...input, now: this.now() }, options), options);
    return orAborted(call, options.signal);
  }

  async changes(input: ChangesInput, options: CallOptions = {}): Promise<ChangesResult> {
    this.#admit(options);
    checkChanges(input);
    const call = this.#run(this.#store.changes({ ...input, now: this.now() }, options), options);
    return orAborted(call, options.signal);
  }

  async check(): Promise<readonly Problem[]> {
    this.#admit({});
    return this.#run(this.#store.check());
  }

  async prune(before: PruneTimes): Promise<void> {
    this.#admit({});
    return this.#run(this.#store.prune(before));
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#store.close();
  }

  #admit({ signal }: CallOptions): void {
    if (this.#closing !== undefined) {
      throw new ThroughlineError("closed", "The store is closed.", { reason: "closed", outcome: "refused" });
    }
    signal?.throwIfAborted();
  }

  /** Follows a call to its end, so that `close` can wait, and gives foreign errors our shape. */
  async #run<Result>(call: Promise<Result>, { signal }: CallOptions = {}): Promise<Result> {
    this.#running.add(call);
    try {
      return await call;
    } catch (error) {
      if (isThroughlineError(error) || (signal?.aborted === true && error === signal.reason)) throw error;
      throw new ThroughlineError("unavailable", "The store failed in a way that it does not know.", {
        reason: "store_failure",
        outcome: "unknown",
        cause: error,
      });
    } finally {
      this.#running.delete(call);
    }
  }
}
