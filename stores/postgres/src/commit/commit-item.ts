import type { CheckedBatch } from "@throughline/core";
import { boundOfBatchBytes } from "@throughline/core";
import type { AppendItem } from "./group-item.ts";
import { makeAppendItem } from "./append-item.ts";

/** A batch on its way. */
export interface CommitItem {
  readonly batch: CheckedBatch;
  readonly size: number;
  /** When it has to be settled, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** The short way, while it may go it: until the function answers that it can't. */
  append: AppendItem | undefined;
}

export function makeCommitItem(batch: CheckedBatch, limitMs: number): CommitItem {
  return {
    batch,
    size: boundOfBatchBytes(batch),
    deadline: performance.now() + limitMs,
    append: makeAppendItem(batch),
  };
}
