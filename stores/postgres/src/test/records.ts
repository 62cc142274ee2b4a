/** Records for tests: what is not given is empty. */
import type { Append, Insert, NewMessage, StoredRecord } from "@throughline/core";
import { completeRecord, messages, sessions } from "@throughline/core";

export const tenant = "local";

export function insertSession(given: StoredRecord & { readonly id: string }): Insert {
  const record = completeRecord(sessions, { userId: "ada", status: "active", listed: true, ...given });
  return { type: "insert", kind: "sessions", record, exists: "keep" };
}

const logFields = new Set(["sessionId", "seq", "parentSeq", "removedAt"]);

export function newMessage(given: StoredRecord & { readonly id: string }): NewMessage {
  const record = completeRecord(messages, { role: "user", ...given });
  return { record: Object.fromEntries(Object.entries(record).filter(([field]) => !logFields.has(field))) };
}

export function append(session: string, ...ids: readonly string[]): Append {
  return {
    type: "append",
    session: [session],
    messages: ids.map((id) => newMessage({ id, content: `Message ${id}` })),
    exists: "same",
  };
}
