import type { ClaudeRecord } from "./claude-record.ts";
import { memoLimits } from "./memo.ts";
import type { Memo } from "./memo.ts";
import { recall, remember } from "../recent-list.ts";
import { titleRanks } from "./title.ts";
import type { SessionDraft } from "./session-draft.ts";

/** What a file's path says of its sessions. */
export interface FilePlace {
  /** Stands in for a session id where a file has none. */
  readonly name: string;
  /** The session that the file is named after. */
  readonly ownSession?: string;
  /** The agent whose side chain the file is named after. */
  readonly agent?: string;
  /** The session in whose folder of side chains the file lies. */
  readonly parentSession?: string;
}

const uuidEnding = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Reads a path with slashes of either kind. */
export function readFilePlace(path: string): FilePlace {
  const folders = path.split(/[/\\]/);
  const name = (folders.pop() ?? "")
    .replace(/\.jsonl$/, "")
    .replaceAll("\0", "")
    .toWellFormed()
    .slice(0, 200);
  const ownSession = uuidEnding.exec(name)?.[0];
  const parentSession =
    folders.at(-1) === "subagents" ? uuidEnding.exec(folders.at(-2) ?? "")?.[0] : undefined;
  const agent = /^agent-(.+)$/.exec(name)?.[1];
  return {
    name: name === "" ? "unnamed" : name,
    ...(agent !== undefined && { agent }),
    ...(ownSession !== undefined && { ownSession }),
    ...(parentSession !== undefined && { parentSession }),
  };
}

/** Record types that are part of a conversation, with or without a text. */
export const conversationTypes: ReadonlySet<string> = new Set(["user", "assistant", "system", "attachment"]);

/**
 * The draft of the session that a record belongs to, begun if it was not met. A record belongs to the session it
 * names, whatever file it is in: what a resumed session's file repeats of an older one is then known to be the same.
 */
export function sessionOfRecord(memo: Memo, record: ClaudeRecord, place: FilePlace): SessionDraft {
  const named = record.sessionId ?? memo.mainSession ?? place.ownSession ?? place.parentSession ?? place.name;
  if (!isSideChain(record, place)) {
    const before = memo.sessions.find(({ key }) => key === memo.mainSession);
    const continuedFrom =
      before !== undefined && before.key !== named && before.hasSpoken ? before.key : undefined;
    if (conversationTypes.has(record.type)) memo.mainSession = named;
    const isCopy = place.ownSession !== undefined && place.ownSession !== named;
    return draftOf(memo, named, { isCopy, ...(continuedFrom !== undefined && { continuedFrom }) });
  }
  // Some versions give a side chain's records an own session id, made from the agent's.
  const isOwnId = record.agentId !== undefined && record.sessionId === `agent-${record.agentId}`;
  const parent = isOwnId || record.sessionId === undefined ? (place.parentSession ?? named) : named;
  const chain = record.agentId ?? `sidechain-${chainOf(memo, record)}`;
  const agent = record.agentId === undefined ? {} : { agentId: record.agentId };
  return draftOf(memo, `${parent}/${chain}`, { isCopy: false, parent, ...agent });
}

function isSideChain(record: ClaudeRecord, place: FilePlace): boolean {
  return record.isSidechain || (record.agentId !== undefined && record.agentId === place.agent);
}

/** Id of the first record of a side chain: found by the chain of parents, which is never far back. */
function chainOf(memo: Memo, record: ClaudeRecord): string {
  const { parentUuid, uuid } = record;
  const known = parentUuid === undefined ? undefined : recall(memo.chains, parentUuid);
  const chain =
    known ?? (parentUuid === undefined ? uuid : undefined) ?? memo.chains.at(-1)?.[1] ?? uuid ?? "first";
  if (uuid !== undefined) remember(memo.chains, [uuid, chain], memoLimits.chains);
  return chain;
}

function draftOf(
  memo: Memo,
  key: string,
  begun: Pick<SessionDraft, "isCopy" | "parent" | "agentId" | "continuedFrom">,
): SessionDraft {
  const at = memo.sessions.findIndex((draft) => draft.key === key);
  const known = at === -1 ? undefined : memo.sessions.splice(at, 1)[0];
  const draft = known ?? {
    key,
    ...begun,
    titleRank: titleRanks.none,
    hasSpoken: false,
    isGiven: false,
    isChanged: false,
  };
  memo.sessions.push(draft);
  return draft;
}
