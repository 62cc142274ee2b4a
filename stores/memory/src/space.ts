/** One tenant's records, removed keys, operations and feed. */
import {
  type FeedEntry,
  type Image,
  type Kind,
  type KeyValues,
  type Row,
  type StoredOperation,
  branches,
  keyText,
  messages,
  uniqueKeysOf,
} from "@throughline/core";

export class Space {
  readonly feed: FeedEntry[] = [];
  readonly operations = new Map<string, StoredOperation & { readonly at: number }>();
  /** The last position given out; positions begin at 1. */
  position = 0;
  /** Feed entries up to this position were pruned. */
  pruned = 0;
  readonly #tables = new Map<string, Map<string, Row>>();
  /** Which record has a unique key. */
  readonly #unique = new Map<string, Row>();
  readonly #removed = new Map<
    string,
    { readonly kind: Kind; readonly revision: number; readonly at: number }
  >();

  rows(kind: Kind): Map<string, Row> {
    let rows = this.#tables.get(kind.name);
    if (rows === undefined) {
      rows = new Map();
      this.#tables.set(kind.name, rows);
    }
    return rows;
  }

  get(kind: Kind, key: KeyValues): Row | undefined {
    return this.rows(kind).get(keyText(key));
  }

  /** The record that has a unique key now. */
  getUnique(kind: Kind, unique: string, values: KeyValues): Row | undefined {
    return this.#unique.get(uniqueName(kind, unique, values));
  }

  /** The revision at which a record was removed; 0 if none was. */
  removedRevision(kind: Kind, key: KeyValues): number {
    return this.#removed.get(removedName(kind, key))?.revision ?? 0;
  }

  apply(image: Image, now: number): void {
    const { kind, key } = image;
    const before = this.get(kind, key);
    for (const [unique, values] of before === undefined ? [] : uniqueKeysOf(kind, before)) {
      const name = uniqueName(kind, unique, values);
      if (this.#unique.get(name) === before) this.#unique.delete(name);
    }
    if (image.type === "remove") {
      this.rows(kind).delete(keyText(key));
      if (kind.hidden !== undefined) this.#removeLog(key);
      this.#removed.set(removedName(kind, key), { kind, revision: image.revision, at: now });
    } else {
      const row = structuredClone(image.row);
      this.rows(kind).set(keyText(key), row);
      this.#removed.delete(removedName(kind, key));
      for (const [unique, values] of uniqueKeysOf(kind, row)) {
        this.#unique.set(uniqueName(kind, unique, values), row);
      }
    }
  }

  /** With a session goes its log: also what removed messages leave. */
  #removeLog([session]: KeyValues): void {
    for (const kind of [messages, branches]) {
      const rows = this.rows(kind);
      for (const [key, row] of rows) {
        if (row.sessionId !== session) continue;
        rows.delete(key);
        for (const [unique, values] of uniqueKeysOf(kind, row)) {
          this.#unique.delete(uniqueName(kind, unique, values));
        }
      }
    }
  }

  prune(before: { readonly changes: number; readonly operations: number }): void {
    while (this.feed[0] !== undefined && this.feed[0].at < before.changes) {
      this.pruned = this.feed[0].position;
      this.feed.shift();
    }
    for (const [id, { at }] of this.operations) if (at < before.operations) this.operations.delete(id);
    for (const [name, { kind, at }] of this.#removed) {
      // The id of a session is never free again.
      if (at < before.changes && kind.hidden === undefined) this.#removed.delete(name);
    }
  }
}

function removedName(kind: Kind, key: KeyValues): string {
  return `${kind.name} ${keyText(key)}`;
}

function uniqueName(kind: Kind, unique: string, values: KeyValues): string {
  return `${kind.name} ${unique} ${keyText(values)}`;
}
