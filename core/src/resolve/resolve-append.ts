/** Appends to a session's log: positions without gaps, the head, the counts and the records of branches. */
import type { Append, AppendedMessage, NewMessage, WriteResult } from "../contract/batch.ts";
import type { Kind, Row, StoredRecord } from "../model/kind.ts";
import { ThroughlineError } from "../error.ts";
import type { Asking, Lookup } from "./lookup.ts";
import { conflict, invalid, notFound } from "./refusals.ts";
import { isSameMessage } from "./same-message.ts";
import type { Resolving } from "./resolve-batch.ts";

/** Asks for the messages that appends to known sessions name: by id, and by the id of their parent. */
export function* appendLookups(resolving: Resolving): Asking<void> {
  const { batch, records } = resolving;
  const lookups: Lookup[] = [];
  const kind = resolving.kind("messages");
  for (const write of batch.writes) {
    if (write.type !== "append") continue;
    const session = yield* records.find(resolving.kind("sessions"), write.session);
    if (session?.stored === undefined) continue;
    for (const message of write.messages) {
      if (message.fresh === true) continue;
      lookups.push(messageLookup(kind, session.stored.id as string, message.record));
    }
  }
  if (lookups.length > 0) records.learn(lookups, yield lookups);
}

/** Whether every message of an append is there already, as given or changed since. */
export function* isRepeatedAppend(resolving: Resolving, write: Append): Asking<boolean> {
  if (write.exists !== "same" && write.exists !== "keep") return false;
  if (write.messages.some(({ fresh }) => fresh === true)) return false;
  const session = (yield* resolving.records.find(resolving.kind("sessions"), write.session))?.stored;
  if (session === undefined || session.hiddenAt !== 0) return false;
  for (const message of write.messages) {
    const existing = yield* findMessage(resolving, session.id as string, message.record.id as string);
    if (existing === undefined) return false;
    if (write.exists === "same" && !(yield* repeats(resolving, existing, message))) return false;
  }
  return true;
}

/** The log's numbers, while an append runs. */
interface Log {
  readonly session: string;
  last: number;
  head: number;
  count: number;
  tokens: number;
}

export function* resolveAppend(resolving: Resolving, write: Append, replayed: boolean): Asking<WriteResult> {
  const kind = resolving.kind("sessions");
  const place = yield* resolving.records.find(kind, write.session);
  const session = place?.stored;
  if (place === undefined || session === undefined) throw notFound(kind.name, write.session);
  if (session.hiddenAt !== 0) throw deleted(session.id as string);
  const log: Log = {
    session: session.id as string,
    last: session.lastSeq as number,
    head: session.headSeq as number,
    count: session.messageCount as number,
    tokens: session.tokenCount as number,
  };
  if (resolving.records.isInserted(kind, place.key)) knowNone(resolving, log.session, write);
  const answers: AppendedMessage[] = [];
  let previous: number | undefined;
  for (const message of write.messages) {
    const existing =
      message.fresh === true
        ? undefined
        : yield* findMessage(resolving, log.session, message.record.id as string);
    if (previous === undefined && !replayed) checkPosition(write, log, existing);
    const answer: AppendedMessage =
      existing === undefined
        ? yield* appendNew(resolving, write, log, message, previous)
        : yield* appendExisting(resolving, write, log, message, existing);
    previous = answer.seq;
    answers.push(answer);
  }
  if (answers.some(({ outcome }) => outcome !== "kept")) {
    checkRange(log);
    const { now } = resolving.batch;
    const set: StoredRecord = {
      lastSeq: log.last,
      headSeq: log.head,
      messageCount: log.count,
      tokenCount: log.tokens,
      lastActivity: Math.max(session.lastActivity as number, write.activity ?? now),
      updatedAt: now,
      ...(session.status === "expired" ? { status: "active" } : undefined),
      revision: resolving.records.nextRevision(kind, session),
    };
    resolving.records.apply({
      type: "update",
      kind,
      key: place.key,
      set,
      row: { ...session, ...set },
    });
  }
  return { outcome: "appended", session: log.session, messages: answers };
}

/** A session that this batch makes has no messages yet, and a removed one never comes back: nothing is to be asked. */
function knowNone({ records, kind }: Resolving, session: string, { messages }: Append): void {
  const lookups = messages.map(({ record }) => messageLookup(kind("messages"), session, record));
  records.learn(lookups, []);
}

function messageLookup(kind: Kind, session: string, { id }: StoredRecord): Lookup {
  return { type: "record", kind, key: { unique: "id", values: [session, id as string] } };
}

