import { contentToJson } from "../context/session-context.ts";
import type { JsonObject } from "../to-json.ts";
import type { Checkpoint, CheckpointSummary } from "./checkpoints.ts";
import type { CheckpointComparison } from "./compare-snapshots.ts";

export function checkpointSummaryToJson({
  sessionId,
  name,
  sizeBytes,
  createdAt,
}: CheckpointSummary): JsonObject {
  return { session_id: sessionId, name, size_bytes: sizeBytes, created_at: createdAt.toISOString() };
}

export function checkpointToJson(checkpoint: Checkpoint): JsonObject {
  const { context, state } = checkpoint;
  return { ...checkpointSummaryToJson(checkpoint), context: contentToJson(context), state };
}

export function comparisonToJson(comparison: CheckpointComparison): JsonObject {
  const { from, to, added, removed, scores, workspaceChanged, stateChanged } = comparison;
  const nothing = { fileImportanceScores: {}, workspace: null };
  const listsToJson = (lists: CheckpointComparison["added"]): JsonObject => {
    const {
      file_importance_scores: _scores,
      workspace: _workspace,
      ...json
    } = contentToJson({
      ...lists,
      ...nothing,
    });
    return json;
  };
  return {
    from,
    to,
    added: listsToJson(added),
    removed: listsToJson(removed),
    scores,
    workspace_changed: workspaceChanged,
    state_changed: stateChanged,
  };
}
