/** What a batch holds for accesses of resources: counts that only ever grow, so that two writers at once lose nothing. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import { type FieldValue, type Row, completeRecord } from "../../model/kind.ts";
import { resourceAccessLogs, resources, sessionResources } from "../../model/resources.ts";
import type { AccessKind, ResourceType } from "../../schemas/resource-input.ts";
import type { ServiceContext } from "../service-context.ts";
import { resourceTypeOf } from "./resource-type.ts";

/** Bytes that an index holds of a path. */
const indexedBytes = 1_024;
const keysPerGet = 1_000;

export interface Access {
  readonly path: string;
  readonly kind: AccessKind;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly importance?: number | undefined;
  readonly type?: ResourceType | undefined;
  readonly size?: number | undefined;
  readonly tokenCount?: number | undefined;
  readonly contentHash?: string | undefined;
  readonly content?: string | undefined;
}

export interface TrackedAccesses {
  readonly writes: readonly Write[];
  /** By path: the resource's id. */
  readonly ids: ReadonlyMap<string, string>;
}

/** A path as an index can hold it: the path, or its hash. */
export function pathKeyOf(path: string): string {
  const bytes = utf8ToBytes(path);
  return bytes.length <= indexedBytes ? path : `sha256:${bytesToHex(sha256(bytes))}`;
}

/** The resources of a project that are known by these paths. */
export async function readByPath(
  { store, tenant }: ServiceContext,
  project: string,
  paths: readonly string[],
  options: CallOptions,
): Promise<ReadonlyMap<string, Row>> {
  if (paths.length === 0) return new Map();
  const requests = [];
  for (let begin = 0; begin < paths.length; begin += keysPerGet) {
    const keys = paths
      .slice(begin, begin + keysPerGet)
      .map((path) => ({ unique: "path", values: [project, pathKeyOf(path)] }));
    requests.push({ type: "get", kind: "resources", keys } as const);
  }
  const { answers } = await store.read({ tenant, requests }, options);
  const rows = answers.flat();
  return new Map(
    paths.flatMap((path, index) => {
      const row = rows[index];
      return row === undefined ? [] : [[path, row] as const];
    }),
  );
}

/**
 * Counts accesses of resources. A resource that nobody knew is inserted: where another was quicker, the batch conflicts
 * (`isLostRace`), and is made again.
 */
export function trackAccesses(
  { generateId }: ServiceContext,
  project: string,
  known: ReadonlyMap<string, Row>,
  accesses: readonly Access[],
  now: number,
): TrackedAccesses {
  const ids = new Map<string, string>();
  const writes: Write[] = [];
  for (const [path, ofPath] of byPath(accesses)) {
    const row = known.get(path);
    const { increment, maximum, set } = changesOf(ofPath, row);
    if (row !== undefined) {
      const id = row.resourceId as string;
      ids.set(path, id);
      writes.push({
        type: "update",
        kind: "resources",
        key: [id],
        increment,
        maximum: { ...maximum, updatedAt: now },
        set,
      });
      continue;
    }
    const id = generateId();
    ids.set(path, id);
    const content = ofPath.find((access) => access.content !== undefined)?.content;
    const record = completeRecord(resources, {
      resourceId: id,
      projectId: project,
      path,
      pathKey: pathKeyOf(path),
      type: resourceTypeOf(path, content),
      ...increment,
      ...maximum,
      ...set,
      createdAt: now,
      updatedAt: now,
    });
    writes.push({ type: "insert", kind: "resources", record, exists: "fail" });
  }
  return { writes, ids };
}

/** The links and the log of accesses within a session. */
export function logAccesses(
  session: string,
  ids: ReadonlyMap<string, string>,
  accesses: readonly (Access & { readonly id: string })[],
  now: number,
): readonly Write[] {
  const links = Array.from(byPath(accesses), ([path, ofPath]): Write => {
    const { increment, maximum, set } = changesOf(ofPath, undefined);
    const { accessCount } = increment;
    const { lastAccessed } = maximum;
    const changed: Record<string, FieldValue> = {};
    if (set.importance !== undefined) changed.importanceScore = set.importance;
    if (set.modifiedDuringSession === true) changed.modified = true;
    const record = completeRecord(sessionResources, {
      sessionId: session,
      resourceId: ids.get(path) ?? "",
      path,
      accessCount,
      lastAccessed,
      ...changed,
      createdAt: now,
    });
    const exists = { increment: { accessCount }, maximum: { lastAccessed }, set: changed };
    return { type: "insert", kind: "session_resources", record, exists };
  });
  const log = accesses.map(({ id, path, kind, at, importance }): Write => ({
    type: "insert",
    kind: "resource_access_logs",
    record: completeRecord(resourceAccessLogs, {
      sessionId: session,
      accessId: id,
      resourceId: ids.get(path) ?? "",
      path,
      accessType: kind,
      importance: importance ?? null,
      accessedAt: at,
    }),
    exists: "fail",
  }));
  return [...links, ...log];
}

/** Whether a batch was refused because a resource came, or went, since it was looked up. */
function isLostRace(error: unknown): boolean {
  if (!isThroughlineError(error) || error.details?.kind !== "resources") return false;
  return error.reason === "exists" || error.reason === "absent";
}

/** The conflict that `repeatOnConflict` knows. */
export function asLostRace(error: unknown): unknown {
  if (!isLostRace(error)) return error;
  return new ThroughlineError("conflict", "A resource changed meanwhile.", {
    reason: "expectation",
    outcome: "refused",
    details: { kind: "resources" },
    cause: error,
  });
}

function byPath<Given extends Access>(accesses: readonly Given[]): ReadonlyMap<string, readonly Given[]> {
  return Map.groupBy(accesses, ({ path }) => path);
}

/** What accesses of one path come to. */
function changesOf(accesses: readonly Access[], row: Row | undefined) {
  const edits = accesses.filter(({ kind }) => kind === "EDIT");
  const set: Record<string, FieldValue> = {};
  for (const { type, size, tokenCount, contentHash, importance } of accesses) {
    if (type !== undefined) set.type = type;
    if (size !== undefined) set.size = size;
    if (tokenCount !== undefined) set.tokenCount = tokenCount;
    if (contentHash !== undefined) set.contentHash = contentHash;
    if (importance !== undefined) set.importance = importance;
  }
  // These were counted in another content.
  if (row !== undefined && "contentHash" in set && set.contentHash !== row.contentHash) {
    set.tokenCounts = "";
    set.tokenCount ??= null;
  }
  if (edits.length > 0) set.modifiedDuringSession = true;
  return {
    increment: {
      accessCount: accesses.length,
      ...(edits.length > 0 ? { editCount: edits.length } : undefined),
    },
    maximum: {
      lastAccessed: Math.max(...accesses.map(({ at }) => at)),
      ...(edits.length > 0 ? { lastEdited: Math.max(...edits.map(({ at }) => at)) } : undefined),
    },
    set,
  };
}
