/** What a checkpoint holds: all of a context, as JSON. */
import type { StoredRecord } from "../../model/kind.ts";
import type { CallOptions } from "../../contract/store.ts";
import { type Entry, type ListName, listNames, toEntry } from "../context/context-lists.ts";
import { type WholeContext, readWhole, readWorkspace, scoresOf } from "../context/read-context.ts";
import { ownFields, ownerFields } from "../context/segments.ts";
import {
  type ContextContent,
  toDecision,
  toFileAccess,
  toMemoryReference,
  toSearch,
} from "../context/session-context.ts";
import type { ServiceContext } from "../service-context.ts";

export interface Snapshot {
  readonly entries: ReadonlyMap<ListName, readonly Entry[]>;
  readonly workspace: unknown;
  /** By path. */
  readonly scores: Readonly<Record<string, number>>;
}

/** A context as it is now. @throws ThroughlineError `not_found` */
export async function takeSnapshot(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<Snapshot> {
  const whole: WholeContext = await readWhole(context, session, options);
  return {
    entries: whole.entries,
    workspace: readWorkspace(whole.header),
    scores: scoresOf(whole.links),
  };
}

export function writeSnapshot({ entries, workspace, scores }: Snapshot): string {
  const written = listNames.map((list) => [
    list,
    (entries.get(list) ?? []).map(({ record }) => ownFields(list, record)),
  ]);
  return JSON.stringify({ ...Object.fromEntries(written), workspace, scores });
}

export function readSnapshot(session: string, text: string): Snapshot {
  const { workspace, scores, ...written } = JSON.parse(text) as Snapshot &
    Readonly<Record<ListName, readonly StoredRecord[]>>;
  const entries = listNames.map((list) => {
    const whose = ownerFields(list, session);
    return [list, written[list].map((fields) => toEntry(list, { ...fields, ...whose }))] as const;
  });
  return { entries: new Map(entries), workspace, scores };
}

export function contentOf({ entries, workspace, scores }: Snapshot): ContextContent {
  const list = (name: ListName): readonly Entry[] => entries.get(name) ?? [];
  return {
    filesAccessed: list("file").map((entry, index) => toFileAccess(entry, index + 1)),
    fileImportanceScores: scores,
    recentSearches: list("search").map(toSearch),
    decisions: list("decision").map(toDecision),
    savedMemories: list("memory").map(toMemoryReference),
    workspace,
  };
}
