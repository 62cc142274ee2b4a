/** Records changes of files as edits: of the session that is active in the workspace, or else of its project alone. */
import { join } from "node:path";
import { type Row, type Throughline, isThroughlineError, makeRest } from "@throughline/core";
import { activeSession, workspaceOfSession } from "../workspace/active-session.ts";
import { type Workspace, pathWithin, projectOfWorkspace } from "../workspace/identify-workspace.ts";
import { type FileFacts, readFileFacts } from "./file-facts.ts";
import type { Change } from "./waiting-changes.ts";

export interface RecordChangesOptions {
  readonly throughline: Throughline;
  readonly workspace: Workspace;
  /** Whose session is looked for. */
  readonly user: string;
  /** Milliseconds after which a session without activity is active no more. */
  readonly idle: number;
  /** The id of a session that takes all changes, whichever is active. */
  readonly session: string | undefined;
  /** When each path was edited that was recorded here a moment ago. */
  readonly recent: Map<string, number>;
}

export interface RecordedChanges {
  readonly session: string | null;
  readonly project: string | null;
  /** Paths within the workspace. */
  readonly recorded: readonly string[];
  /** How many were known already: an agent's hook, or another watcher, was quicker, or the content is as it was. */
  readonly known: number;
  /** How many belong to nobody: there is neither a session nor a project. */
  readonly unclaimed: number;
  /** What could not be recorded, and why. */
  readonly refused: readonly { readonly path: string; readonly message: string }[];
}

/** Paths of one batch: each takes up to three of its 1,000 records. */
export const CHANGES_AT_ONCE = 250;
/** Of more changes at once the content is not handed on: to count its tokens and find what it imports takes a commit each. */
const readWhole = 50;
/** An edit that was reported so shortly before a file went is what took it away, in milliseconds. */
const removalOfEdit = 2_000;
/** Bytes of a path above which the store knows it by its hash. */
const indexedBytes = 1_024;

/** A file that changed. */
interface Edit {
  readonly path: string;
  readonly at: number;
  readonly isGone: boolean;
  readonly facts: Omit<FileFacts, "writtenAt">;
}

interface Target {
  readonly session: string | null;
  readonly project: string | null;
  /** Within which the files have their names. */
  readonly named: Workspace;
}

/**
 * At most `CHANGES_AT_ONCE` changes.
 *
 * @throws ThroughlineError `not_found` where the session that takes all changes is gone; what the store throws: none of them
 *   counts as recorded then
 */
export async function recordChanges(
  options: RecordChangesOptions,
  changes: readonly Change[],
): Promise<RecordedChanges> {
  try {
    return await recordOnce(options, changes);
  } catch (error) {
    // The session was deleted between two steps: another is active now, or none.
    const isLost = options.session === undefined && isThroughlineError(error) && error.code === "not_found";
    if (!isLost) throw error;
    return recordOnce(options, changes);
  }
}

async function recordOnce(
  options: RecordChangesOptions,
  changes: readonly Change[],
): Promise<RecordedChanges> {
  const { throughline, workspace, recent } = options;
  const target = await findTarget(options);
  const { session, project, named } = target;
  const edits = await lookAt(workspace, named, changes);
  const nothing = { session, project, recorded: [], known: 0, unclaimed: 0, refused: [] };
  if (session === null && project === null) return { ...nothing, unclaimed: edits.length };
  const known = await readKnown(throughline, target, edits);
  const news = edits.filter((edit) => !isKnown(edit, known.get(edit.path), recent));
  const refused = await recordAll(throughline, target, news);
  const failed = new Set(refused.map(({ path }) => path));
  for (const [path, at] of recent) if (at < Date.now() - 2 * removalOfEdit) recent.delete(path);
  for (const { path, at } of news) recent.set(path, at);
  return {
    ...nothing,
    recorded: news.map(({ path }) => path).filter((path) => !failed.has(path)),
    known: edits.length - news.length,
    refused,
  };
}

