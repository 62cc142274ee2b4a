import { boundLists } from "../bound-lists.ts";
import { isJsonObject, readCount, readLabel } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import type { SessionDraft } from "./session-draft.ts";
import type { TokenTotals } from "./token-usage.ts";
import type { PendingTwin, Spoken } from "./twins.ts";

/** The last answer of the model. */
interface LastAnswer {
  readonly id: string;
  /** The next item of the model belongs to it. */
  isOpen: boolean;
  /** Some of it was given. */
  isGiven: boolean;
  /** What it used so far. */
  used?: TokenTotals;
}

/** What the reader remembers between records, and from one import of a growing file to the next. */
export interface Memo {
  readonly version: 1;
  draft?: SessionDraft;
  /** The model of the turn. */
  model?: string;
  /** Of the last record that had one. */
  time?: number;
  /** Items were met: then events only repeat what they say. */
  hasItems: boolean;
  /** A turn of the session's own began. */
  hasOwnTurn: boolean;
  /** The session whose history is being repeated here. */
  copiedFrom?: string;
  /** Records with a lower ordinal are a copy of the parent's. */
  firstOwnOrdinal?: number;
  answer?: LastAnswer;
  /** Tokens used so far, as the tool counts them. */
  totals?: TokenTotals;
  /** Tokens used before there was an answer that used them. */
  owed?: TokenTotals;
  /** Calls without a result yet: id and tool. */
  readonly calls: (readonly [id: string, tool: string])[];
  /** What was said lately. */
  readonly spoken: Spoken[];
  /** Records that say what was not said yet. */
  readonly pending: PendingTwin[];
}

/** How many of each are remembered: what belongs together is never far apart. */
export const memoLimits = { calls: 64, spoken: 32, pending: 24 } as const;

const largestListBytes = 7 * 1024;

function emptyMemo(): Memo {
  return { version: 1, hasItems: false, hasOwnTurn: false, calls: [], spoken: [], pending: [] };
}

/** A copy for a checkpoint. Names of absurd length could make it large: then the oldest entries go. */
export function copyMemo(memo: Memo): Memo {
  const copy = structuredClone(memo);
  boundLists([copy.calls, copy.spoken, copy.pending], largestListBytes);
  return copy;
}

/** Takes up a memo that was stored. One of another version, or damaged, is as good as none. */
export function restoreMemo(stored: unknown): Memo {
  if (!isJsonObject(stored) || stored["version"] !== 1) return emptyMemo();
  const draft = isSessionDraft(stored["draft"]) ? { ...stored["draft"] } : undefined;
  const model = readLabel(stored["model"]);
  const time = readCount(stored["time"]);
  const copiedFrom = readLabel(stored["copiedFrom"]);
  const firstOwnOrdinal = readCount(stored["firstOwnOrdinal"]);
  const answer = readAnswer(stored["answer"]);
  const totals = readTotals(stored["totals"]);
  const owed = readTotals(stored["owed"]);
  return {
    version: 1,
    hasItems: stored["hasItems"] === true,
    hasOwnTurn: stored["hasOwnTurn"] === true,
    ...(draft !== undefined && { draft }),
    ...(model !== undefined && { model }),
    ...(time !== undefined && { time }),
    ...(copiedFrom !== undefined && { copiedFrom }),
    ...(firstOwnOrdinal !== undefined && { firstOwnOrdinal }),
    ...(answer !== undefined && { answer }),
    ...(totals !== undefined && { totals }),
    ...(owed !== undefined && { owed }),
    calls: listOf(stored["calls"], isPair),
    spoken: listOf(stored["spoken"], isSpoken),
    pending: listOf(stored["pending"], isPending),
  };
}

function listOf<Item>(value: unknown, accepts: (item: unknown) => item is Item): Item[] {
  return Array.isArray(value) ? value.filter(accepts) : [];
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === "string");
}

function isSpoken(value: unknown): value is Spoken {
  return (
    isJsonObject(value) &&
    typeof value["key"] === "string" &&
    readLabel(value["id"]) !== undefined &&
    ["user", "assistant", "tool"].includes(value["role"] as string) &&
    typeof value["isEvent"] === "boolean"
  );
}

function isPending(value: unknown): value is PendingTwin {
  return (
    isJsonObject(value) &&
    typeof value["key"] === "string" &&
    readCount(value["offset"]) !== undefined &&
    readCount(value["length"]) !== undefined &&
    typeof value["failed"] === "boolean"
  );
}

function readAnswer(value: unknown): LastAnswer | undefined {
  if (!isJsonObject(value)) return undefined;
  const id = readLabel(value["id"]);
  const used = readTotals(value["used"]);
  return id === undefined
    ? undefined
    : {
        id,
        isOpen: value["isOpen"] === true,
        isGiven: value["isGiven"] === true,
        ...(used !== undefined && { used }),
      };
}

function readTotals(value: unknown): TokenTotals | undefined {
  const isTotals =
    Array.isArray(value) && value.length === 5 && value.every((count) => readCount(count) !== undefined);
  return isTotals ? (value as unknown as TokenTotals) : undefined;
}

function isSessionDraft(value: unknown): value is SessionDraft {
  if (!isJsonObject(value) || readLabel(value["key"]) === undefined) return false;
  return (
    isOptional(value, ["parent", "title", "model", "workspacePath"], "string") &&
    isOptional(value, ["createdAt"], "number") &&
    typeof value["titleRank"] === "number" &&
    typeof value["since"] === "number" &&
    ["isGiven", "isChanged"].every((name) => typeof value[name] === "boolean") &&
    isJsonObject(value["labels"]) &&
    Object.values(value["labels"]).every((label) => typeof label === "string")
  );
}

function isOptional(value: JsonObject, names: readonly string[], type: string): boolean {
  return names.every((name) => ["undefined", type].includes(typeof value[name]));
}
