/** What was learnt of a session's log and never changes: kept, so that pages need not read it again. */
import type { Row } from "../../model/kind.ts";
import type { GuardedStore } from "../../contract/store.ts";
import type { ServiceContext } from "../service-context.ts";
import { KnownBranches } from "./known-branches.ts";
import { KnownPath, type PathRange, type PathSource } from "./known-path.ts";
import { rangeHolding, readHistory } from "./shared-history.ts";

/** What of a session's log is known. */
export class KnownLog implements PathSource {
  readonly session: string;
  readonly forkedAt: number;
  readonly history: readonly PathRange[];
  readonly branches = new KnownBranches();
  /** The last position and the head when the session was last read: they go on. */
  last = 0;
  head = 0;
  #path: KnownPath | undefined;

  /** @param row of the session, read with all its fields */
  constructor(row: Row) {
    this.session = row.id as string;
    this.forkedAt = row.forkedAt as number;
    this.history = readHistory(row.history as string);
    this.see(row);
  }

  /** Takes in where the log and its head were when the row was read. Of reads at the same time the oldest may come last. */
  see(row: Row): void {
    if ((row.lastSeq as number) < this.last) return;
    this.last = row.lastSeq as number;
    this.head = row.headSeq as number;
  }

  /** The path that ends at a position; the last one that was asked for is kept, with all that it found. */
  pathTo(end: number): KnownPath {
    if (this.#path?.end !== end) this.#path = new KnownPath(this, end);
    return this.#path;
  }

  /** Whether a position is one of the session's own, or one that it shares. */
  holds(seq: number): boolean {
    return seq > this.forkedAt ? seq <= this.last : rangeHolding(this.history, seq) !== undefined;
  }

  /** All of the session's own positions, whatever follows what. */
  own(last: number): KnownPath {
    const { session, forkedAt } = this;
    return new KnownPath({ session, forkedAt, history: [], branches: KnownBranches.none() }, last);
  }

  /** How much it holds, roughly in records. */
  get weight(): number {
    return entryWeight + this.branches.count + this.history.length + (this.#path?.size ?? 0);
  }
}

/** What an entry weighs beside its branches. */
const entryWeight = 20;
/** Some ten megabytes. */
const weightLimit = 200_000;

/** The only path of a session of which nothing is known but what most are: no fork, and without branches. */
export function straightPath(session: string, end: number): KnownPath {
  return new KnownPath({ session, forkedAt: 0, history: [], branches: KnownBranches.none() }, end);
}

/** The logs that were read last, of all tenants, until together they are too much. */
class KnownLogs {
  readonly #logs = new Map<string, { readonly log: KnownLog; readonly weight: number }>();
  #weight = 0;

  get(tenant: string, session: string): KnownLog | undefined {
    return this.#logs.get(`${tenant}\0${session}`)?.log;
  }

  keep(tenant: string, log: KnownLog): void {
    const key = `${tenant}\0${log.session}`;
    this.#drop(key);
    const { weight } = log;
    if (weight > weightLimit) return;
    this.#logs.set(key, { log, weight });
    this.#weight += weight;
    for (const oldest of this.#logs.keys()) {
      if (this.#weight <= weightLimit) break;
      this.#drop(oldest);
    }
  }

  forget(tenant: string, session: string): void {
    this.#drop(`${tenant}\0${session}`);
  }

  #drop(key: string): void {
    this.#weight -= this.#logs.get(key)?.weight ?? 0;
    this.#logs.delete(key);
  }
}

/** Beside the store: whoever opens the same one for another tenant shares the bound. */
const logsOfStores = new WeakMap<GuardedStore, KnownLogs>();

export function knownLogs({ store }: ServiceContext): KnownLogs {
  const known = logsOfStores.get(store) ?? new KnownLogs();
  logsOfStores.set(store, known);
  return known;
}
