/** What deleting and cleaning up answer, as schemas. */
import * as v from "valibot";
import { sessionAnswer } from "./answers.ts";

const time = v.pipe(v.string(), v.isoTimestamp());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const receiptAnswer = v.strictObject({
  session_id: v.string(),
  deleted_at: time,
  erased: v.boolean(),
  erased_at: v.nullable(time),
  erase_after: v.nullable(time),
  removed: v.record(v.string(), count),
  bytes: count,
  shared_with: v.array(v.string()),
  forks_with_lost_history: v.array(v.string()),
});

export const ownerReceiptAnswer = v.strictObject({
  project_id: v.optional(v.string()),
  user_id: v.optional(v.string()),
  deleted_at: time,
  ended_at: v.nullable(time),
  erased: v.boolean(),
  erase_after: v.nullable(time),
  removed: v.record(v.string(), count),
  bytes: count,
  hidden: v.record(v.string(), count),
  shared_with: v.array(v.string()),
  forks_with_lost_history: v.array(v.string()),
  stays: v.array(v.strictObject({ kind: v.string(), count, reason: v.string() })),
});

export const holdAnswer = v.strictObject({ session_id: v.string(), reason: v.string(), created_at: time });

export const trashAnswer = v.strictObject({
  items: v.array(
    v.strictObject({ ...sessionAnswer.entries, deleted_at: time, erase_after: v.nullable(time) }),
  ),
  next_cursor: v.nullable(v.string()),
});

export const cleanUpAnswer = v.strictObject({
  dry_run: v.boolean(),
  expired: count,
  trashed: count,
  erased: count,
  partly_erased: count,
  removed: v.record(v.string(), count),
  blobs: count,
  bytes: count,
  pruned: v.boolean(),
  sessions: v.array(
    v.strictObject({
      session_id: v.string(),
      action: v.picklist(["expire", "trash", "erase"]),
      reason: v.string(),
    }),
  ),
  records: v.array(
    v.strictObject({
      kind: v.string(),
      id: v.string(),
      action: v.literal("remove"),
      reason: v.picklist(["expires_at", "ttl", "max"]),
      title: v.optional(v.string()),
      session_id: v.optional(v.string()),
      project_id: v.optional(v.string()),
      user_id: v.optional(v.string()),
    }),
  ),
});
