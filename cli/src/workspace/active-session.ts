/** The session that a person works in just now: what happens in a folder belongs to it. */
import { realpathSync, statSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import type { Session, SessionFilter, Throughline } from "@throughline/core";
import type { Workspace } from "./identify-workspace.ts";

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
 * One that runs in the workspace's root, or in a folder within it, comes first. Otherwise one of the same project does,
 * unless it runs in another folder of this machine: then it belongs to another copy of the repository.
 */
export async function activeSession(
  throughline: Throughline,
  workspace: Workspace,
  { user, project, idle }: ActiveSessionOptions,
): Promise<Session | undefined> {
  const since = throughline.store.now() - idle;
  for await (const session of newestFirst(throughline, { user }, since)) {
    if (session.workspacePath !== null && isWithin(workspace.root, session.workspacePath)) return session;
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
