/** A session's context as callers see it. */
import type { RowOf, StoredRecord } from "../../model/kind.ts";
import type { resourceAccessLogs } from "../../model/resources.ts";
import type { contextEntries } from "../../model/session-context.ts";
import type { AccessKind } from "../../schemas/resource-input.ts";
import type { JsonObject } from "../to-json.ts";
import { type Entry, utf8Length } from "./context-lists.ts";

export interface FileAccess {
  readonly path: string;
  readonly kind: AccessKind;
  /** As it was given with this access; null: none was. */
  readonly importance: number | null;
  /** Which access of the session it is, by time: from 1. */
  readonly order: number;
  readonly accessedAt: Date;
}

export interface ContextSearch {
  readonly query: string;
  readonly timestamp: Date;
}

export interface ContextDecision {
  readonly decision: string;
  readonly timestamp: Date;
}

export interface MemoryReference {
  readonly id: string;
  readonly key: string;
  readonly timestamp: Date;
}

/** Lists are in order of time, oldest first. */
export interface ContextContent {
  readonly filesAccessed: readonly FileAccess[];
  /** By path: the score that was given last in this session, from 0 to 1. */
  readonly fileImportanceScores: Readonly<Record<string, number>>;
  readonly recentSearches: readonly ContextSearch[];
  readonly decisions: readonly ContextDecision[];
  readonly savedMemories: readonly MemoryReference[];
  /** What is open where: any JSON; null: nothing was said of it. */
  readonly workspace: unknown;
}

export interface SessionContext {
  readonly sessionId: string;
  readonly context: ContextContent;
  /** Whether older entries are packed. Reading shows no difference. */
  readonly compressed: boolean;
  /** UTF-8 length of the whole context as JSON; where it is not whole here, about that. */
  readonly sizeBytes: number;
  /** How many entries there are of each. */
  readonly totals: {
    readonly files: number;
    readonly searches: number;
    readonly decisions: number;
    readonly memories: number;
  };
  /** Whether older entries, or scores of files that were accessed longer ago, were left out: `full` gives them. */
  readonly truncated: boolean;
}

/** `order` is 1 for the first access of the session. */
export function toFileAccess({ record }: Entry, order: number): FileAccess {
  const { path, accessType, importance, accessedAt } = record as RowOf<typeof resourceAccessLogs>;
  return { path, kind: accessType as AccessKind, importance, order, accessedAt: new Date(accessedAt) };
}

export function toSearch({ record }: Entry): ContextSearch {
  return { query: textOf(record), timestamp: timeOf(record) };
}

export function toDecision({ record }: Entry): ContextDecision {
  return { decision: textOf(record), timestamp: timeOf(record) };
}

export function toMemoryReference({ record }: Entry): MemoryReference {
  const { memoryId } = record as RowOf<typeof contextEntries>;
  return { id: memoryId, key: textOf(record), timestamp: timeOf(record) };
}

function textOf({ text }: StoredRecord): string {
  return JSON.parse(text as string) as string;
}

function timeOf({ createdAt }: StoredRecord): Date {
  return new Date(createdAt as number);
}

export function contextToJson({ sessionId, context, ...facts }: SessionContext): JsonObject {
  return {
    session_id: sessionId,
    context: contentToJson(context),
    compressed: facts.compressed,
    size_bytes: facts.sizeBytes,
    totals: facts.totals,
    truncated: facts.truncated,
  };
}

export function fileAccessToJson({ accessedAt, ...access }: FileAccess): JsonObject {
  return { ...access, accessed_at: accessedAt.toISOString() };
}

export function contentToJson(content: ContextContent): JsonObject {
  const { filesAccessed, fileImportanceScores, recentSearches, decisions, savedMemories, workspace } =
    content;
  return {
    files_accessed: filesAccessed.map(fileAccessToJson),
    file_importance_scores: fileImportanceScores,
    recent_searches: recentSearches.map(timed),
    decisions: decisions.map(timed),
    saved_memories: savedMemories.map(timed),
    workspace,
  };
}

function timed({ timestamp, ...rest }: { readonly timestamp: Date }): JsonObject {
  return { ...rest, timestamp: timestamp.toISOString() };
}

/** UTF-8 length of a context as JSON. */
export function contextBytes(content: ContextContent): number {
  return utf8Length(JSON.stringify(contentToJson(content)));
}
