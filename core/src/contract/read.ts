/** Reads: several at once, all as of one position. */
import type { KeyValue, KeyValues, Row } from "../model/kind.ts";
import type { Filter } from "./filter.ts";
import type { Key } from "./batch.ts";

/** How much of a record is wanted: its key, all but heavy fields, or everything. */
export type Select = "key" | "plain" | "all";

export interface Get {
  readonly type: "get";
  readonly kind: string;
  readonly keys: readonly Key[];
  /** Default: `plain`. */
  readonly select?: Select;
  /** Also sessions that are deleted but not yet erased, and what they own. Default: false. */
  readonly hidden?: boolean;
}

/** A range on the field of the shape that follows the prefix. */
export interface Range {
  readonly above?: KeyValue;
  readonly from?: KeyValue;
  readonly to?: KeyValue;
  readonly below?: KeyValue;
}

interface Selection {
  readonly kind: string;
  /** A shape of the kind, or `key`. */
  readonly shape: string;
  /** Values of the shape's first fields. */
  readonly prefix: KeyValues;
  readonly range?: Range;
  /** Checked on each record scanned. */
  readonly where?: readonly Filter[];
  /** Also sessions that are deleted but not yet erased, and what they own. Default: false. */
  readonly hidden?: boolean;
}

export interface Query extends Selection {
  readonly type: "query";
  readonly direction: "forward" | "backward";
  /** Go on after this place: what an earlier page answered as `next`, or any values of the shape's order. */
  readonly after?: KeyValues;
  /** At most 1,000. */
  readonly limit: number;
  /** Default: `plain`. */
  readonly select?: Select;
}

/** Counts exactly, at the cost of what it counts. */
export interface Count extends Selection {
  readonly type: "count";
}

export type ReadRequest = Get | Query | Count;

export type ReadAnswer<Request extends ReadRequest = ReadRequest> = Request extends Get
  ? readonly (Row | undefined)[]
  : Request extends Query
    ? Page
    : number;

export interface Page {
  readonly rows: readonly Row[];
  /**
   * Where the scan stopped: there may be more. Filters are checked on at most 5,000 records a query, so a page may be
   * short, even empty, and still have a `next`. Absent: this is the end.
   */
  readonly next?: KeyValues;
}

export interface ReadInput {
  readonly tenant: string;
  readonly requests: readonly ReadRequest[];
}

/** As a store gets it: with the guard's time, at which records end. */
export interface CheckedRead extends ReadInput {
  readonly now: number;
}

export interface ReadResult {
  /** Everything committed up to this feed position is seen, and nothing after it. */
  readonly position: number;
  /** One for each request, in order. */
  readonly answers: readonly ReadAnswer[];
}

/** Records that filters may look at before a page ends. */
export const SCAN_LIMIT = 5_000;
