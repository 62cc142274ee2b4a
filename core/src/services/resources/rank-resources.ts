/** Resources by importance, exact over all of them: those of a project, of all projects, or of a session. */
import type { Count } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { Row, RowOf } from "../../model/kind.ts";
import type { resources, sessionResources } from "../../model/resources.ts";
import type { ResourceType } from "../../schemas/resource-input.ts";
import { everyPage } from "../every-record.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import type { ServiceContext } from "../service-context.ts";
import { type Candidate, Foremost, type RankedCandidate } from "./foremost.ts";
import type { Importance } from "./importance.ts";
import { type Resource, type SessionResource, toResource, toSessionResource } from "./resource.ts";
import { resourceTypeOf } from "./resource-type.ts";
import { pathKeyOf } from "./track-accesses.ts";

export interface RankedResource extends Resource {
  /** How important it is, and why. `importance` beside it is the score that somebody gave. */
  readonly ranking: Importance;
}

export interface RankedSessionResource extends SessionResource {
  /** How important it is for the session, and why. */
  readonly ranking: Importance;
}

export interface Ranking<Item extends RankedResource = RankedResource> {
  /** Most important first; equal ones by id. There is no next page: ask for more. */
  readonly items: readonly Item[];
  /** How many resources were compared. */
  readonly compared: number;
  /** The time from which recency was reckoned. */
  readonly at: Date;
}

interface RankOptions {
  readonly type: ResourceType | undefined;
  readonly limit: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const page = 1_000;

/** Resources of a project, or of all. */
export async function rankResources(
  context: ServiceContext,
  { project, type, limit, at }: RankOptions & { readonly project: string | undefined },
  options: CallOptions,
): Promise<Ranking> {
  const foremost = new Foremost(limit, at);
  const query = {
    kind: "resources",
    shape: project === undefined ? "recent" : "projectRecent",
    prefix: project === undefined ? [] : [project],
    where: type === undefined ? [] : [{ field: "type", test: "equals", value: type } as const],
    // One that is accessed meanwhile is met again, never missed.
    direction: "forward",
    limit: page,
  } as const;
  for await (const rows of everyPage(context, query, options)) {
    for (const row of rows) foremost.add(candidateOf(row));
  }
  return rankingOf(context, foremost, at, options, ({ row, ranking }) => ({
    ...toResource(row as Row),
    ranking,
  }));
}

/** Resources of a session, by what it did with them. @throws ThroughlineError `not_found` */
export async function rankSessionResources(
  context: ServiceContext,
  { session, type, limit, at }: RankOptions & { readonly session: string },
  options: CallOptions,
): Promise<Ranking<RankedSessionResource>> {
  const { store, tenant } = context;
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys: [[session]] }] },
    options,
  );
  const owner = answers[0][0];
  if (owner === undefined) throw sessionNotFound(session);
  const projectId = owner.projectId as string;
  const foremost = new Foremost(limit, at);
  const links = {
    kind: "session_resources",
    shape: "key",
    prefix: [session],
    direction: "forward",
    limit: page,
  } as const;
  for await (const some of everyPage(context, links, options)) {
    if (some.length === 0) continue;
    const keys = some.map(({ resourceId }) => [resourceId as string]);
    const requests = [{ type: "get", kind: "resources", keys }] as const;
    const found = (await store.read({ tenant, requests }, options)).answers[0];
    for (const [index, link] of some.entries()) {
      const candidate = linkedCandidate(projectId, link, found[index]);
      if (type === undefined || typeOf(candidate) === type) foremost.add(candidate);
    }
  }
  return rankingOf(context, foremost, at, options, ({ row, link, ranking }) => ({
    ...toSessionResource(row, link as Row, projectId),
    ranking,
  }));
}

function candidateOf(row: Row): Candidate {
  const resource = row as RowOf<typeof resources>;
  const { resourceId: id, projectId, path, accessCount, editCount, lastAccessed, importance } = resource;
  const facts = { accessCount, editCount, lastAccessed, score: importance };
  return { id, row, link: undefined, projectId, path, facts };
}

/** By what the session did, and the score that it gave; where it gave none, by that of the resource. */
function linkedCandidate(projectId: string, link: Row, row: Row | undefined): Candidate {
  const { resourceId, path, accessCount, lastAccessed, modified, importanceScore } = link as RowOf<
    typeof sessionResources
  >;
  const score = importanceScore ?? ((row?.importance ?? null) as number | null);
  const facts = { accessCount, editCount: modified ? 1 : 0, lastAccessed, score };
  return { id: resourceId, row, link, projectId, path, facts };
}

function typeOf({ row, path }: Candidate): string {
  return row === undefined ? resourceTypeOf(path) : (row.type as string);
}

async function rankingOf<Item extends RankedResource>(
  { store, tenant }: ServiceContext,
  foremost: Foremost,
  at: number,
  options: CallOptions,
  toItem: (ranked: RankedCandidate) => Item,
): Promise<Ranking<Item>> {
  const first = await foremost.first(async (candidates) => {
    const requests = candidates.map(({ projectId, path }): Count => ({
      type: "count",
      kind: "resource_dependencies",
      shape: "target",
      prefix: [projectId, pathKeyOf(path)],
    }));
    return (await store.read({ tenant, requests }, options)).answers;
  });
  return { items: first.map(toItem), compared: foremost.met, at: new Date(at) };
}
