/** Memories as callers see them. */
import { ThroughlineError } from "../../error.ts";
import type { KeyValues, Row, RowOf } from "../../model/kind.ts";
import type { memoryVersions, projectMemories } from "../../model/memories.ts";
import { readMetadata } from "../../schemas/json-value.ts";
import type { MemoryOwner, MemoryProvenance } from "../../schemas/memory-input.ts";
import { dateOf } from "../../schemas/time.ts";

export interface Memory {
  /** `mem_` and 12 hexadecimal digits. */
  readonly memoryId: string;
  readonly scope: "project" | "user" | "session";
  readonly projectId: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  /** Of a memory whose place another one took: the key that it had. */
  readonly key: string;
  readonly value: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The message or tool that taught this value; null where nobody said so. */
  readonly provenance: MemoryProvenance | null;
  /** From 1, one more with each new value. */
  readonly version: number;
  /** The memory that took its place: then it is in no list. */
  readonly supersededBy: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** When it was read or written last, before this reading. */
  readonly lastAccessed: Date;
  /** How often it was read, before this reading. */
  readonly accessedCount: number;
  readonly ttlSeconds: number | null;
  /** From then on it is not there any more; null: it stays. */
  readonly expiresAt: Date | null;
}

export interface MemoryVersion {
  readonly memoryId: string;
  readonly version: number;
  readonly value: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly provenance: MemoryProvenance | null;
  readonly createdAt: Date;
  /** The version that it brought back; null for none. */
  readonly restoredFrom: number | null;
  /** Ids of the memories whose place it took. */
  readonly supersedes: readonly string[];
}

/** Reading that is not in the store yet. */
interface Waiting {
  readonly reads: number;
  readonly at: number;
}

export function toMemory(row: Row, value: string, waiting: Waiting = { reads: 0, at: 0 }): Memory {
  const record = row as RowOf<typeof projectMemories>;
  return {
    memoryId: record.memoryId,
    scope: record.scope as Memory["scope"],
    projectId: textOf(record.projectId),
    userId: textOf(record.userId),
    sessionId: textOf(record.sessionId),
    key: record.memoryKey === "" ? record.supersededKey : record.memoryKey,
    value,
    metadata: readMetadata(record.metadata),
    provenance: readProvenance(record.provenance),
    version: record.version,
    supersededBy: textOf(record.supersededBy),
    createdAt: new Date(record.createdAt),
    updatedAt: new Date(record.updatedAt),
    lastAccessed: new Date(Math.max(record.lastAccessed, waiting.at)),
    accessedCount: record.accessedCount + waiting.reads,
    ttlSeconds: record.ttlSeconds === 0 ? null : record.ttlSeconds,
    expiresAt: dateOf(record.expiresAt),
  };
}

export function toMemoryVersion(row: Row, value: string): MemoryVersion {
  const record = row as RowOf<typeof memoryVersions>;
  return {
    memoryId: record.memoryId,
    version: record.version,
    value,
    metadata: readMetadata(record.metadata),
    provenance: readProvenance(record.provenance),
    createdAt: new Date(record.createdAt),
    restoredFrom: record.restored === 0 ? null : record.restored,
    supersedes: record.supersedes === "" ? [] : (JSON.parse(record.supersedes) as string[]),
  };
}

function readProvenance(text: string): MemoryProvenance | null {
  return text === "" ? null : (JSON.parse(text) as MemoryProvenance);
}

function textOf(text: string): string | null {
  return text === "" ? null : text;
}

/** The fields that say whose a memory is. */
export interface OwnerFields {
  readonly scope: string;
  readonly projectId: string;
  readonly userId: string;
  readonly sessionId: string;
}

export function ownerFields({ project, user, session }: MemoryOwner): OwnerFields {
  const scope = project === undefined ? (user === undefined ? "session" : "user") : "project";
  return { scope, projectId: project ?? "", userId: user ?? "", sessionId: session ?? "" };
}

/** Their values, in the order of the shapes that begin with them. */
export function ownerValues({ scope, projectId, userId, sessionId }: OwnerFields): KeyValues {
  return [scope, projectId, userId, sessionId];
}

/** The owner of a memory that was read. */
export function ownerOf(row: Row): OwnerFields {
  const { scope, projectId, userId, sessionId } = row as RowOf<typeof projectMemories>;
  return { scope, projectId, userId, sessionId };
}

export function memoryKeyOf(row: Row): KeyValues {
  return [row.sessionId as string, row.memoryId as string];
}

/** `owner` is whose memory the key would be. */
export function memoryNotFound(name: string, owner?: OwnerFields): ThroughlineError {
  const whose = owner === undefined ? "" : ` of the ${owner.scope} ${nameOf(owner)}`;
  return new ThroughlineError("not_found", `There is no memory ${name}${whose}.`, {
    reason: "memory",
    outcome: "refused",
    details: { memory: name },
  });
}

function nameOf({ projectId, userId, sessionId }: OwnerFields): string {
  return projectId || userId || sessionId;
}

export function versionNotFound(memory: string, version: number): ThroughlineError {
  return new ThroughlineError("not_found", `The memory ${memory} has no version ${version}.`, {
    reason: "version",
    outcome: "refused",
    details: { memory, version },
  });
}

export function memorySuperseded(row: Row): ThroughlineError {
  const { memoryId, supersededBy } = row as RowOf<typeof projectMemories>;
  return new ThroughlineError("conflict", `The memory ${supersededBy} took the place of ${memoryId}.`, {
    reason: "superseded",
    outcome: "refused",
    details: { memory: memoryId, superseded_by: supersededBy },
  });
}