async function findTarget({
  throughline,
  workspace,
  user,
  idle,
  session: id,
}: RecordChangesOptions): Promise<Target> {
  const project = id === undefined ? await projectOfWorkspace(throughline, workspace) : undefined;
  const found =
    id === undefined
      ? await activeSession(throughline, workspace, { user, idle, project })
      : await throughline.sessions.get(id);
  if (found === undefined) return { session: null, project: project ?? null, named: workspace };
  const named = await workspaceOfSession(found, workspace);
  return { session: found.id, project: found.projectId, named };
}

/** What became of each path. Folders, and what has no content, are left out. */
async function lookAt(
  { root }: Workspace,
  named: Workspace,
  changes: readonly Change[],
): Promise<readonly Edit[]> {
  const rest = makeRest();
  const edits: Edit[] = [];
  for (const { path, at } of changes) {
    await rest();
    const file = join(root, path);
    const found = readFileFacts(file, changes.length <= readWhole);
    if (found === null) continue;
    const { writtenAt = at, ...facts } = found ?? {};
    edits.push({
      path: pathWithin(named, file),
      at: Math.min(writtenAt, Date.now()),
      isGone: found === undefined,
      facts,
    });
  }
  return edits;
}

async function readKnown(
  { store, tenant }: Throughline,
  { project }: Target,
  edits: readonly Edit[],
): Promise<ReadonlyMap<string, Row>> {
  const paths = edits.map(({ path }) => path).filter((path) => Buffer.byteLength(path) <= indexedBytes);
  if (paths.length === 0) return new Map();
  const keys = paths.map((path) => ({ unique: "path", values: [project ?? "", path] }));
  const { answers } = await store.read({ tenant, requests: [{ type: "get", kind: "resources", keys }] });
  return new Map(answers[0].flatMap((row, index) => (row === undefined ? [] : [[paths[index] ?? "", row]])));
}

/**
 * Whether an edit was reported that is not older than the last writing of the file; or its content is what it was, and
 * only its times or rights changed. Of a file that is gone nothing tells when it went: there an edit counts that somebody
 * else reported shortly before.
 */
function isKnown(
  { path, at, isGone, facts }: Edit,
  resource: Row | undefined,
  recent: RecordChangesOptions["recent"],
): boolean {
  if (resource === undefined) return false;
  const lastEdited = resource.lastEdited as number;
  if (isGone) return lastEdited >= at - removalOfEdit && recent.get(path) !== lastEdited;
  const { size, contentHash } = facts;
  const isSame = contentHash !== undefined && contentHash === resource.contentHash && size === resource.size;
  return isSame || lastEdited >= at;
}

/** All of them at once; where that is refused, in halves, so that only those are left out that are at fault. */
async function recordAll(
  throughline: Throughline,
  target: Target,
  edits: readonly Edit[],
): Promise<RecordedChanges["refused"]> {
  if (edits.length === 0) return [];
  try {
    await record(throughline, target, edits);
    return [];
  } catch (error) {
    const isRefused = isThroughlineError(error) && (error.code === "too_large" || error.code === "invalid");
    if (!isRefused) throw error;
    const [first] = edits;
    if (edits.length === 1 && first !== undefined) return [{ path: first.path, message: error.message }];
    const half = Math.ceil(edits.length / 2);
    return [
      ...(await recordAll(throughline, target, edits.slice(0, half))),
      ...(await recordAll(throughline, target, edits.slice(half))),
    ];
  }
}

async function record(
  { context, resources }: Throughline,
  { session, project }: Target,
  edits: readonly Edit[],
): Promise<void> {
  const files = edits.map(({ path, at, facts }) => ({ path, at: new Date(at), ...facts }));
  if (session !== null) {
    await context.record(session, { files: files.map((file) => ({ ...file, kind: "EDIT" })) });
    return;
  }
  await Promise.all(
    files.map(async ({ at, ...file }) =>
      resources.trackResource({ ...file, project, modifiedDuringSession: true, lastAccessed: at }),
    ),
  );
}
