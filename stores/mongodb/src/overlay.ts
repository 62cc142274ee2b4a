/** The newest documents of a log, by the records that they write: laid over what is in the collections. */
import type { LogDocument } from "./log-document.ts";
import type { RecordDocument, RowDocument, StoredDocument } from "./row-document.ts";
import { isTombstone } from "./row-document.ts";
import { isRemovedSession, logCollections, sessionIdOf } from "./session-log.ts";

export class Overlay {
  readonly #collections = new Map<string, Map<string, StoredDocument>>();
  /** Who took a unique key last; it may have given it up since. */
  readonly #holders = new Map<string, Map<string, string>>();
  readonly #removedSessions = new Set<string>();

  constructor(documents: readonly LogDocument[]) {
    for (const { images = [] } of documents) for (const { c, d } of images) this.add(c, d);
  }

  add(collection: string, document: StoredDocument): void {
    let documents = this.#collections.get(collection);
    if (documents === undefined)
      this.#collections.set(collection, (documents = new Map<string, StoredDocument>()));
    documents.set(document._id, document);
    if (isRemovedSession(collection, document)) this.#removedSessions.add(document._id);
    const { u = [] } = document as Partial<RecordDocument>;
    if (u.length === 0) return;
    let holders = this.#holders.get(collection);
    if (holders === undefined) this.#holders.set(collection, (holders = new Map<string, string>()));
    for (const unique of u) holders.set(unique, document._id);
  }

  /** The documents of a collection, by id. */
  of<Stored extends StoredDocument = RowDocument>(collection: string): ReadonlyMap<string, Stored> {
    return (this.#collections.get(collection) ?? empty) as ReadonlyMap<string, Stored>;
  }

  /** The ids of removed sessions whose messages or branches a collection may still hold. */
  removedSessions(collection: string): ReadonlySet<string> {
    return logCollections.has(collection) ? this.#removedSessions : none;
  }

  /** Whether a record went with its session, whatever is written of it here or in its collection. */
  isGone(collection: string, id: string): boolean {
    const removed = this.removedSessions(collection);
    return removed.size > 0 && removed.has(sessionIdOf(id));
  }

  /** The record here that has a unique key. */
  holder(collection: string, unique: string): RecordDocument | undefined {
    const id = this.#holders.get(collection)?.get(unique);
    const document = id === undefined ? undefined : this.of(collection).get(id);
    if (document === undefined || isTombstone(document)) return undefined;
    if (this.isGone(collection, document._id)) return undefined;
    return document.u?.includes(unique) === true ? document : undefined;
  }
}

const empty: ReadonlyMap<string, StoredDocument> = new Map();
const none: ReadonlySet<string> = new Set();
