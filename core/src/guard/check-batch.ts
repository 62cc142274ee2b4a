/** Refuses batches that no store should see. */
import type { Append, Batch, Changes, Insert, Key, Write } from "../contract/batch.ts";
import { isUniqueName } from "../contract/batch.ts";
import { BATCH_BYTES, BATCH_RECORDS, batchBytes, boundOfBatchBytes } from "../contract/batch-size.ts";
import { keyOf, keyText } from "../model/kind.ts";
import type { CheckedKind } from "./checked-kind.ts";
import { checkFields, checkIndexed, checkRecord, checkText } from "./checked-kind.ts";
import { checkKey, checkPrefix, checkTenant, findKind } from "./check-names.ts";
import { invalidInput, tooLarge } from "./invalid-input.ts";

const EXPECTATIONS = 16;

type Kinds = ReadonlyMap<string, CheckedKind>;

/** What an append gives the messages itself. */
const givenToMessages = new Set(["sessionId", "seq", "parentSeq", "removedAt"]);
/** What only an append changes. */
const logFields = new Set(["lastSeq", "messageCount"]);

export function checkBatch(batch: Batch, kinds: Kinds): void {
  checkTenant(batch.tenant);
  if (batch.operation !== undefined) {
    checkText("The operation id", batch.operation.id);
    checkIndexed("The operation id", batch.operation.id, 255);
    checkText("The fingerprint", batch.operation.fingerprint);
    if (batch.operation.id === "") throw invalidInput("operation", "An operation id can't be empty.");
    if (batch.quiet !== undefined) throw invalidInput("quiet", "A quiet batch has no operation id.");
  }
  if ((batch.expect?.length ?? 0) > EXPECTATIONS) {
    throw tooLarge(`A batch may have at most ${EXPECTATIONS} expectations.`, { limit: EXPECTATIONS });
  }
  for (const expectation of batch.expect ?? []) {
    const kind = findKind(kinds, expectation.kind);
    checkKey(kind, expectation.key);
    if (expectation.type === "equals") checkFields(kind, expectation.fields);
    else if (expectation.type !== "present" && expectation.type !== "absent")
      throw unknownWord("expectation", expectation);
  }
  checkSizes(batch);
  const written = new Set<string>();
  for (const write of batch.writes) checkWrite(batch, kinds, write, written);
}

function checkSizes(batch: Batch): void {
  let records = 0;
  for (const write of batch.writes) {
    records +=
      write.type === "append" ? write.messages.length : write.type === "remove-many" ? write.limit : 1;
  }
  // The bound is nearly always enough; only large batches are counted.
  const bound = boundOfBatchBytes(batch);
  const bytes = bound > BATCH_BYTES ? batchBytes(batch) : bound;
  if (batch.writes.length > BATCH_RECORDS || records > BATCH_RECORDS) {
    throw tooLarge(`A batch may write at most ${BATCH_RECORDS} records.`, { limit: BATCH_RECORDS, records });
  }
  if (bytes > BATCH_BYTES) {
    throw tooLarge(`A batch may hold at most ${BATCH_BYTES} bytes.`, { limit: BATCH_BYTES, bytes });
  }
}

function checkWrite(batch: Batch, kinds: Kinds, write: Write, written: Set<string>): void {
  if (write.type === "append") {
    checkAppend(kinds, write, written);
    if (batch.quiet !== undefined) throw invalidInput("quiet", "A quiet batch can't append.");
    return;
  }
  const checked = findKind(kinds, write.kind);
  const { kind } = checked;
  const isQuietKind = kind.derived === true || kind.staged === true;
  switch (write.type) {
    case "insert":
      if (kind.name === "messages" || kind.name === "branches") {
        throw invalidInput("batch", `Records of ${kind.name} are written by an append.`, { kind: kind.name });
      }
      checkRecord(checked, write.record);
      checkExists(checked, write.exists);
      noteWritten(written, kind.name, keyOf(kind, write.record));
      break;
    case "update":
      checkKey(checked, write.key);
      checkChanges(checked, write, batch.quiet !== undefined);
      noteWritten(written, kind.name, write.key);
      break;
    case "remove":
      checkKey(checked, write.key);
      noteWritten(written, kind.name, write.key);
      break;
    case "remove-many":
      if (kind.name === "messages" || kind.name === "sessions") {
        throw invalidInput("batch", `Records of ${kind.name} are removed one by one.`, { kind: kind.name });
      }
      checkPrefix(checked, write.shape, write.prefix);
      if (!Number.isSafeInteger(write.limit) || write.limit < 1 || write.limit > BATCH_RECORDS) {
        throw invalidInput("limit", `A removal's limit is from 1 to ${BATCH_RECORDS}.`, {
          limit: write.limit,
        });
      }
      break;
    default:
      throw unknownWord("write", write);
  }
  if (
    isQuietKind !== (batch.quiet !== undefined) &&
    !(write.type === "update" && batch.quiet !== undefined)
  ) {
    const message = isQuietKind
      ? `Records of ${kind.name} are written by quiet batches only.`
      : `A quiet batch can't write records of ${kind.name}.`;
    throw invalidInput("quiet", message, { kind: kind.name });
  }
}

