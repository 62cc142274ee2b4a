/** Writes a new version of a memory, or a new memory: with its value, what it takes the place of, and its session. */
import type { CommitResult, Expectation, Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { Row, StoredRecord } from "../../model/kind.ts";
import { insertReference } from "../blobs/blob-holders.ts";
import type { StagedBlobs } from "../blobs/staged-blobs.ts";
import { insertProject } from "../projects/insert-project.ts";
import type { ServiceContext } from "../service-context.ts";
import { touchSession } from "../sessions/touch-session.ts";
import { type OwnerFields, memoryKeyOf, ownerOf, ownerValues } from "./memory.ts";
import type { StoredValue } from "./memory-value.ts";

export interface NewVersion {
  readonly owner: OwnerFields;
  readonly key: string;
  /** The memory that gets the version; undefined: there is none yet, and `id` is that of the new one. */
  readonly target: Row | undefined;
  readonly id: string;
  /** Of a memory of a session. */
  readonly session: Row | undefined;
  readonly value: StoredValue;
  /** JSON text, as records have it. */
  readonly metadata: string;
  readonly provenance: string;
  /** 0: none. */
  readonly ttlSeconds: number;
  /** The version that it brings back; 0: none. */
  readonly restored?: number;
  /** Memories whose place it takes. */
  readonly superseded?: readonly Row[];
  readonly operation?: { readonly id: string; readonly fingerprint: string } | undefined;
}

/**
 * Commits it if all is still as it was read. The results begin with those of the superseded memories; the memory and its
 * version follow.
 *
 * @throws ThroughlineError `conflict` with reason `expectation` about `project_memories` or the session's status where
 *   others were faster
 */
export async function writeVersion(
  { store, tenant }: ServiceContext,
  version: NewVersion,
  blobs: StagedBlobs | undefined,
  options: CallOptions,
): Promise<{ readonly result: CommitResult; readonly row: Row }> {
  const { operation } = version;
  const now = store.now();
  const row = memoryAfter(version, now);
  const { revision: _, ...record } = row;
  const holder = {
    sessionId: version.owner.sessionId,
    hash: version.value.memoryValue,
    ownerKind: "memory_versions",
    ownerId: `${record.memoryId as string}/${record.version as number}`,
  };
  const holders = version.value.valueFormat === "blob" ? [holder] : [];
  const staged =
    blobs === undefined || blobs.isEmpty
      ? { writes: holders.map(insertReference), expect: [] }
      : blobs.besideRecords(holders);
  const touched = version.session === undefined ? undefined : touchSession(version.session, now);
  const writes: Write[] = [
    // Their keys are free then.
    ...supersedingWrites(version.superseded ?? [], record.memoryId as string, now),
    ...memoryWrites(version, record, now),
    ...endOfVersion(version.target),
    ...staged.writes,
    ...(version.owner.scope === "project" ? [insertProject(version.owner.projectId, now)] : []),
    ...(touched === undefined ? [] : [touched.write]),
  ];
  const expect: Expectation[] = [
    asRead(version),
    ...(version.superseded ?? []).map(unchanged),
    ...staged.expect,
    ...(touched === undefined ? [] : [touched.expect]),
  ];
  const result = await store.commit({ tenant, writes, expect, ...(operation && { operation }) }, options);
  return { result, row };
}

/** The memory, then its version. */
function memoryWrites(version: NewVersion, record: StoredRecord, now: number): Write[] {
  const { target, value, restored = 0, superseded = [] } = version;
  const { sessionId, memoryId, metadata, provenance, expiresAt } = record;
  const ids = superseded.map((row) => row.memoryId as string);
  const versionRecord = {
    sessionId,
    memoryId,
    version: record.version,
    ...valueFields(value),
    metadata,
    provenance,
    createdAt: now,
    restored,
    supersedes: ids.length === 0 ? "" : JSON.stringify(ids),
    expiresAt,
  } as StoredRecord;
  const insertVersion: Write = {
    type: "insert",
    kind: "memory_versions",
    record: versionRecord,
    exists: "fail",
  };
  if (target === undefined) {
    return [{ type: "insert", kind: "project_memories", record, exists: "fail" }, insertVersion];
  }
  const { version: number, ttlSeconds, updatedAt } = record;
  const set = {
    ...valueFields(value),
    metadata,
    provenance,
    version: number,
    ttlSeconds,
    expiresAt,
    updatedAt,
  } as StoredRecord;
  return [
    {
      type: "update",
      kind: "project_memories",
      key: memoryKeyOf(target),
      set,
      maximum: { lastAccessed: now },
    },
    insertVersion,
  ];
}

/** The memory as it is with the version. */
export function memoryAfter(version: NewVersion, now: number): Row {
  const { owner, key, target, id, value, metadata, provenance, ttlSeconds } = version;
  return {
    ...owner,
    memoryId: target === undefined ? id : (target.memoryId as string),
    memoryKey: key,
    ...valueFields(value),
    metadata,
    provenance,
    version: ((target?.version as number | undefined) ?? 0) + 1,
    supersededKey: "",
    supersededBy: "",
    createdAt: target === undefined ? now : (target.createdAt as number),
    updatedAt: now,
    lastAccessed: now,
    accessedCount: target === undefined ? 0 : (target.accessedCount as number),
    ttlSeconds,
    expiresAt: ttlSeconds === 0 ? 0 : now + ttlSeconds * 1_000,
    revision: (target?.revision ?? 0) + 1,
  };
}

/** Without what else an encoded value has. */
function valueFields({ memoryValue, valueFormat, size }: StoredValue): StoredValue & StoredRecord {
  return { memoryValue, valueFormat, size };
}

function supersedingWrites(rows: readonly Row[], by: string, now: number): Write[] {
  return rows.map((row) => ({
    type: "update",
    kind: "project_memories",
    key: memoryKeyOf(row),
    set: { memoryKey: "", supersededKey: row.memoryKey as string, supersededBy: by, updatedAt: now },
  }));
}

/** When a memory ends stands in its newest version only. */
function endOfVersion(target: Row | undefined): Write[] {
  if (target === undefined || target.expiresAt === 0) return [];
  const key = [...memoryKeyOf(target), target.version as number];
  return [{ type: "update", kind: "memory_versions", key, set: { expiresAt: 0 } }];
}

function unchanged(row: Row): Expectation {
  const { revision } = row;
  return { type: "equals", kind: "project_memories", key: memoryKeyOf(row), fields: { revision } };
}

function asRead({ target, owner, key, superseded = [] }: NewVersion): Expectation {
  if (target !== undefined) return unchanged(target);
  const had = superseded.find(
    (row) => row.memoryKey === key && ownerValues(ownerOf(row)).join("\0") === ownerValues(owner).join("\0"),
  );
  // Who has the key gives it up in this batch.
  if (had !== undefined) return unchanged(had);
  return {
    type: "absent",
    kind: "project_memories",
    key: { unique: "key", values: [...ownerValues(owner), key] },
  };
}
