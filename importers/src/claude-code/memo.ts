import { boundLists } from "../bound-lists.ts";
import { isJsonObject, readLabel } from "../json-object.ts";
import type { SessionDraft } from "./session-draft.ts";

type Pair = readonly [key: string, value: string];

/** What the reader remembers between records, and from one import of a growing file to the next. */
export interface Memo {
  readonly version: 1;
  /** Session of the last record that is in no side chain, for those that name none. */
  mainSession?: string;
  readonly sessions: SessionDraft[];
  /** Answers met, by session and id: a further line of one continues it. */
  readonly answers: Pair[];
  /** Calls without a result yet: id and tool. */
  readonly calls: Pair[];
  /** Records met: id and session, for summaries that name one. */
  readonly records: Pair[];
  /** Summaries whose record was not met: its id and the title. */
  readonly summaries: Pair[];
  /** Records of side chains that have no agent id: id and the id of the chain's first record. */
  readonly chains: Pair[];
}

/** How many of each are remembered: parallel calls and side chains are few, and the rest is never far away. */
export const memoLimits = {
  sessions: 12,
  answers: 24,
  calls: 64,
  records: 24,
  summaries: 4,
  chains: 24,
} as const;

const largestMemoBytes = 15 * 1024;

function emptyMemo(): Memo {
  return { version: 1, sessions: [], answers: [], calls: [], records: [], summaries: [], chains: [] };
}

/** A copy for a checkpoint. Names of absurd length could make it large: then the oldest entries go. */
export function copyMemo(memo: Memo): Memo {
  const copy = structuredClone(memo);
  const lists: readonly unknown[][] = [
    copy.chains,
    copy.records,
    copy.answers,
    copy.calls,
    copy.summaries,
    copy.sessions,
  ];
  boundLists(lists, largestMemoBytes);
  return copy;
}

/** Takes up a memo that was stored. One of another version, or damaged, is as good as none. */
export function restoreMemo(stored: unknown): Memo {
  if (!isJsonObject(stored) || stored["version"] !== 1) return emptyMemo();
  const mainSession = readLabel(stored["mainSession"], 500);
  return {
    version: 1,
    ...(mainSession !== undefined && { mainSession }),
    sessions: listOf(stored["sessions"], isSessionDraft).map((draft) => ({ ...draft })),
    answers: listOf(stored["answers"], isPair),
    calls: listOf(stored["calls"], isPair),
    records: listOf(stored["records"], isPair),
    summaries: listOf(stored["summaries"], isPair),
    chains: listOf(stored["chains"], isPair),
  };
}

function listOf<Item>(value: unknown, accepts: (item: unknown) => item is Item): Item[] {
  return Array.isArray(value) ? value.filter(accepts) : [];
}

function isPair(value: unknown): value is Pair {
  return Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === "string");
}

function isSessionDraft(value: unknown): value is SessionDraft {
  if (!isJsonObject(value) || readLabel(value["key"], 500) === undefined) return false;
  const flags = [value["isCopy"], value["hasSpoken"], value["isGiven"], value["isChanged"]];
  const labels = [
    "parent",
    "agentId",
    "continuedFrom",
    "title",
    "model",
    "gitBranch",
    "version",
    "workspacePath",
  ];
  return (
    flags.every((flag) => typeof flag === "boolean") &&
    typeof value["titleRank"] === "number" &&
    labels.every((label) => ["undefined", "string"].includes(typeof value[label])) &&
    ["undefined", "number"].includes(typeof value["createdAt"])
  );
}
