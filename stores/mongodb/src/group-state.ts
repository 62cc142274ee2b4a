/** The records that a group of batches is resolved against, and what the batches of the group before did to them. */
import type {
  CheckedBatch,
  FeedChange,
  Found,
  Kind,
  Lookup,
  Resolution,
  StoredOperation,
} from "@throughline/core";
import { expectedLookups, isUniqueName, resolveRemotely } from "@throughline/core";
import type { Database } from "./database.ts";
import type { LogDocument, OperationDocument, StoredEntry, StoredImage } from "./log-document.ts";
import { OPERATIONS } from "./log-document.ts";
import { Overlay } from "./overlay.ts";
import type { Wanted } from "./read-rows.ts";
import { ReadRows } from "./read-rows.ts";
import type { RowDocument, Tombstone } from "./row-document.ts";
import { documentOf, isTombstone, recordId, rowOf, uniqueText } from "./row-document.ts";
import { Scan } from "./scan.ts";
import type { LogPlace } from "./tenant-log.ts";

export class GroupState {
  readonly #database: Database;
  readonly #tenant: string;
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #rows: ReadRows;
  readonly #images = new Map<string, StoredImage>();
  readonly #entries: StoredEntry[] = [];
  readonly #scans = new Map<string, Scan>();
  #overlay = new Overlay([]);
  #end: LogPlace = { slot: 0, position: 0 };
  #position = 0;
  #at = 0;

  constructor(database: Database, tenant: string, kinds: ReadonlyMap<string, Kind>) {
    this.#database = database;
    this.#tenant = tenant;
    this.#kinds = kinds;
    this.#rows = new ReadRows(database);
  }

  /** Reads at once what the batches will probably ask for. */
  async prefetch(batches: readonly CheckedBatch[]): Promise<void> {
    await this.#fetch(batches.flatMap((batch) => expectedLookups(batch, this.#kinds)));
  }

  /** Begins an attempt: takes the end of the log that all is resolved against. */
  begin(end: LogPlace, documents: readonly LogDocument[]): void {
    this.#end = end;
    this.#position = end.position;
    this.#at = 0;
    this.#overlay = new Overlay(documents);
    this.#images.clear();
    this.#entries.length = 0;
  }

  /** The slot that the group is written to. */
  get slot(): number {
    return this.#end.slot + 1;
  }

  /** The feed position after the batches so far. */
  get position(): number {
    return this.#position;
  }

  /** The time of the youngest batch. */
  get at(): number {
    return this.#at;
  }

  /** What the group writes, each record once. */
  get images(): readonly StoredImage[] {
    return [...this.#images.values()];
  }

  get entries(): readonly StoredEntry[] {
    return [...this.#entries];
  }

  resolve(batch: CheckedBatch): Promise<Resolution> {
    return resolveRemotely(batch, this.#kinds, async (lookups) => {
      await this.#fetch(lookups);
      return lookups.map((lookup) => this.#answer(lookup));
    });
  }

  /** Adds what a batch does; later ones of the group see it. */
  add(batch: CheckedBatch, { images, changes, user, results }: Resolution): void {
    this.#at = Math.max(this.#at, batch.now);
    for (const image of images) {
      this.#put(image.kind.name, documentOf(this.#tenant, image, this.slot, batch.now));
    }
    if (changes.length > 0) this.#addEntry(batch, changes, user);
    if (batch.operation === undefined) return;
    const { id, fingerprint } = batch.operation;
    const operation: OperationDocument = {
      _id: recordId(this.#tenant, [id]),
      p: this.slot,
      at: batch.now,
      fingerprint,
      position: this.#position,
      results: JSON.stringify(results),
    };
    this.#put(OPERATIONS, operation);
  }

  #addEntry(batch: CheckedBatch, changes: readonly FeedChange[], user: string): void {
    this.#position += 1;
    const entry = { position: this.#position, at: batch.now, user, changes: JSON.stringify(changes) };
    this.#entries.push(entry);
  }

  #put(collection: string, document: StoredImage["d"]): void {
    this.#images.set(`${collection} ${document._id}`, { c: collection, d: document });
    this.#overlay.add(collection, document);
  }

  async #fetch(lookups: readonly Lookup[]): Promise<void> {
    const reads: Promise<void>[] = [this.#rows.fetch(lookups.flatMap((lookup) => this.#wanted(lookup)))];
    for (const lookup of lookups) if (lookup.type === "prefix") reads.push(this.#scan(lookup));
    await Promise.all(reads);
  }

  #wanted(lookup: Lookup): Wanted[] {
    if (lookup.type === "prefix") return [];
    if (lookup.type === "operation") {
      return [{ collection: OPERATIONS, id: recordId(this.#tenant, [lookup.id]) }];
    }
    const { kind, key } = lookup;
    return isUniqueName(key)
      ? [{ collection: kind.name, unique: uniqueText(this.#tenant, key.unique, key.values) }]
      : [{ collection: kind.name, id: recordId(this.#tenant, key) }];
  }

  /** Reads the first records of a prefix, until enough of them are not changed by what is laid over them. */
  async #scan(lookup: Extract<Lookup, { type: "prefix" }>): Promise<void> {
    const { kind, limit } = lookup;
    const name = prefixText(lookup);
    const scan = this.#scans.get(name) ?? new Scan(this.#database, this.#tenant, kind, lookup);
    this.#scans.set(name, scan);
    while (!scan.isExhausted && scan.merged(this.#overlay).length < limit) {
      await scan.fetch(limit + this.#overlay.of(kind.name).size);
    }
  }

  #answer(lookup: Lookup): Found {
    switch (lookup.type) {
      case "operation":
        return this.#operation(lookup.id);
      case "prefix": {
        const documents = this.#scans.get(prefixText(lookup))?.merged(this.#overlay) ?? [];
        return documents.slice(0, lookup.limit).map((document) => rowOf(lookup.kind, document));
      }
      case "removed": {
        const id = recordId(this.#tenant, lookup.key);
        const document = this.#rows.stored(this.#overlay, lookup.kind.name, id);
        return document !== undefined && isTombstone(document as RowDocument)
          ? (document as Tombstone).gone
          : 0;
      }
      case "record": {
        const { kind, key } = lookup;
        const document = isUniqueName(key)
          ? this.#rows.holder(this.#overlay, kind.name, uniqueText(this.#tenant, key.unique, key.values))
          : this.#rows.record(this.#overlay, kind.name, recordId(this.#tenant, key));
        return document === undefined ? undefined : rowOf(kind, document);
      }
    }
  }

  #operation(id: string): StoredOperation | undefined {
    const found = this.#rows.stored(this.#overlay, OPERATIONS, recordId(this.#tenant, [id]));
    if (found === undefined) return undefined;
    const { fingerprint, position, results } = found as OperationDocument;
    return { fingerprint, position, results: JSON.parse(results) as StoredOperation["results"] };
  }
}

function prefixText({ kind, shape, prefix }: Extract<Lookup, { type: "prefix" }>): string {
  return JSON.stringify([kind.name, shape, prefix]);
}
