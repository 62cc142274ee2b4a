/** Resources as callers see them. */
import type { Row, RowOf } from "../../model/kind.ts";
import type { resources, sessionResources } from "../../model/resources.ts";
import type { ResourceType } from "../../schemas/resource-input.ts";
import { ThroughlineError } from "../../error.ts";

export interface Resource {
  readonly id: string;
  /** The same as `id`, by the name that the first schema of resources had for it. */
  readonly uuid: string;
  readonly projectId: string | null;
  readonly path: string;
  readonly type: ResourceType;
  /** Bytes; null: not known. */
  readonly size: number | null;
  readonly tokenCount: number | null;
  readonly contentHash: string | null;
  readonly accessCount: number;
  readonly editCount: number;
  readonly lastAccessed: Date;
  /** Whether any session changed it. */
  readonly modifiedDuringSession: boolean;
  /** The score that was given last, from 0 to 1; null: none was. */
  readonly importance: number | null;
  readonly createdAt: Date;
}

/** A resource, as one session knows it. */
export interface SessionResource extends Resource {
  /** The score that was given last in this session, from 0 to 1; 0 where none was. */
  readonly importanceScore: number;
  readonly includedInContext: boolean;
  /** Whether this session changed it. */
  readonly modified: boolean;
  /** Accesses in this session, and when the last was. */
  readonly sessionAccessCount: number;
  readonly sessionLastAccessed: Date;
  readonly linkedAt: Date;
}

export function toResource(row: Row): Resource {
  const record = row as RowOf<typeof resources>;
  return {
    id: record.resourceId,
    uuid: record.resourceId,
    projectId: record.projectId === "" ? null : record.projectId,
    path: record.path,
    type: record.type as ResourceType,
    size: record.size,
    tokenCount: record.tokenCount,
    contentHash: record.contentHash === "" ? null : record.contentHash,
    accessCount: record.accessCount,
    editCount: record.editCount,
    lastAccessed: new Date(record.lastAccessed),
    modifiedDuringSession: record.modifiedDuringSession,
    importance: record.importance,
    createdAt: new Date(record.createdAt),
  };
}

export function toSessionResource(resource: Row, link: Row): SessionResource {
  const { importanceScore, includedInContext, modified, accessCount, lastAccessed, createdAt } =
    link as RowOf<typeof sessionResources>;
  return {
    ...toResource(resource),
    importanceScore: importanceScore ?? 0,
    includedInContext,
    modified,
    sessionAccessCount: accessCount,
    sessionLastAccessed: new Date(lastAccessed),
    linkedAt: new Date(createdAt),
  };
}

export function resourceNotFound(id: string): ThroughlineError {
  return new ThroughlineError("not_found", `There is no resource ${id}.`, {
    reason: "resource",
    details: { resource: id },
  });
}
