/** Records for tests: what is not given is empty. */
import type { Insert, NewMessage, StoredRecord } from "@throughline/core";
import { completeRecord, messages, sessions } from "@throughline/core";

export const tenant = "local";

export function insertSession(given: StoredRecord & { readonly id: string }): Insert {
  const record = completeRecord(sessions, { userId: "ada", status: "active", listed: true, ...given });
  return { type: "insert", kind: "sessions", record, exists: "keep" };
}

export function newMessage(given: StoredRecord & { readonly id: string }): NewMessage {
  const {
    sessionId: _s,
    seq: _q,
    parentSeq: _p,
    removedAt: _r,
    ...record
  } = completeRecord(messages, {
    role: "user",
    ...given,
  });
  return { record };
}
