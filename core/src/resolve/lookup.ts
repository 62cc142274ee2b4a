/** What resolving a batch has to know of a store, and what it hands back to it. */
import type { Key, WriteResult } from "../contract/batch.ts";
import type { FeedChange } from "../contract/changes.ts";
import type { Kind, KeyValues, Row, StoredRecord } from "../model/kind.ts";

/** A question to the store, about committed records, expired and hidden ones included. */
export type Lookup =
  | { readonly type: "operation"; readonly id: string }
  | { readonly type: "record"; readonly kind: Kind; readonly key: Key }
  /** The revision at which a record of this key was removed. */
  | { readonly type: "removed"; readonly kind: Kind; readonly key: KeyValues }
  | {
      readonly type: "prefix";
      readonly kind: Kind;
      readonly shape: string;
      readonly prefix: KeyValues;
      readonly limit: number;
    };

export interface StoredOperation {
  readonly fingerprint: string;
  readonly position: number;
  readonly results: readonly WriteResult[];
}

/**
 * The answer to each: the operation, the whole row (undefined: none), the revision (0: never removed), or up to `limit`
 * rows in the shape's order.
 */
export type Found = StoredOperation | Row | number | readonly Row[] | undefined;

/** A change to one stored record, as final values. To be applied in order. */
export type Image =
  /** No record of this key is stored. */
  | { readonly type: "insert"; readonly kind: Kind; readonly key: KeyValues; readonly row: Row }
  /** A record of this key is stored; `set` holds what changes, `revision` among it, `row` the whole. */
  | {
      readonly type: "update";
      readonly kind: Kind;
      readonly key: KeyValues;
      readonly set: StoredRecord;
      readonly row: Row;
    }
  /** The record goes; a kind that is neither staged nor derived leaves `revision` behind its key. */
  | { readonly type: "remove"; readonly kind: Kind; readonly key: KeyValues; readonly revision: number };

export interface Resolution {
  /** Empty: nothing changes. */
  readonly images: readonly Image[];
  readonly results: readonly WriteResult[];
  /** For the feed; empty for quiet batches and where nothing changed. */
  readonly changes: readonly FeedChange[];
  /** Owner of the session that changed, for the feed. */
  readonly user: string;
  /** Set when an operation was carried out before: its position. Nothing is to be written then. */
  readonly replayOf?: number;
  /** True when all of the batch had been written before. */
  readonly replayed: boolean;
}

/** Asks the store and waits: how every step of resolving is written, for stores that answer at once or later. */
export type Asking<Result> = Generator<readonly Lookup[], Result, readonly Found[]>;
