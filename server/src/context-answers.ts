/** What requests about contexts and resources answer, as schemas. */
import { tokenFamily } from "@throughline/core";
import * as v from "valibot";

const time = v.pipe(v.string(), v.isoTimestamp());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const score = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const cursor = v.nullable(v.string());

const fileAccessAnswer = v.strictObject({
  path: v.string(),
  kind: v.picklist(["VIEW", "EDIT", "EXECUTE", "REFERENCE"]),
  importance: v.nullable(score),
  order: count,
  accessed_at: time,
});

const listEntries = {
  files_accessed: v.array(fileAccessAnswer),
  recent_searches: v.array(v.strictObject({ query: v.string(), timestamp: time })),
  decisions: v.array(v.strictObject({ decision: v.string(), timestamp: time })),
  saved_memories: v.array(v.strictObject({ id: v.string(), key: v.string(), timestamp: time })),
};
const contentAnswer = v.strictObject({
  ...listEntries,
  file_importance_scores: v.record(v.string(), score),
  workspace: v.unknown(),
});

export const contextAnswer = v.strictObject({
  session_id: v.string(),
  context: contentAnswer,
  compressed: v.boolean(),
  size_bytes: count,
  totals: v.strictObject({ files: count, searches: count, decisions: count, memories: count }),
  truncated: v.boolean(),
});

const summaryEntries = { session_id: v.string(), name: v.string(), size_bytes: count, created_at: time };
export const checkpointSummaryAnswer = v.strictObject(summaryEntries);
export const checkpointListAnswer = v.strictObject({
  items: v.array(checkpointSummaryAnswer),
  next_cursor: cursor,
});
export const checkpointAnswer = v.strictObject({
  ...summaryEntries,
  context: contentAnswer,
  state: v.unknown(),
});

const change = v.strictObject({ from: v.nullable(score), to: v.nullable(score) });
export const comparisonAnswer = v.strictObject({
  from: v.string(),
  to: v.nullable(v.string()),
  added: v.strictObject(listEntries),
  removed: v.strictObject(listEntries),
  scores: v.record(v.string(), change),
  workspace_changed: v.boolean(),
  state_changed: v.nullable(v.boolean()),
});

const part = v.strictObject({ value: score, weight: score, reason: v.string() });
const ranking = v.strictObject({
  importance: score,
  parts: v.strictObject({
    recency: part,
    score: part,
    frequency: part,
    edits: part,
    dependents: part,
  }),
});

const countedTokens = v.strictObject({ count, estimated: v.boolean() });
const resourceEntries = {
  resource_id: v.string(),
  project_id: v.nullable(v.string()),
  path: v.string(),
  type: v.picklist(["code", "documentation", "data", "config", "image", "other"]),
  size: v.nullable(count),
  token_count: v.nullable(count),
  token_counts: v.nullable(v.record(tokenFamily, countedTokens)),
  content_hash: v.nullable(v.string()),
  access_count: count,
  edit_count: count,
  last_accessed: time,
  modified_during_session: v.boolean(),
  importance: v.nullable(score),
  created_at: time,
};
export const resourceAnswer = v.strictObject(resourceEntries);
/** With its ranking where that was asked for. */
const ranked = { ranking: v.optional(ranking) };
export const resourceListAnswer = v.strictObject({
  items: v.array(v.strictObject({ ...resourceEntries, ...ranked })),
  next_cursor: cursor,
});

const sessionResourceEntries = {
  ...resourceEntries,
  importance_score: score,
  included_in_context: v.boolean(),
  modified: v.boolean(),
  session_access_count: count,
  session_last_accessed: time,
  linked_at: time,
  /** Whether the resource was removed since. */
  removed: v.boolean(),
};
export const sessionResourceAnswer = v.strictObject(sessionResourceEntries);
export const sessionResourceListAnswer = v.strictObject({
  items: v.array(v.strictObject({ ...sessionResourceEntries, ...ranked })),
  next_cursor: cursor,
});

export const dependencyListAnswer = v.strictObject({
  items: v.array(
    v.strictObject({
      /** Null: nobody tracks that path. */
      resource_id: v.nullable(v.string()),
      path: v.string(),
      kind: v.picklist(["import", "link", "given"]),
      created_at: time,
    }),
  ),
  next_cursor: cursor,
});
const replacedEntries = { count, added: count, removed: count };
export const replacedAnswer = v.strictObject(replacedEntries);
export const foundAnswer = v.strictObject({ ...replacedEntries, omitted: count });

export const fileListAnswer = v.strictObject({ items: v.array(fileAccessAnswer), next_cursor: cursor });
