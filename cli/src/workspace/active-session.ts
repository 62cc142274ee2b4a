/** The session that a person works in just now: what happens in a folder belongs to it. */
import { realpathSync, statSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import type { Session, SessionFilter, Throughline } from "@throughline/core";
import { type Workspace, identifyWorkspace } from "./identify-workspace.ts";

export interface ActiveSessionOptions {
  /** Whose sessions are looked at. */
  readonly user: string;
  /** The project of the workspace, where it has one. */
  readonly project: string | undefined;
  /** A session without activity for longer, in milliseconds, is not active any more. */
  readonly idle: number;
}

const pageSize = 100;

/**
 * The session of a workspace that was active last, of those that go on: with the status `active`, not ended, listed.
 *
 * One that runs in the workspace's root, or in a folder within it, comes first, unless that folder is a repository of its
 * own. Otherwise one of the same project does, unless it runs in another folder of this machine: then it belongs to another
 * copy of the repository.
 */
export async function activeSession(
  throughline: Throughline,
  workspace: Workspace,
  { user, project, idle }: ActiveSessionOptions,
): Promise<Session | undefined> {
  const since = throughline.store.now() - idle;
  for await (const session of newestFirst(throughline, { user }, since)) {
    if (session.workspacePath !== null && (await isOf(workspace, session.workspacePath))) return session;
  }
  if (project === undefined) return undefined;
  for await (const session of newestFirst(throughline, { user, project }, since)) {
    if (session.workspacePath === null || !isFolder(session.workspacePath)) return session;
  }
  return undefined;
}

async function* newestFirst(
  { sessions }: Throughline,
  filter: SessionFilter,
  since: number,
): AsyncGenerator<Session, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await sessions.list({
      ...filter,
      status: "active",
      ended: false,
      limit: pageSize,
      ...(cursor === undefined ? undefined : { cursor }),
    });
    for (const session of page.items) {
      if (session.lastActivity.getTime() < since) return;
      yield session;
    }
    cursor = page.next;
  } while (cursor !== undefined);
}

/**
 * The workspace within which the files of a session have their names: its own, where that lies in the one that is looked at.
 * Without a repository it begins at the folder that the session runs in.
 */
export async function workspaceOfSession(
  { workspacePath }: Session,
  workspace: Workspace,
): Promise<Workspace> {
  if (workspacePath === null || !isFolder(workspacePath)) return workspace;
  const own = await identifyWorkspace(workspacePath);
  return isWithin(workspace.root, own.root) ? own : workspace;
}

async function isOf(workspace: Workspace, path: string): Promise<boolean> {
  if (!isWithin(workspace.root, path)) return false;
  const { root, repository } = await identifyWorkspace(path);
  return root === workspace.root || repository === null;
}

/** Tools write down a folder as it was entered: by a link, too. */
function isWithin(root: string, path: string): boolean {
  return [path, withoutLinks(path)].some((each) => {
    const inner = relative(root, each);
    return !isAbsolute(inner) && inner !== ".." && !inner.startsWith(`..${sep}`);
  });
}

function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
