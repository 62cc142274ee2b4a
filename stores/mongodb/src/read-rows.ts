/** Records by key and by unique key: what was read of the collections, with the end of the log laid over it. */
import type { Database } from "./database.ts";
import type { Overlay } from "./overlay.ts";
import type { RecordDocument, RowDocument, StoredDocument } from "./row-document.ts";
import { isTombstone } from "./row-document.ts";

export type Wanted =
  | { readonly collection: string; readonly id: string }
  | { readonly collection: string; readonly unique: string };

/** Ids in one question. */
const AT_ONCE = 1_000;

export class ReadRows {
  readonly #database: Database;
  readonly #byId = new Map<string, Map<string, StoredDocument | undefined>>();
  readonly #byUnique = new Map<string, Map<string, RecordDocument[]>>();
  /** The newest slot that a record was read of. */
  newest = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Reads what is not known yet. `leaveOut` names fields of records that a collection may hold back. */
  async fetch(
    wanted: readonly Wanted[],
    leaveOut: ReadonlyMap<string, readonly string[]> = new Map(),
  ): Promise<void> {
    const ids = new Map<string, string[]>();
    const uniques = new Map<string, string[]>();
    for (const want of wanted) {
      const isId = "id" in want;
      const known = isId ? this.#byId : this.#byUnique;
      const name = isId ? want.id : want.unique;
      const inCollection = mapIn<unknown>(known, want.collection);
      if (inCollection.has(name)) continue;
      inCollection.set(name, isId ? undefined : []);
      listIn(isId ? ids : uniques, want.collection).push(name);
    }
    const projectionOf = (collection: string): { projection: Record<string, 0> } => ({
      projection: Object.fromEntries((leaveOut.get(collection) ?? []).map((field) => [`r.${field}`, 0])),
    });
    const reads: Promise<void>[] = [];
    for (const [collection, names] of ids) {
      for (const part of chunks(names)) reads.push(this.#readIds(collection, part, projectionOf(collection)));
    }
    for (const [collection, names] of uniques) {
      for (const part of chunks(names))
        reads.push(this.#readUniques(collection, part, projectionOf(collection)));
    }
    await Promise.all(reads);
  }

  /** A document of a collection by its id, tombstones included. */
  stored(overlay: Overlay, collection: string, id: string): StoredDocument | undefined {
    if (overlay.isGone(collection, id)) return undefined;
    return overlay.of<StoredDocument>(collection).get(id) ?? this.#byId.get(collection)?.get(id);
  }

  record(overlay: Overlay, collection: string, id: string): RecordDocument | undefined {
    const document = this.stored(overlay, collection, id) as RowDocument | undefined;
    return document === undefined || isTombstone(document) ? undefined : document;
  }

  /** The record that has a unique key. */
  holder(overlay: Overlay, collection: string, unique: string): RecordDocument | undefined {
    const newer = overlay.holder(collection, unique);
    if (newer !== undefined) return newer;
    const overlaid = overlay.of(collection);
    return this.#byUnique
      .get(collection)
      ?.get(unique)
      ?.find(({ _id }) => !overlaid.has(_id) && !overlay.isGone(collection, _id));
  }

  async #readIds(collection: string, ids: readonly string[], options: object): Promise<void> {
    const found = await this.#database.find<StoredDocument>(collection, { _id: { $in: ids } }, options);
    const known = mapIn(this.#byId, collection);
    for (const document of found) {
      known.set(document._id, document);
      this.newest = Math.max(this.newest, document.p);
    }
  }

  async #readUniques(collection: string, uniques: readonly string[], options: object): Promise<void> {
    const found = await this.#database.find<RecordDocument>(collection, { u: { $in: uniques } }, options);
    const known = mapIn(this.#byUnique, collection);
    for (const document of found) {
      for (const unique of document.u ?? []) known.get(unique)?.push(document);
    }
  }
}

function mapIn<Value>(maps: Map<string, Map<string, Value>>, name: string): Map<string, Value> {
  let map = maps.get(name);
  if (map === undefined) maps.set(name, (map = new Map<string, Value>()));
  return map;
}

function listIn(lists: Map<string, string[]>, name: string): string[] {
  let list = lists.get(name);
  if (list === undefined) lists.set(name, (list = []));
  return list;
}

function* chunks(values: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < values.length; from += AT_ONCE) yield values.slice(from, from + AT_ONCE);
}
