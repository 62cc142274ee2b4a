/** Records for tests that are about something else. */
import type { StoredRecord, Write } from "@throughline/core";
import { completeRecord, messages, sessions } from "@throughline/core";

export const testTenant = "tenant";

export function newSession(id: string): Write {
  const record = completeRecord(sessions, { id, userId: "u", listed: true });
  return { type: "insert", kind: "sessions", record, exists: "keep" };
}

export function newMessage(given: StoredRecord): StoredRecord {
  const {
    sessionId: _,
    seq: __,
    parentSeq: ___,
    removedAt: ____,
    ...record
  } = completeRecord(messages, given);
  return record;
}

export function appendTo(session: string, ids: readonly string[]): Write {
  const given = ids.map((id) => ({
    record: newMessage({ id, role: "user", content: `text of ${id}`, tokenCount: 3 }),
  }));
  return { type: "append", session: [session], messages: given, exists: "same" };
}
