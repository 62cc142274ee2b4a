/** A batch: all its writes happen, or none. The one way to change a store. */
import type { FieldValue, KeyValue, KeyValues, StoredRecord } from "../model/kind.ts";

/** Names a record by primary key, or by a unique key that its kind declares. */
export type Key = KeyValues | UniqueName;

export interface UniqueName {
  readonly unique: string;
  readonly values: KeyValues;
}

export function isUniqueName(key: Key): key is UniqueName {
  return "unique" in key;
}

/** Changes to fields: new values, sums, and values that only ever rise. */
export interface Changes {
  readonly set?: StoredRecord;
  readonly increment?: Readonly<Record<string, number>>;
  readonly maximum?: Readonly<Record<string, number>>;
}

/**
 * What an insert does when the record is there (by primary or unique key):
 * `fail` conflicts; `keep` leaves it; `same` leaves it if it is as given, or has been changed since, and conflicts
 * otherwise; `replace` puts the given one in its place; changes are merged into it.
 */
export type ExistsPolicy = "fail" | "keep" | "same" | "replace" | Changes;

export interface Insert {
  readonly type: "insert";
  readonly kind: string;
  /** Every field of the kind. */
  readonly record: StoredRecord;
  readonly exists: ExistsPolicy;
}

export interface Update extends Changes {
  readonly type: "update";
  readonly kind: string;
  readonly key: Key;
}

export interface Append {
  readonly type: "append";
  /** The session, by id or unique key: also one inserted earlier in this batch. */
  readonly session: Key;
  readonly messages: readonly NewMessage[];
  /** By message id: as for inserts, without merging. */
  readonly exists: "fail" | "keep" | "same" | "replace";
  /** One more than the session's last position, or that of the first message where it is there; otherwise a conflict. */
  readonly at?: number;
  /** Whether the head follows even where the message did not follow the head. */
  readonly moveHead?: boolean;
  /** Raises the session's last activity to this time; the batch's `now` if absent. */
  readonly activity?: number;
}

export interface NewMessage {
  /** Every field of `messages` but `sessionId`, `seq`, `parentSeq` and `removedAt`. */
  readonly record: StoredRecord;
  /**
   * What it follows: a position (0: nothing) or a message id, also of this append. Absent: the message before it in
   * this append, and for the first one the session's head.
   */
  readonly parent?: KeyValue;
  /** Its id was made for this append: no message can have it yet, and none is looked for. */
  readonly fresh?: true;
}

export interface Remove {
  readonly type: "remove";
  readonly kind: string;
  readonly key: Key;
}

/** Removes up to `limit` (at most 1,000) records under a prefix of a shape. */
export interface RemoveMany {
  readonly type: "remove-many";
  readonly kind: string;
  readonly shape: string;
  readonly prefix: KeyValues;
  readonly limit: number;
}

export type Write = Insert | Update | Append | Remove | RemoveMany;

/** What must hold before the batch, or it conflicts. */
export type Expectation =
  | { readonly type: "present" | "absent"; readonly kind: string; readonly key: Key }
  | {
      readonly type: "equals";
      readonly kind: string;
      readonly key: Key;
      /** Field values, `revision` among them. */
      readonly fields: Readonly<Record<string, FieldValue>>;
    };

export interface Batch {
  readonly tenant: string;
  /** Makes a retry safe: the same id with the same fingerprint answers the first result, with another it conflicts. */
  readonly operation?: { readonly id: string; readonly fingerprint: string };
  readonly expect?: readonly Expectation[];
  /** In this order; at most one write a record, but an append may follow the insert or update of its session. */
  readonly writes: readonly Write[];
  /**
   * Only volatile fields, or derived or staged kinds: no feed entry, no revision, and it may be lost in a crash unless
   * `durable`.
   */
  readonly quiet?: { readonly durable: boolean };
}

/** A batch as a store gets it: checked by the guard, with the guard's time. */
export interface CheckedBatch extends Batch {
  readonly now: number;
}

export type WriteResult =
  | {
      readonly outcome: "inserted" | "kept" | "replaced" | "merged" | "updated";
      readonly key: KeyValues;
      readonly revision: number;
    }
  | { readonly outcome: "removed" | "absent"; readonly count: number }
  | { readonly outcome: "appended"; readonly session: string; readonly messages: readonly AppendedMessage[] };

export interface AppendedMessage {
  readonly id: string;
  readonly seq: number;
  readonly revision: number;
  readonly outcome: "inserted" | "kept" | "replaced";
}

export interface CommitResult {
  /** The feed position that this batch is at, or was when it was first carried out. */
  readonly position: number;
  /** True when nothing was written, because all of it had been before. */
  readonly replayed: boolean;
  /** One for each write, in order. */
  readonly results: readonly WriteResult[];
}
