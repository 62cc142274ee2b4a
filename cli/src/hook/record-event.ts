/** Writes an event of a hook into the session that an import of the tool's own file finds, too. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { type ContextInput, type Session, type Throughline, isThroughlineError } from "@throughline/core";
import { sessionOfTool } from "@throughline/importers";
import {
  type Workspace,
  identifyWorkspace,
  pathWithin,
  projectOfWorkspace,
} from "../workspace/identify-workspace.ts";
import type { HookEvent } from "./hook-event.ts";
import type { SpooledEvent } from "./spool.ts";

/** Accesses in one request, which has room for 1,000 records: an access may take three. */
const filesAtOnce = 300;

/** Records an event, once however often it is called. False: its session was deleted here, and stays so. */
export async function recordEvent(throughline: Throughline, spooled: SpooledEvent): Promise<boolean> {
  const { event, at } = spooled;
  const session = await findSession(throughline, spooled);
  if (session === undefined) return false;
  switch (event.type) {
    case "start":
      await begin(throughline, session, at);
      return true;
    case "end":
      await throughline.sessions.end(session.id, { at: new Date(at) });
      return true;
    case "pause":
      await throughline.context.record(session.id, {}, { operationId: operationOf(spooled, 0) });
      return true;
    case "use":
      await recordUse(throughline, session, spooled);
      return true;
    default:
      // Another version has kept it.
      throw new Error(`this version knows no event of the type ${String(event.type)}`);
  }
}

async function findSession(throughline: Throughline, spooled: SpooledEvent): Promise<Session | undefined> {
  const { event } = spooled;
  if (event.agent === undefined) return findOrMake(throughline, spooled, event.session, undefined);
  const parent = await findOrMake(throughline, spooled, event.session, undefined);
  return parent && findOrMake(throughline, spooled, `${event.session}/${event.agent}`, event.session);
}

async function findOrMake(
  throughline: Throughline,
  { event, at, user = "local", cwd }: SpooledEvent,
  externalKey: string,
  parent: string | undefined,
): Promise<Session | undefined> {
  const { tool, agent, model } = event;
  const found = await throughline.sessions.getByExternalKey({ user, tool, externalKey });
  const workspacePath = event.folder ?? cwd;
  if (found !== undefined) {
    // An import that saw only a side chain knows no folder of its parent.
    if (found.workspacePath !== null || event.folder === undefined) return found;
    return throughline.sessions.update(found.id, { workspacePath });
  }
  const project = await projectOfWorkspace(throughline, await identifyWorkspace(workspacePath));
  const id = await sessionOfTool(
    throughline,
    { tool, user, ...(project === undefined ? undefined : { project }) },
    {
      externalKey,
      createdAt: at,
      workspacePath,
      ...(model !== undefined && parent === undefined && { model }),
      ...(parent !== undefined && { parent: { externalKey: parent }, metadata: { agent_id: agent } }),
    },
  );
  return id === undefined ? undefined : throughline.sessions.get(id);
}

/** A session that had ended, or was put away, goes on when it is resumed. */
async function begin(throughline: Throughline, session: Session, at: number): Promise<void> {
  const hasEnded = session.endedAt !== null && session.endedAt.getTime() < at;
  const isAway = session.status !== "active" && session.lastActivity.getTime() < at;
  if (hasEnded || isAway) await throughline.sessions.update(session.id, { endedAt: null, status: "active" });
}

async function recordUse(throughline: Throughline, session: Session, spooled: SpooledEvent): Promise<void> {
  const { event, at, cwd } = spooled;
  const folder = event.folder ?? cwd;
  const files = event.files ?? [];
  const workspace: Workspace | undefined =
    files.length === 0 ? undefined : await identifyWorkspace(session.workspacePath ?? folder);
  const time = new Date(at);
  const accesses = files.map(({ path, kind }) => ({
    path: workspace === undefined ? path : pathWithin(workspace, resolve(folder, path)),
    kind,
    at: time,
  }));
  const others: ContextInput = {
    searches: (event.searches ?? []).map((query) => ({ query, at: time })),
    decisions: (event.decisions ?? []).map((decision) => ({ decision, at: time })),
  };
  for (let start = 0, part = 0; part === 0 || start < accesses.length; start += filesAtOnce, part += 1) {
    const input = { ...(part === 0 && others), files: accesses.slice(start, start + filesAtOnce) };
    await recordOnce(throughline, session.id, input, operationOf(spooled, part));
  }
}

/** A tool that is set up twice tells of one use twice, each with its own time. */
async function recordOnce(
  throughline: Throughline,
  session: string,
  input: ContextInput,
  operationId: string,
): Promise<void> {
  try {
    await throughline.context.record(session, input, { operationId });
  } catch (error) {
    if (!isThroughlineError(error) || error.reason !== "operation_reused") throw error;
  }
}

/** The same for whoever records the event, and for each who tells of one use of a tool. */
function operationOf({ event, id }: Pick<SpooledEvent, "event" | "id">, part: number): string {
  const { tool, session, agent, call }: HookEvent = event;
  const name = call === undefined ? ["event", id] : ["call", tool, session, agent, call];
  return `hook:${createHash("sha256")
    .update(JSON.stringify([...name, part]))
    .digest("hex")}`;
}
