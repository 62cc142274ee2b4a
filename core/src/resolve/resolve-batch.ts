/**
 * What a batch does to the records that are there: the commit rules (`C…` in `CONTRACT.md`) in one place, for every store
 * that can hold those records still while it asks. It reads nothing and writes nothing itself: it asks lookups, and
 * answers final images. Memory, SQLite and IndexedDB drive it inside their write transaction, a log store against the
 * end of its log.
 */
import type { CheckedBatch, Expectation, Insert, Key, Write, WriteResult } from "../contract/batch.ts";
import type { Kind } from "../model/kind.ts";
import { keyOf } from "../model/kind.ts";
import { feedChanges } from "./feed-changes.ts";
import type { Asking, Found, Lookup, Resolution, StoredOperation } from "./lookup.ts";
import { Records } from "./records.ts";
import { conflict, invalid, keyName } from "./refusals.ts";
import { appendLookups, isRepeatedAppend, resolveAppend } from "./resolve-append.ts";
import {
  findExisting,
  resolveInsert,
  resolveRemove,
  resolveRemoveMany,
  resolveUpdate,
} from "./resolve-record.ts";

/** What the steps of one batch share. */
export interface Resolving {
  readonly batch: CheckedBatch;
  readonly records: Records;
  /** The kind of that name; refuses unknown ones. */
  kind(name: string): Kind;
}

/** Resolves a batch; run it with `driveResolution` where the store answers at once. */
export function* resolveBatch(batch: CheckedBatch, kinds: ReadonlyMap<string, Kind>): Asking<Resolution> {
  const resolving: Resolving = {
    batch,
    records: new Records(batch.now),
    kind(name) {
      const kind = kinds.get(name);
      if (kind === undefined) throw invalid(`There is no kind ${name}.`, { kind: name });
      return kind;
    },
  };
  const replay = yield* lookUp(resolving);
  if (replay !== undefined) return replay;
  const replayed = yield* isReplay(resolving);
  if (!replayed) for (const expectation of batch.expect ?? []) yield* expect(resolving, expectation);
  const results: WriteResult[] = [];
  for (const write of batch.writes) results.push(yield* resolveWrite(resolving, write, replayed));
  const { images } = resolving.records;
  return { images, results, ...feedChanges(resolving), replayed };
}

/** Runs a resolution for a store that answers lookups at once. */
export function driveResolution(
  resolution: Asking<Resolution>,
  answer: (lookup: Lookup) => Found,
): Resolution {
  let step = resolution.next();
  while (step.done !== true) step = resolution.next(step.value.map(answer));
  return step.value;
}

/** Asks at once for all that is known to be needed; answers the first result of a known operation. */
function* lookUp(resolving: Resolving): Asking<Resolution | undefined> {
  const { batch, records } = resolving;
  const lookups: Lookup[] = [];
  if (batch.operation !== undefined) lookups.push({ type: "operation", id: batch.operation.id });
  for (const write of batch.writes) lookups.push(...writeLookups(resolving, write));
  for (const { kind, key } of batch.expect ?? []) {
    lookups.push({ type: "record", kind: resolving.kind(kind), key });
  }
  const found = yield lookups;
  const operation = batch.operation === undefined ? undefined : (found[0] as StoredOperation | undefined);
  if (operation !== undefined) return replayOperation(batch, operation);
  records.learn(lookups, found);
  yield* appendLookups(resolving);
  return undefined;
}

function writeLookups(resolving: Resolving, write: Write): Lookup[] {
  switch (write.type) {
    case "insert": {
      const kind = resolving.kind(write.kind);
      return [{ type: "record", kind, key: keyOf(kind, write.record) }];
    }
    case "update":
    case "remove":
      return [{ type: "record", kind: resolving.kind(write.kind), key: write.key }];
    case "append":
      return [{ type: "record", kind: resolving.kind("sessions"), key: write.session }];
    case "remove-many":
      return [];
  }
}

/** Before expectations are checked, or a retry would conflict with its own success. An operation that is known answers what it answered first. */
function replayOperation(batch: CheckedBatch, operation: StoredOperation): Resolution {
  if (operation.fingerprint !== batch.operation?.fingerprint) {
    throw conflict("operation_reused", "This operation id was used before, for another request.", {
      operation: batch.operation?.id,
    });
  }
  return {
    images: [],
    results: operation.results,
    changes: [],
    user: "",
    replayOf: operation.position,
    replayed: true,
  };
}

/**
 * Without an operation id, a batch of appends (and inserts that keep) is a replay when every message is there as given:
 * then its expectations, which its own success may have falsified, are not checked again.
 */
function* isReplay(resolving: Resolving): Asking<boolean> {
  let appends = 0;
  for (const write of resolving.batch.writes) {
    if (write.type === "append") {
      appends += 1;
      if (!(yield* isRepeatedAppend(resolving, write))) return false;
    } else if (write.type !== "insert" || write.exists !== "keep" || !(yield* isThere(resolving, write))) {
      return false;
    }
  }
  return appends > 0;
}

function* isThere(resolving: Resolving, { kind: name, record }: Insert): Asking<boolean> {
  const kind = resolving.kind(name);
  return (yield* findExisting(resolving, kind, keyOf(kind, record), record)) !== undefined;
}

function* expect(resolving: Resolving, expectation: Expectation): Asking<void> {
  const kind = resolving.kind(expectation.kind);
  const row = resolving.records.live(kind, yield* resolving.records.find(kind, expectation.key));
  if (expectation.type === "absent") {
    if (row !== undefined) throw expectationFailed(expectation, "is there", {});
    return;
  }
  if (row === undefined) throw expectationFailed(expectation, "is not there", {});
  if (expectation.type !== "equals") return;
  for (const [field, expected] of Object.entries(expectation.fields)) {
    if (row[field] !== expected) {
      throw expectationFailed(expectation, `has another ${field}`, { field, expected, actual: row[field] });
    }
  }
}

function expectationFailed(
  { type, kind, key }: { type: string; kind: string; key: Key },
  found: string,
  details: Record<string, unknown>,
): Error {
  const message = `Expected otherwise: ${keyName(key)} in ${kind} ${found}.`;
  return conflict("expectation", message, { expectation: type, kind, ...details });
}

function* resolveWrite(resolving: Resolving, write: Write, replayed: boolean): Asking<WriteResult> {
  switch (write.type) {
    case "insert":
      return yield* resolveInsert(resolving, write);
    case "update":
      return yield* resolveUpdate(resolving, write);
    case "append":
      return yield* resolveAppend(resolving, write, replayed);
    case "remove":
      return yield* resolveRemove(resolving, write);
    case "remove-many":
      return yield* resolveRemoveMany(resolving, write);
  }
}
