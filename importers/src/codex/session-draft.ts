import type { ImportedSession } from "../importer.ts";
import { isJsonObject, readLabel, readTime } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import { readTitle } from "../read-title.ts";
import type { CodexRecord } from "./codex-record.ts";
import { timeOfId } from "./copied-history.ts";

/** Where a title comes from, weakest first. A prompt stays the first of its kind; a name may change. */
export const titleRanks = { none: 0, copiedPrompt: 1, prompt: 2, name: 3 } as const;

type TitleRank = (typeof titleRanks)[keyof typeof titleRanks];

/** What is known of the session so far; JSON, a part of the memo. */
export interface SessionDraft {
  readonly key: string;
  /** The session that started this one as its helper. */
  readonly parent?: string;
  /** When it began, in milliseconds: turns that began before are of another session. */
  readonly since: number;
  readonly createdAt?: number;
  titleRank: TitleRank;
  title?: string;
  model?: string;
  workspacePath?: string;
  /** What becomes metadata. */
  labels: Record<string, string>;
  /** Given once; a session without messages never is. */
  isGiven: boolean;
  /** Something was learnt since it was given. */
  isChanged: boolean;
}

/** The session as the first record of the file names it, or the file's name where none does. */
export function beginDraft(record: CodexRecord | undefined, fileName: string): SessionDraft {
  const meta = record?.payload ?? {};
  const key = readShort(meta["id"]) ?? nameOf(fileName);
  const createdAt = readTime(meta["timestamp"]) ?? record?.createdAt;
  const parent = readParent(meta);
  return {
    key,
    since: timeOfId(key) ?? createdAt ?? 0,
    titleRank: titleRanks.none,
    labels: {},
    isGiven: false,
    isChanged: false,
    ...(createdAt !== undefined && { createdAt }),
    ...(parent !== undefined && parent !== key && { parent }),
  };
}

/** A path with slashes of either kind. Sessions are named by the id in the file's name, where there is one. */
function nameOf(path: string): string {
  const name = (path.split(/[/\\]/).pop() ?? "").replace(/\.jsonl?$/, "");
  const id = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.exec(name)?.[0];
  return id ?? readShort(name.replaceAll("\0", "").toWellFormed().slice(0, 80)) ?? "unnamed";
}

/** Who started the session as a helper. A fork that a person made is a session of its own. */
function readParent(meta: JsonObject): string | undefined {
  const subagent = readSubagent(meta);
  const spawn = subagent === undefined ? undefined : subagent["thread_spawn"];
  const spawner = isJsonObject(spawn) ? readShort(spawn["parent_thread_id"]) : undefined;
  return readShort(meta["parent_thread_id"]) ?? spawner;
}

function readSubagent(meta: JsonObject): JsonObject | undefined {
  const { source } = meta;
  return isJsonObject(source) && isJsonObject(source["subagent"]) ? source["subagent"] : undefined;
}

/** Takes in what a session's own record says of it; it may be written again as the session goes on. */
export function learnFromMeta(draft: SessionDraft, meta: JsonObject): void {
  const git = isJsonObject(meta["git"]) ? meta["git"] : {};
  const spawn = readSubagent(meta)?.["thread_spawn"];
  const agent = isJsonObject(spawn) ? { ...spawn, ...meta } : meta;
  learnWorkspace(draft, meta["cwd"]);
  learnLabels(draft, {
    git_branch: git["branch"],
    git_commit: git["commit_hash"],
    git_repository: git["repository_url"],
    originator: meta["originator"],
    version: meta["cli_version"],
    source: readSubagent(meta) === undefined ? meta["source"] : "subagent",
    agent_nickname: agent["agent_nickname"],
    agent_role: agent["agent_role"],
    forked_from: meta["forked_from_id"],
  });
}

function learnLabels(draft: SessionDraft, given: JsonObject): void {
  for (const [name, value] of Object.entries(given)) {
    const label = readShort(value);
    if (label === undefined || draft.labels[name] === label) continue;
    draft.labels[name] = label;
    draft.isChanged = true;
  }
}

/** The first folder counts. */
export function learnWorkspace(draft: SessionDraft, path: unknown): void {
  const workspacePath = readShort(path, 1024, 2048);
  if (draft.workspacePath === undefined && workspacePath !== undefined) {
    draft.workspacePath = workspacePath;
    draft.isChanged = true;
  }
}

export function learnModel(draft: SessionDraft, model: string | undefined): void {
  if (model === undefined || draft.model === model) return;
  draft.model = model;
  draft.isChanged = true;
}

export function learnTitle(draft: SessionDraft, rank: TitleRank, text: unknown): void {
  if (rank < draft.titleRank || (rank === draft.titleRank && rank !== titleRanks.name)) return;
  const title = readTitle(text);
  if (title === undefined) return;
  draft.titleRank = rank;
  if (draft.title === title) return;
  draft.title = title;
  draft.isChanged = true;
}

export function sessionEvent(draft: SessionDraft): ImportedSession {
  return {
    type: "session",
    externalKey: draft.key,
    ...(draft.parent !== undefined && { parent: { externalKey: draft.parent } }),
    ...(draft.createdAt !== undefined && { createdAt: draft.createdAt }),
    ...(draft.workspacePath !== undefined && { workspacePath: draft.workspacePath }),
    ...(draft.title !== undefined && { title: draft.title }),
    ...(draft.model !== undefined && { model: draft.model }),
    ...(Object.keys(draft.labels).length > 0 && { metadata: { ...draft.labels } }),
  };
}

/** A label whose JSON is short, too: it is written into every checkpoint. */
function readShort(value: unknown, characters = 200, bytes = 400): string | undefined {
  const label = readLabel(value, characters);
  return label !== undefined && Buffer.byteLength(JSON.stringify(label)) <= bytes ? label : undefined;
}
