/** Inserts, updates and removals of single records. */
import type { Insert, Remove, RemoveMany, Update, WriteResult } from "../contract/batch.ts";
import type { FieldValue, Kind, KeyValues, Row, StoredRecord } from "../model/kind.ts";
import { keyOf, keyText, uniqueKeysOf } from "../model/kind.ts";
import { applyChanges } from "./apply-changes.ts";
import type { Asking } from "./lookup.ts";
import type { Place } from "./records.ts";
import { conflict, keyName, notFound } from "./refusals.ts";
import type { Resolving } from "./resolve-batch.ts";

export function* resolveInsert(resolving: Resolving, write: Insert): Asking<WriteResult> {
  const kind = resolving.kind(write.kind);
  const key = keyOf(kind, write.record);
  yield* expectVisibleOwner(resolving, kind, write.record);
  const place = yield* findExisting(resolving, kind, key, write.record);
  const row = resolving.records.live(kind, place);
  if (place !== undefined && row !== undefined)
    return yield* insertOverExisting(resolving, kind, place.key, row, write);
  const stored = (yield* resolving.records.find(kind, key))?.stored;
  const removedAt = stored?.revision ?? (yield* removedRevision(kind, key));
  if (removedAt > 0 && stored === undefined && write.exists === "same") {
    return { outcome: "kept", key, revision: removedAt };
  }
  if (removedAt > 0 && stored === undefined && kind.hidden !== undefined) {
    // Its positions were given; a second session of this id would give them again.
    throw conflict("removed", `${keyName(key)} in ${kind.name} was erased and never comes back.`, {
      kind: kind.name,
      key,
    });
  }
  yield* clearExpired(resolving, kind, key, write.record);
  const inserted: Row = { ...write.record, revision: removedAt + 1 };
  resolving.records.apply(
    stored === undefined
      ? { type: "insert", kind, key, row: inserted }
      : { type: "update", kind, key, set: inserted, row: inserted },
  );
  return { outcome: "inserted", key, revision: inserted.revision };
}

/** The guard expects the owner of what is written to be visible, but for one that the same batch inserts or keeps. */
function* expectVisibleOwner(resolving: Resolving, kind: Kind, record: StoredRecord): Asking<void> {
  const owner = kind.session === undefined ? "" : record[kind.session];
  if (typeof owner !== "string" || owner === "") return;
  const session = (yield* resolving.records.find(resolving.kind("sessions"), [owner]))?.stored;
  if (session !== undefined && session.hiddenAt !== 0) {
    throw conflict("expectation", `The session ${owner} was deleted.`, { kind: "sessions", key: [owner] });
  }
}

/** The live record that has the primary key or a unique key of `record`. Two different ones are a conflict. */
export function* findExisting(
  resolving: Resolving,
  kind: Kind,
  key: KeyValues,
  record: StoredRecord,
): Asking<Place | undefined> {
  const own = yield* resolving.records.find(kind, key);
  let existing = resolving.records.live(kind, own) === undefined ? undefined : own;
  for (const [unique, values] of uniqueKeysOf(kind, record)) {
    const other = yield* resolving.records.find(kind, { unique, values });
    if (other === undefined || resolving.records.live(kind, other) === undefined) continue;
    if (existing !== undefined && keyText(existing.key) !== keyText(other.key)) {
      throw conflict("unique", `Two records in ${kind.name} have the keys of this one.`, {
        kind: kind.name,
        unique,
      });
    }
    existing = other;
  }
  return existing;
}

function* insertOverExisting(
  resolving: Resolving,
  kind: Kind,
  key: KeyValues,
  row: Row,
  { record, exists }: Insert,
): Asking<WriteResult> {
  if (exists === "keep" || (exists === "same" && (row.revision > 1 || isSame(kind, row, record)))) {
    return { outcome: "kept", key, revision: row.revision };
  }
  if (exists === "fail" || exists === "same") {
    const reason = exists === "fail" ? "exists" : "different_content";
    const what = exists === "fail" ? "is there already" : "is there with other content";
    throw conflict(reason, `${keyName(key)} in ${kind.name} ${what}.`, { kind: kind.name, key });
  }
  const set = exists === "replace" ? withKey(kind, key, record) : applyChanges(kind, row, exists);
  const revision = yield* updateRow(resolving, kind, key, row, set);
  return { outcome: exists === "replace" ? "replaced" : "merged", key, revision };
}

/** A record found by a unique key keeps its own primary key when another takes its place. */
function withKey(kind: Kind, key: KeyValues, record: StoredRecord): StoredRecord {
  return {
    ...record,
    ...Object.fromEntries(kind.key.map((field, index) => [field, key[index] as FieldValue])),
  };
}

export function* resolveUpdate(resolving: Resolving, write: Update): Asking<WriteResult> {
  const kind = resolving.kind(write.kind);
  const place = yield* resolving.records.find(kind, write.key);
  const row = resolving.records.live(kind, place);
  if (place === undefined || row === undefined) throw notFound(kind.name, write.key);
  const revision = yield* updateRow(resolving, kind, place.key, row, applyChanges(kind, row, write));
  return { outcome: "updated", key: place.key, revision };
}

