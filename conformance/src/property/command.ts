/** What the property test does to a store: plain data, so that a failing sequence can be printed and shrunk. */
import type { Batch, ChangesInput, ReadRequest, SearchFilter } from "@throughline/core";

export type Command =
  /** Writes some records to begin with. */
  | { readonly type: "begin"; readonly tenant: string }
  | { readonly type: "commit"; readonly tenant: string; readonly batch: Omit<Batch, "tenant"> }
  | { readonly type: "read"; readonly tenant: string; readonly requests: readonly ReadRequest[] }
  | { readonly type: "search"; readonly tenant: string; readonly query: string; readonly where: SearchFilter }
  | {
      readonly type: "changes";
      readonly tenant: string;
      /** Which of the cursors that were answered before, counted from the newest; absent: none. */
      readonly cursor?: number;
      readonly where: NonNullable<ChangesInput["where"]>;
      readonly limit: number;
    }
  | { readonly type: "advance"; readonly milliseconds: number }
  /** Forgets what is older than this (milliseconds). */
  | { readonly type: "prune"; readonly changesAge: number; readonly operationsAge: number };
