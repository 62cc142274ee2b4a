/** Batches that show when one of them got lost, was carried out twice or only in part. */
import type { Batch, NewMessage, Write } from "@throughline/core";
import { completeRecord, messages, sessions } from "@throughline/core";
import { testItems } from "../kinds.ts";

/** Whose histories they are. */
export const historyTenant = "t";

/** An entry is some messages in a row, and for some entries one more on the history's counter. */
export interface EntryForm {
  readonly size: number;
  readonly isCounted: boolean;
}

/** What an entry is made of follows from its id, so that whoever knows the id can send it again, or look for it. */
export function entryForm(id: string): EntryForm {
  let sum = 0;
  for (let index = 0; index < id.length; index += 1) sum += id.charCodeAt(index);
  return { size: 1 + (sum % 3), isCounted: sum % 4 === 0 };
}

export function messageId(entry: string, index: number): string {
  return `${entry}.${index}`;
}

/** Makes the session and the counter of a history, where they are missing. */
export function beginningOf(history: string): Batch {
  const session = completeRecord(sessions, { id: history, userId: "u", status: "active", listed: true });
  const counter = completeRecord(testItems, { id: history });
  return {
    tenant: historyTenant,
    writes: [
      { type: "insert", kind: "sessions", record: session, exists: "keep" },
      { type: "insert", kind: "test_items", record: counter, exists: "keep" },
    ],
  };
}

/**
 * The batch of an entry. Those that count take the messages that are there as given, so that a second time is seen in
 * the counter; the others demand that they are not there, so that it fails.
 */
export function entryBatch(history: string, id: string): Batch {
  const { size, isCounted } = entryForm(id);
  const given = Array.from({ length: size }, (_, index) => newMessage(messageId(id, index)));
  const exists = isCounted ? "same" : "fail";
  const writes: Write[] = [{ type: "append", session: [history], messages: given, exists }];
  if (isCounted) writes.push({ type: "update", kind: "test_items", key: [history], increment: { rank: 1 } });
  return { tenant: historyTenant, operation: { id: `${history} ${id}`, fingerprint: id }, writes };
}

const logFields: ReadonlySet<string> = new Set(["sessionId", "seq", "parentSeq", "removedAt"]);

function newMessage(id: string): NewMessage {
  const record = completeRecord(messages, { id, role: "user", content: `Message ${id}`, tokenCount: 1 });
  return { record: Object.fromEntries(Object.entries(record).filter(([field]) => !logFields.has(field))) };
}
