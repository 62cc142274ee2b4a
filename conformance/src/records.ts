/** Records of every kind that the tests write, complete from a few given fields. */
import type { Append, FieldValue, Insert, Kind, NewMessage, StoredRecord, Write } from "@throughline/core";
import { completeRecord, messages, sessions } from "@throughline/core";
import { testItems, testLeases, testNotes, testPieces, testVectors } from "./kinds.ts";

/** Some fields of a record. */
export type Fields<Of extends Kind> = { readonly [Name in keyof Of["fields"]]?: FieldValue };

/** Inserts a record that must not be there yet, unless `exists` says otherwise. */
export function insert<Of extends Kind>(
  kind: Of,
  fields: Fields<Of>,
  exists: Insert["exists"] = "fail",
): Insert {
  return { type: "insert", kind: kind.name, record: record(kind, fields), exists };
}

/** A record of a kind, with what was not given empty. */
export function record<Of extends Kind>(kind: Of, fields: Fields<Of>): StoredRecord {
  return completeRecord(kind, fields as StoredRecord);
}

export const insertItem = (fields: Fields<typeof testItems>, exists?: Insert["exists"]): Insert =>
  insert(testItems, fields, exists);
export const insertLease = (fields: Fields<typeof testLeases>, exists?: Insert["exists"]): Insert =>
  insert(testLeases, fields, exists);
export const insertNote = (fields: Fields<typeof testNotes>, exists?: Insert["exists"]): Insert =>
  insert(testNotes, fields, exists);
export const insertVector = (fields: Fields<typeof testVectors>, exists?: Insert["exists"]): Insert =>
  insert(testVectors, fields, exists);
export const insertPiece = (fields: Fields<typeof testPieces>, exists?: Insert["exists"]): Insert =>
  insert(testPieces, fields, exists);

/** Inserts a session that lists show. */
export function insertSession(fields: Fields<typeof sessions>, exists?: Insert["exists"]): Insert {
  return insert(sessions, { status: "active", listed: true, ...fields }, exists);
}

/** Deletes a session, which hides it, or brings it back. */
export function hide(session: string, hiddenAt = 1): Write {
  return { type: "update", kind: "sessions", key: [session], set: { hiddenAt } };
}

/** A message to append: its text is its id, unless another is given. */
export function message(
  id: string,
  fields: Fields<typeof messages> = {},
  parent?: string | number,
): NewMessage {
  const {
    sessionId: _,
    seq: __,
    parentSeq: ___,
    removedAt: ____,
    ...given
  } = record(messages, {
    id,
    role: "user",
    content: id,
    ...fields,
  });
  return { record: given, ...(parent === undefined ? {} : { parent }) };
}

/** An append of messages with these ids, or of given ones. */
export function append(
  session: Append["session"] | string,
  added: readonly (string | NewMessage)[],
  more: Partial<Append> = {},
): Append {
  return {
    type: "append",
    session: typeof session === "string" ? [session] : session,
    messages: added.map((entry) => (typeof entry === "string" ? message(entry) : entry)),
    exists: "same",
    ...more,
  };
}
