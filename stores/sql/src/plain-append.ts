/** The common batch: messages at the end of one session's log. */
import type { Append, CheckedBatch } from "@throughline/core";
import { isUniqueName, messages } from "@throughline/core";

/** What a caller gives of a message; the rest is the log's. */
export const givenMessageFields: readonly string[] = Object.keys(messages.fields).filter(
  (field) => !["sessionId", "seq", "parentSeq", "removedAt"].includes(field),
);

/**
 * The append that a batch consists of, if it is of the common form: to a session by its id, message after message, with
 * nothing expected.
 */
export function findPlainAppend({ writes, expect, quiet }: CheckedBatch): Append | undefined {
  const [write] = writes;
  if (writes.length !== 1 || write?.type !== "append" || quiet !== undefined) return undefined;
  if ((expect?.length ?? 0) > 0 || isUniqueName(write.session)) return undefined;
  return write.messages.every(({ parent }) => parent === undefined) ? write : undefined;
}
