/** What was read of packed contexts last, so that a walk over pages does not read and unpack the same again at each page. */
import type { GuardedStore } from "../../contract/store.ts";
import { type Row, keyText } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Entry } from "./context-lists.ts";

/** Segments of which it is known that they are there: some megabytes. */
const knownHeads = 10_000;
/** Bytes of entries as JSON. */
const knownBytes = 2 * 1024 * 1024;

/** Values by name that were used last, until together they are too heavy. */
class RecentValues<Value> {
  readonly #values = new Map<string, { readonly value: Value; readonly weight: number }>();
  readonly #limit: number;
  #weight = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(name: string): Value | undefined {
    const known = this.#values.get(name);
    if (known === undefined) return undefined;
    this.#values.delete(name);
    this.#values.set(name, known);
    return known.value;
  }

  keep(name: string, value: Value, weight: number): void {
    this.drop(name);
    if (weight > this.#limit) return;
    this.#values.set(name, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#values.keys()) {
      if (this.#weight <= this.#limit) break;
      this.drop(oldest);
    }
  }

  drop(name: string): void {
    this.#weight -= this.#values.get(name)?.weight ?? 0;
    this.#values.delete(name);
  }
}

/** The segments that a context has, without what is packed in them. */
interface Heads {
  /** As of which record of `session_contexts`. */
  readonly header: Row;
  readonly rows: readonly Row[];
}

class KnownSegments {
  readonly #heads = new RecentValues<Heads>(knownHeads);
  readonly #entries = new RecentValues<readonly Entry[]>(knownBytes);

  heads(tenant: string, session: string): Heads | undefined {
    return this.#heads.get(keyText([tenant, session]));
  }

  keepHeads(tenant: string, session: string, heads: Heads): void {
    this.#heads.keep(keyText([tenant, session]), heads, 1 + heads.rows.length);
  }

  entries(tenant: string, segment: Row): readonly Entry[] | undefined {
    return this.#entries.get(nameOf(tenant, segment));
  }

  /** A segment never changes, and its number is never given again. */
  keepEntries(tenant: string, segment: Row, entries: readonly Entry[]): void {
    this.#entries.keep(nameOf(tenant, segment), entries, segment.sizeBytes as number);
  }
}

function nameOf(tenant: string, { sessionId, kind, segment, revision }: Row): string {
  return keyText([tenant, sessionId as string, kind as string, segment as number, revision]);
}

/** Whether no segment came or went between two states of a context. */
export function haveSameSegments(left: Row | undefined, right: Row | undefined): boolean {
  return left?.lastSegment === right?.lastSegment && left?.createdAt === right?.createdAt;
}

/** Beside the store: whoever opens the same one for another tenant shares the bound. */
const knownOfStores = new WeakMap<GuardedStore, KnownSegments>();

export function knownSegments({ store }: ServiceContext): KnownSegments {
  const known = knownOfStores.get(store) ?? new KnownSegments();
  knownOfStores.set(store, known);
  return known;
}
