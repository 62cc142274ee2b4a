/** What differs between two snapshots of one session's context. */
import { listNames } from "../context/context-lists.ts";
import type { ContextContent } from "../context/session-context.ts";
import { type Snapshot, contentOf } from "./snapshot.ts";

type Lists = Pick<ContextContent, "filesAccessed" | "recentSearches" | "decisions" | "savedMemories">;

export interface CheckpointComparison {
  readonly from: string;
  /** Null: the context as it is now. */
  readonly to: string | null;
  /** Entries that are in `to` and not in `from`. */
  readonly added: Lists;
  /** Entries that are in `from` and not in `to`. */
  readonly removed: Lists;
  /** By path, where the scores differ: null for none. */
  readonly scores: Readonly<Record<string, { readonly from: number | null; readonly to: number | null }>>;
  readonly workspaceChanged: boolean;
  /** Null where there is no checkpoint to compare with: a context that goes on has no state. */
  readonly stateChanged: boolean | null;
}

export function compareSnapshots(
  from: Snapshot,
  to: Snapshot,
): Pick<CheckpointComparison, "added" | "removed" | "scores" | "workspaceChanged"> {
  const paths = new Set([...Object.keys(from.scores), ...Object.keys(to.scores)]);
  const scores = [...paths].toSorted().flatMap((path) => {
    const [before, after] = [scoreOf(from, path), scoreOf(to, path)];
    return before === after ? [] : [[path, { from: before, to: after }] as const];
  });
  return {
    added: entriesBeyond(to, from),
    removed: entriesBeyond(from, to),
    scores: Object.fromEntries(scores),
    workspaceChanged: JSON.stringify(from.workspace) !== JSON.stringify(to.workspace),
  };
}

function scoreOf({ scores }: Snapshot, path: string): number | null {
  return Object.hasOwn(scores, path) ? (scores[path] ?? null) : null;
}

/** Those of one that another has not. `order` is that in their own context. */
function entriesBeyond(of: Snapshot, other: Snapshot): Lists {
  const { filesAccessed, recentSearches, decisions, savedMemories } = contentOf(of);
  const isNew = new Map(
    listNames.map((name) => {
      const known = new Set((other.entries.get(name) ?? []).map(({ id }) => id));
      return [name, (of.entries.get(name) ?? []).map(({ id }) => !known.has(id))] as const;
    }),
  );
  return {
    filesAccessed: filesAccessed.filter((_, index) => isNew.get("file")?.[index]),
    recentSearches: recentSearches.filter((_, index) => isNew.get("search")?.[index]),
    decisions: decisions.filter((_, index) => isNew.get("decision")?.[index]),
    savedMemories: savedMemories.filter((_, index) => isNew.get("memory")?.[index]),
  };
}
