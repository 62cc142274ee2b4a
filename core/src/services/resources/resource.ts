/** Resources as callers see them. */
import type { Row, RowOf } from "../../model/kind.ts";
import type { resources, sessionResources } from "../../model/resources.ts";
import type { ResourceType } from "../../schemas/resource-input.ts";
import { ThroughlineError } from "../../error.ts";
import type { TokenCounts } from "../tokens/count-tokens.ts";
import { resourceTypeOf } from "./resource-type.ts";

export interface Resource {
  readonly id: string;
  /** The same as `id`, by the name that the first schema of resources had for it. */
  readonly uuid: string;
  readonly projectId: string | null;
  readonly path: string;
  readonly type: ResourceType;
  /** Bytes; null: not known. */
  readonly size: number | null;
  /** As given, or counted for the usual family of models; null: not known. */
  readonly tokenCount: number | null;
  /** By family of models: what was counted in its content. Null: nothing was. */
  readonly tokenCounts: Partial<TokenCounts> | null;
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
  /** Whether the resource was removed since: what is told of it is then what the session knows. */
  readonly removed: boolean;
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
    tokenCounts: readTokenCounts(row) ?? null,
    contentHash: record.contentHash === "" ? null : record.contentHash,
    accessCount: record.accessCount,
    editCount: record.editCount,
    lastAccessed: new Date(record.lastAccessed),
    modifiedDuringSession: record.modifiedDuringSession,
    importance: record.importance,
    createdAt: new Date(record.createdAt),
  };
}

/** `resource` is undefined where it was removed; `projectId` is the session's. */
export function toSessionResource(resource: Row | undefined, row: Row, projectId: string): SessionResource {
  const link = row as RowOf<typeof sessionResources>;
  return {
    ...(resource === undefined ? removedResource(link, projectId) : toResource(resource)),
    importanceScore: link.importanceScore ?? 0,
    includedInContext: link.includedInContext,
    modified: link.modified,
    sessionAccessCount: link.accessCount,
    sessionLastAccessed: new Date(link.lastAccessed),
    linkedAt: new Date(link.createdAt),
    removed: resource === undefined,
  };
}

/** What is left of a resource in the link to it. */
function removedResource(link: RowOf<typeof sessionResources>, projectId: string): Resource {
  return {
    id: link.resourceId,
    uuid: link.resourceId,
    projectId: projectId === "" ? null : projectId,
    path: link.path,
    type: resourceTypeOf(link.path),
    size: null,
    tokenCount: null,
    tokenCounts: null,
    contentHash: null,
    accessCount: link.accessCount,
    editCount: link.modified ? 1 : 0,
    lastAccessed: new Date(link.lastAccessed),
    modifiedDuringSession: link.modified,
    importance: link.importanceScore,
    createdAt: new Date(link.createdAt),
  };
}

/** The counts that a record holds; undefined: none. */
export function readTokenCounts({ tokenCounts }: Row): Partial<TokenCounts> | undefined {
  return tokenCounts === "" ? undefined : (JSON.parse(tokenCounts as string) as Partial<TokenCounts>);
}

export function resourceNotFound(id: string): ThroughlineError {
  return new ThroughlineError("not_found", `There is no resource ${id}.`, {
    reason: "resource",
    details: { resource: id },
  });
}
