/** Records that tests of the search index write. */
import type { Append, Write } from "../../../contract/batch.ts";
import type { FieldValue } from "../../../model/kind.ts";
import { completeRecord } from "../../../model/kind.ts";
import { messages } from "../../../model/messages.ts";
import { sessions } from "../../../model/sessions.ts";

type Fields = Readonly<Record<string, FieldValue>>;

export function insertSession(id: string, fields: Fields = {}): Write {
  const record = completeRecord(sessions, { status: "active", listed: true, ...fields, id });
  return { type: "insert", kind: "sessions", record, exists: "fail" };
}

/** An append to a session that replaces messages that are there. */
export function append(session: string, added: readonly Fields[]): Append {
  return {
    type: "append",
    session: [session],
    exists: "replace",
    messages: added.map((fields) => {
      const complete = completeRecord(messages, { role: "user", ...fields });
      const { sessionId: _, seq: __, parentSeq: ___, removedAt: ____, ...record } = complete;
      return { record };
    }),
  };
}

export function remove(kind: "messages" | "sessions", ...key: readonly (string | number)[]): Write {
  return { type: "remove", kind, key };
}

export function change(session: string, set: Fields): Write {
  return { type: "update", kind: "sessions", key: [session], set };
}