function* updateRow(
  resolving: Resolving,
  kind: Kind,
  key: KeyValues,
  row: Row,
  changes: StoredRecord,
): Asking<number> {
  const revision =
    resolving.batch.quiet === undefined ? resolving.records.nextRevision(kind, row) : row.revision;
  const set = { ...changes, revision };
  const updated: Row = { ...row, ...set };
  const before = uniqueKeysOf(kind, row);
  for (const [unique, values] of uniqueKeysOf(kind, updated)) {
    const had = before.get(unique);
    if (had !== undefined && keyText(had) === keyText(values)) continue;
    const other = yield* resolving.records.find(kind, { unique, values });
    if (other !== undefined && resolving.records.live(kind, other) !== undefined) {
      const message = `Another record in ${kind.name} has this ${unique} key: ${values.join("/")}.`;
      throw conflict("unique", message, { kind: kind.name, unique });
    }
    yield* clearExpired(resolving, kind, key, updated);
  }
  resolving.records.apply({ type: "update", kind, key, set, row: updated });
  return revision;
}

/** A record that has ended still holds its unique keys in the store; whoever takes them removes it. */
function* clearExpired(resolving: Resolving, kind: Kind, key: KeyValues, record: StoredRecord): Asking<void> {
  if (kind.expires === undefined) return;
  for (const [unique, values] of uniqueKeysOf(kind, record)) {
    const other = yield* resolving.records.find(kind, { unique, values });
    if (other?.stored === undefined || keyText(other.key) === keyText(key)) continue;
    resolving.records.apply({ type: "remove", kind, key: other.key, revision: other.stored.revision });
  }
}

/** Whether a record is as it was given first, in the fields that its kind compares. */
export function isSame(kind: Kind, row: Row, record: StoredRecord): boolean {
  const compared =
    kind.same ?? Object.keys(kind.fields).filter((field) => kind.fields[field]?.volatile !== true);
  return compared.every((field) => sameValue(row[field], record[field]));
}

function sameValue(left: FieldValue | undefined, right: FieldValue | undefined): boolean {
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    return left.length === right.length && left.every((byte, index) => byte === right[index]);
  }
  return left === right;
}

function* removedRevision(kind: Kind, key: KeyValues): Asking<number> {
  if (!leavesRevision(kind)) return 0;
  const [revision] = yield [{ type: "removed", kind, key }];
  return revision as number;
}

/** Whether a removed record of this kind leaves its key and revision behind. */
export function leavesRevision(kind: Kind): boolean {
  return kind.staged !== true && kind.derived !== true && kind.name !== "messages";
}

export function* resolveRemove(resolving: Resolving, write: Remove): Asking<WriteResult> {
  const kind = resolving.kind(write.kind);
  const place = yield* resolving.records.find(kind, write.key);
  const row = resolving.records.live(kind, place);
  if (place === undefined || row === undefined) return { outcome: "absent", count: 0 };
  if (kind.name === "messages") return yield* blankMessage(resolving, kind, place.key, row);
  resolving.records.apply({ type: "remove", kind, key: place.key, revision: row.revision });
  return { outcome: "removed", count: 1 };
}

/** A deleted message leaves its position and id; everything else of it goes. */
function* blankMessage(resolving: Resolving, kind: Kind, key: KeyValues, row: Row): Asking<WriteResult> {
  if (row.removedAt !== 0) return { outcome: "absent", count: 0 };
  const { now } = resolving.batch;
  const revision = row.revision + 1;
  const set: StoredRecord = {
    content: "",
    contentFormat: "",
    tokenCount: 0,
    model: "",
    usage: "",
    cost: null,
    metadata: "",
    native: "",
    updatedAt: now,
    removedAt: now,
    revision,
  };
  resolving.records.apply({ type: "update", kind, key, set, row: { ...row, ...set } });
  const sessions = resolving.kind("sessions");
  const session = yield* resolving.records.find(sessions, [row.sessionId as string]);
  if (session?.stored !== undefined) {
    const counts = applyChanges(sessions, session.stored, {
      increment: { messageCount: -1, tokenCount: -(row.tokenCount as number) },
    });
    const changed = {
      ...counts,
      updatedAt: now,
      revision: resolving.records.nextRevision(sessions, session.stored),
    };
    resolving.records.apply({
      type: "update",
      kind: sessions,
      key: session.key,
      set: changed,
      row: { ...session.stored, ...changed },
    });
  }
  return { outcome: "removed", count: 1 };
}

export function* resolveRemoveMany(resolving: Resolving, write: RemoveMany): Asking<WriteResult> {
  const kind = resolving.kind(write.kind);
  const { shape, prefix, limit } = write;
  const [found] = yield [{ type: "prefix", kind, shape, prefix, limit }];
  // A batch writes a record once: what it wrote already is not removed as well.
  const rows = (found as readonly Row[]).filter(
    (row) => !resolving.records.isChanged(kind, keyOf(kind, row)),
  );
  for (const row of rows) {
    resolving.records.apply({ type: "remove", kind, key: keyOf(kind, row), revision: row.revision });
  }
  return { outcome: "removed", count: rows.length };
}