function checkAppend(kinds: Kinds, write: Append, written: Set<string>): void {
  const sessions = findKind(kinds, "sessions");
  const messages = findKind(kinds, "messages");
  checkKey(sessions, write.session);
  if (typeof write.exists !== "string" || !existsWords.has(write.exists))
    throw unknownWord("exists", write.exists);
  noteWritten(written, "append", write.session);
  if (write.messages.length === 0) throw invalidInput("batch", "An append has at least one message.");
  if (write.at !== undefined && !(Number.isSafeInteger(write.at) && write.at >= 1)) {
    throw invalidInput("batch", "The position of an append is an integer from 1.", { at: write.at });
  }
  const ids = new Set<string>();
  for (const { record, parent } of write.messages) {
    checkRecord(messages, record, givenToMessages);
    const id = record.id as string;
    if (id === "") throw invalidInput("id", "A message id can't be empty.");
    if (ids.has(id)) throw invalidInput("id", `Two messages of one append have the id ${id}.`, { id });
    ids.add(id);
    if (typeof parent === "string") checkText("A parent", parent);
    if (typeof parent === "number" && !(Number.isSafeInteger(parent) && parent >= 0)) {
      throw invalidInput("batch", "A parent is a position from 0, or a message id.", { parent });
    }
  }
}

const existsWords: ReadonlySet<string> = new Set(["fail", "keep", "same", "replace"]);

function checkExists(checked: CheckedKind, exists: Insert["exists"]): void {
  if (typeof exists === "object" && exists !== null) checkChanges(checked, exists, false);
  else if (!existsWords.has(exists)) throw unknownWord("exists", exists);
  else if (exists === "replace" && checked.kind.name === "sessions") {
    throw invalidInput("batch", "A session is never replaced: its log goes on.", { kind: checked.kind.name });
  }
}

/** For callers without types: a word that the contract does not know. */
function unknownWord(what: string, given: unknown): Error {
  return invalidInput("batch", `This batch holds an ${what} that the contract does not know.`, { given });
}

function checkChanges(checked: CheckedKind, changes: Changes, quiet: boolean): void {
  const { kind } = checked;
  const all = { ...changes.set, ...changes.increment, ...changes.maximum };
  const names = [changes.set, changes.increment, changes.maximum].flatMap((part) => Object.keys(part ?? {}));
  if (new Set(names).size !== names.length) {
    throw invalidInput("batch", "An update changes a field in one way only.", { kind: kind.name });
  }
  checkFields(checked, all);
  for (const name of [changes.increment, changes.maximum].flatMap((part) => Object.keys(part ?? {}))) {
    const { type } = kind.fields[name] ?? {};
    if (type !== "integer" && type !== "real") {
      throw invalidInput("type", `${kind.name}.${name} is no number to add to.`, {
        kind: kind.name,
        field: name,
      });
    }
  }
  for (const name of names) {
    if (kind.key.includes(name) || name === "revision") {
      throw invalidInput("batch", `${kind.name}.${name} never changes.`, { kind: kind.name, field: name });
    }
    if (kind.name === "sessions" && logFields.has(name)) {
      throw invalidInput("batch", `${kind.name}.${name} is kept by appends.`, {
        kind: kind.name,
        field: name,
      });
    }
    if (quiet && kind.fields[name]?.volatile !== true && kind.derived !== true) {
      throw invalidInput("quiet", `A quiet batch can't change ${kind.name}.${name}.`, {
        kind: kind.name,
        field: name,
      });
    }
  }
}

function noteWritten(written: Set<string>, kind: string, key: Key): void {
  const name = `${kind} ${isUniqueName(key) ? `${key.unique} ${keyText(key.values)}` : keyText(key)}`;
  if (written.has(name)) throw invalidInput("batch", "A batch writes a record at most once.", { kind });
  written.add(name);
}