/** A number beyond its range could not be read again, nor could any list that the session is in. */
function checkRange({ session, last, tokens }: Log): void {
  for (const [field, value] of Object.entries({ lastSeq: last, tokenCount: tokens })) {
    if (Number.isSafeInteger(value)) continue;
    throw invalid(`sessions.${field} can't grow to ${value}.`, { kind: "sessions", field, session });
  }
}

function checkPosition(write: Append, log: Log, first: Row | undefined): void {
  if (write.at === undefined || write.at === log.last + 1 || write.at === first?.seq) return;
  const message = `The session's last position is ${log.last}, not ${write.at - 1}.`;
  throw conflict("position", message, { session: log.session, expected: write.at - 1, actual: log.last });
}

function* appendNew(
  resolving: Resolving,
  write: Append,
  log: Log,
  { record, parent }: NewMessage,
  previous: number | undefined,
): Asking<AppendedMessage> {
  const parentSeq = yield* parentPosition(resolving, log, parent, previous);
  const seq = log.last + 1;
  const kind = resolving.kind("messages");
  const row = { ...record, sessionId: log.session, seq, parentSeq, removedAt: 0, revision: 1 } as Row;
  resolving.records.apply({ type: "insert", kind, key: [log.session, seq], row });
  if (parentSeq !== seq - 1) {
    const branch = { sessionId: log.session, seq, parentSeq, revision: 1 } as Row;
    resolving.records.apply({
      type: "insert",
      kind: resolving.kind("branches"),
      key: [log.session, seq],
      row: branch,
    });
  }
  if (parentSeq === log.head || write.moveHead === true) log.head = seq;
  log.last = seq;
  log.count += 1;
  log.tokens += record.tokenCount as number;
  return { id: record.id as string, seq, revision: 1, outcome: "inserted" };
}

function* parentPosition(
  resolving: Resolving,
  log: Log,
  parent: NewMessage["parent"],
  previous: number | undefined,
): Asking<number> {
  if (parent === undefined) return previous ?? log.head;
  if (typeof parent === "number") {
    if (parent <= log.last) return parent;
    throw invalid(`There is no position ${parent} to follow: the last is ${log.last}.`, {
      parent,
      last: log.last,
    });
  }
  const row = yield* findMessage(resolving, log.session, parent);
  if (row === undefined) throw notFound("messages", [log.session, parent]);
  return row.seq as number;
}

function* appendExisting(
  resolving: Resolving,
  write: Append,
  log: Log,
  message: NewMessage,
  existing: Row,
): Asking<AppendedMessage> {
  const id = existing.id as string;
  const seq = existing.seq as number;
  const details = { session: log.session, id, seq };
  if (write.exists === "replace") {
    if (existing.removedAt !== 0) {
      throw conflict("removed", `The message ${id} was deleted and can't be written again.`, details);
    }
    return replaceMessage(resolving, log, message.record, existing);
  }
  if (write.exists === "fail") throw conflict("exists", `There is a message ${id} already.`, details);
  if (write.exists === "same" && !(yield* repeats(resolving, existing, message))) {
    throw conflict("different_content", `There is a message ${id} already, with other content.`, details);
  }
  return { id, seq, revision: existing.revision, outcome: "kept" };
}

function replaceMessage(
  resolving: Resolving,
  log: Log,
  record: StoredRecord,
  existing: Row,
): AppendedMessage {
  const { createdAt: _, ...content } = record;
  const set = { ...content, updatedAt: resolving.batch.now, revision: existing.revision + 1 };
  const kind = resolving.kind("messages");
  const key = [log.session, existing.seq as number];
  resolving.records.apply({ type: "update", kind, key, set, row: { ...existing, ...set } });
  log.tokens += (record.tokenCount as number) - (existing.tokenCount as number);
  return {
    id: existing.id as string,
    seq: existing.seq as number,
    revision: set.revision,
    outcome: "replaced",
  };
}

/** Whether a message that is there is what was asked for: what the caller left out is not compared. */
function* repeats(resolving: Resolving, existing: Row, { record, parent }: NewMessage): Asking<boolean> {
  if (existing.removedAt !== 0 || existing.revision > 1) return true;
  if (!isSameMessage(resolving.kind("messages"), existing, record)) return false;
  if (parent === undefined || typeof parent === "number")
    return parent === undefined || parent === existing.parentSeq;
  const row = yield* findMessage(resolving, existing.sessionId as string, parent);
  return row?.seq === existing.parentSeq;
}

function* findMessage(resolving: Resolving, session: string, id: string): Asking<Row | undefined> {
  const key = { unique: "id", values: [session, id] };
  return (yield* resolving.records.find(resolving.kind("messages"), key))?.stored;
}

function deleted(session: string): ThroughlineError {
  return new ThroughlineError("not_found", `The session ${session} was deleted.`, {
    reason: "deleted",
    outcome: "refused",
    details: { session },
  });
}
