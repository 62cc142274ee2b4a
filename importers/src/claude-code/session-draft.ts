import { readLabel } from "../json-object.ts";
import type { ImportedSession } from "../importer.ts";
import type { ClaudeRecord } from "./claude-record.ts";
import { readTitle } from "../read-title.ts";
import { titleRanks } from "./title.ts";
import type { TitleRank } from "./title.ts";

/** What has been learnt of one session; JSON, a part of the memo. */
export interface SessionDraft {
  readonly key: string;
  readonly parent?: string;
  readonly agentId?: string;
  /** The file is named after another session: it holds a copy, and the session's own file says what it is called. */
  readonly isCopy: boolean;
  /** The session before it in the same file, which it resumed or forked. */
  readonly continuedFrom?: string;
  titleRank: TitleRank;
  title?: string;
  model?: string;
  gitBranch?: string;
  version?: string;
  createdAt?: number;
  workspacePath?: string;
  /** A message of it was met. */
  hasSpoken: boolean;
  /** Given once; a session without messages never is. */
  isGiven: boolean;
  /** Something was learnt since it was given. */
  isChanged: boolean;
}

/** Takes from any record of the session what every record may tell. */
export function learnFromRecord(draft: SessionDraft, record: ClaudeRecord): void {
  const { value } = record;
  set(draft, "createdAt", draft.createdAt ?? record.createdAt);
  set(draft, "workspacePath", draft.workspacePath ?? readLabel(value["cwd"], 1024));
  set(draft, "gitBranch", readLabel(value["gitBranch"]) ?? draft.gitBranch);
  set(draft, "version", readLabel(value["version"]) ?? draft.version);
}

export function learnModel(draft: SessionDraft, model: string | undefined): void {
  set(draft, "model", model ?? draft.model);
}

/** A title given by hand or by the tool may change: the last counts. Of prompts, the first does. */
export function learnTitle(draft: SessionDraft, rank: TitleRank, text: unknown): void {
  if (rank < draft.titleRank || (rank === draft.titleRank && rank <= titleRanks.prompt)) return;
  const title = readTitle(text);
  if (title === undefined) return;
  draft.titleRank = rank;
  set(draft, "title", title);
}

/** The draft as an event. A copy says nothing that the session's own file knows better. */
export function sessionEvent(draft: SessionDraft): ImportedSession {
  const metadata = {
    ...(draft.agentId !== undefined && { agent_id: draft.agentId }),
    ...(draft.gitBranch !== undefined && { git_branch: draft.gitBranch }),
    ...(draft.version !== undefined && { version: draft.version }),
    ...(draft.continuedFrom !== undefined && { continued_from: draft.continuedFrom }),
  };
  return {
    type: "session",
    externalKey: draft.key,
    ...(draft.parent !== undefined && { parent: { externalKey: draft.parent } }),
    ...(draft.createdAt !== undefined && { createdAt: draft.createdAt }),
    ...(draft.workspacePath !== undefined && { workspacePath: draft.workspacePath }),
    ...(draft.title !== undefined && !draft.isCopy && { title: draft.title }),
    ...(draft.model !== undefined && !draft.isCopy && { model: draft.model }),
    ...(Object.keys(metadata).length > 0 && !draft.isCopy && { metadata }),
  };
}

function set<Name extends keyof SessionDraft>(
  draft: SessionDraft,
  name: Name,
  value: SessionDraft[Name],
): void {
  if (value === undefined || draft[name] === value) return;
  draft[name] = value;
  draft.isChanged = true;
}
