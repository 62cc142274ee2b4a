/** Resolving a batch where each question to the database costs a round trip. */
import type { CheckedBatch, Key, Write } from "../contract/batch.ts";
import { isUniqueName } from "../contract/batch.ts";
import type { Kind } from "../model/kind.ts";
import { keyOf, keyText, uniqueKeysOf } from "../model/kind.ts";
import type { Found, Lookup, Resolution } from "../resolve/lookup.ts";
import { resolveBatch } from "../resolve/resolve-batch.ts";
import { leavesRevision } from "../resolve/resolve-record.ts";

/** Answers several lookups at once, in order, all as of one moment that is the same for the whole resolution. */
export type AnswerLookups = (lookups: readonly Lookup[]) => Promise<readonly Found[]>;

/**
 * Resolves a batch as `resolveBatch` does. What it will probably ask is asked in one go at the beginning, so that nearly
 * every batch takes one round trip, and one more where it names records by unique keys.
 */
export async function resolveRemotely(
  batch: CheckedBatch,
  kinds: ReadonlyMap<string, Kind>,
  answer: AnswerLookups,
): Promise<Resolution> {
  const known = new Map<string, Found>();
  const learn = async (lookups: readonly Lookup[]): Promise<void> => {
    const unknown = new Map(lookups.map((lookup) => [lookupText(lookup), lookup]));
    for (const name of known.keys()) unknown.delete(name);
    if (unknown.size === 0) return;
    const found = await answer([...unknown.values()]);
    [...unknown.keys()].forEach((name, index) => known.set(name, found[index]));
  };
  await learn(expectedLookups(batch, kinds));
  const resolution = resolveBatch(batch, kinds);
  let step = resolution.next();
  while (step.done !== true) {
    await learn(step.value);
    step = resolution.next(step.value.map((lookup) => known.get(lookupText(lookup))));
  }
  return step.value;
}

/** What resolving a batch may ask, as far as the batch alone tells. Kinds that are unknown are refused later. */
export function expectedLookups(batch: CheckedBatch, kinds: ReadonlyMap<string, Kind>): Lookup[] {
  const lookups: Lookup[] = [];
  const record = (name: string, key: Key): void => {
    const kind = kinds.get(name);
    if (kind !== undefined) lookups.push({ type: "record", kind, key });
  };
  if (batch.operation !== undefined) lookups.push({ type: "operation", id: batch.operation.id });
  for (const { kind, key } of batch.expect ?? []) record(kind, key);
  for (const write of batch.writes) lookups.push(...writeLookups(write, kinds, record));
  return lookups;
}

function writeLookups(
  write: Write,
  kinds: ReadonlyMap<string, Kind>,
  record: (name: string, key: Key) => void,
): Lookup[] {
  if (write.type === "append") {
    record("sessions", write.session);
    if (isUniqueName(write.session)) return [];
    const [session] = write.session as readonly string[];
    for (const { record: message, parent, fresh } of write.messages) {
      if (fresh !== true) record("messages", idOf(session as string, message.id as string));
      if (typeof parent === "string") record("messages", idOf(session as string, parent));
    }
    return [];
  }
  if (write.type === "remove-many") {
    const kind = kinds.get(write.kind);
    if (kind === undefined) return [];
    const { shape, prefix, limit } = write;
    return [{ type: "prefix", kind, shape, prefix, limit }];
  }
  if (write.type !== "insert") {
    record(write.kind, write.key);
    return [];
  }
  const kind = kinds.get(write.kind);
  if (kind === undefined) return [];
  const key = keyOf(kind, write.record);
  record(write.kind, key);
  for (const [unique, values] of uniqueKeysOf(kind, write.record)) record(write.kind, { unique, values });
  const owner = kind.session === undefined ? "" : write.record[kind.session];
  if (typeof owner === "string" && owner !== "") record("sessions", [owner]);
  return leavesRevision(kind) ? [{ type: "removed", kind, key }] : [];
}

function idOf(session: string, id: string): Key {
  return { unique: "id", values: [session, id] };
}

/** One string for a lookup, for maps: equal for equal questions. */
export function lookupText(lookup: Lookup): string {
  switch (lookup.type) {
    case "operation":
      return `operation ${lookup.id}`;
    case "record": {
      const { kind, key } = lookup;
      return isUniqueName(key)
        ? `record ${kind.name} by ${key.unique} ${keyText(key.values)}`
        : `record ${kind.name} ${keyText(key)}`;
    }
    case "removed":
      return `removed ${lookup.kind.name} ${keyText(lookup.key)}`;
    case "prefix":
      return `prefix ${lookup.kind.name} ${lookup.shape} ${lookup.limit} ${lookup.prefix.length} ${keyText(lookup.prefix)}`;
  }
}
