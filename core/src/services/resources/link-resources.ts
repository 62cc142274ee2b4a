/** Which resources a session has to do with. */
import type { Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError } from "../../error.ts";
import { type FieldValue, type Row, completeRecord } from "../../model/kind.ts";
import { sessionResources } from "../../model/resources.ts";
import type { LinksInput } from "../../schemas/resource-input.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import { listRowsOf } from "../list-page.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Page } from "../sessions/sessions.ts";
import { isSessionGone, isStatusChange, touchSession } from "../sessions/touch-session.ts";
import { type SessionResource, resourceNotFound, toSessionResource } from "./resource.ts";

/**
 * A session, and resources of its project.
 *
 * @throws ThroughlineError `not_found` for a session or a resource; `invalid` with reason `project` for a resource of
 *   another project
 */
export async function readOfOneProject(
  { store, tenant }: ServiceContext,
  session: string,
  ids: readonly string[],
  options: CallOptions,
): Promise<{ readonly session: Row; readonly resources: readonly Row[] }> {
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        { type: "get", kind: "sessions", keys: [[session]] },
        { type: "get", kind: "resources", keys: ids.map((id) => [id]) },
      ],
    },
    options,
  );
  const [[row], found] = answers;
  if (row === undefined) throw sessionNotFound(session);
  const resources = ids.map((id, index) => {
    const resource = found[index];
    if (resource === undefined) throw resourceNotFound(id);
    if (resource.projectId !== row.projectId) throw otherProject(id, session);
    return resource;
  });
  return { session: row, resources };
}

function otherProject(resource: string, session: string): ThroughlineError {
  const message = `The resource ${resource} belongs to another project than the session ${session}.`;
  return new ThroughlineError("invalid", message, {
    reason: "project",
    outcome: "refused",
    details: { resource, session },
  });
}

/** Links resources to a session; what is linked already gets what is given. All of them or none. Answers the links as they are then. */
export async function linkResources(
  context: ServiceContext,
  { sessionUuid: session, resources: given }: LinksInput,
  options: CallOptions,
): Promise<readonly SessionResource[]> {
  const { store, tenant } = context;
  // The last of what is said of one resource counts.
  const links = new Map(given.map((link) => [link.resourceUuid, link]));
  const ids = [...links.keys()];
  const projectId = await repeatOnConflict(isStatusChange, async () => {
    const { session: row, resources } = await readOfOneProject(context, session, ids, options);
    const now = store.now();
    const touch = touchSession(row, now);
    const writes = Array.from(links.values(), (link, index): Write => {
      const set: Record<string, FieldValue> = {};
      if (link.importanceScore !== undefined) set.importanceScore = link.importanceScore;
      if (link.includedInContext !== undefined) set.includedInContext = link.includedInContext;
      const record = completeRecord(sessionResources, {
        sessionId: session,
        resourceId: link.resourceUuid,
        path: resources[index]?.path as string,
        lastAccessed: now,
        ...set,
        createdAt: now,
      });
      return { type: "insert", kind: "session_resources", record, exists: { set } };
    });
    try {
      await store.commit({ tenant, writes: [touch.write, ...writes], expect: [touch.expect] }, options);
    } catch (error) {
      throw isSessionGone(error) ? sessionNotFound(session) : error;
    }
    return row.projectId as string;
  });
  const keys = ids.map((id) => [session, id]);
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "session_resources", keys }] },
    options,
  );
  return withResources(
    context,
    answers[0].filter((link) => link !== undefined),
    projectId,
    options,
  );
}

/** A page of a session's resources, what it accessed last first. */
export async function listSessionResources(
  context: ServiceContext,
  session: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  options: CallOptions,
): Promise<Page<SessionResource>> {
  const query = {
    kind: "session_resources",
    shape: "accessed",
    prefix: [session],
    direction: "backward",
  } as const;
  const list = { list: `session resources ${session}`, query, limit, cursor };
  const { session: owner, page } = await listRowsOf(session, context, list, options);
  const { items: links, ...next } = page;
  return { items: await withResources(context, links, owner.projectId as string, options), ...next };
}

/** The resources that links name; of those that were removed, what the links know. */
async function withResources(
  { store, tenant }: ServiceContext,
  links: readonly Row[],
  projectId: string,
  options: CallOptions,
): Promise<readonly SessionResource[]> {
  if (links.length === 0) return [];
  const keys = links.map(({ resourceId }) => [resourceId as string]);
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "resources", keys }] },
    options,
  );
  return links.map((link, index) => toSessionResource(answers[0][index], link, projectId));
}
