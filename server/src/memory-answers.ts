/** What requests about memories and projects answer, as schemas. */
import { memoryProvenanceJson } from "@throughline/core";
import * as v from "valibot";

const time = v.pipe(v.string(), v.isoTimestamp());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const version = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const text = v.nullable(v.string());
const object = v.record(v.string(), v.unknown());
const provenance = v.nullable(memoryProvenanceJson);

/** Whose memories an answer is about. */
const owner = {
  project_id: v.optional(v.string()),
  user_id: v.optional(v.string()),
  session_id: v.optional(v.string()),
};

export const memoryAnswer = v.strictObject({
  memory_id: v.string(),
  scope: v.picklist(["project", "user", "session"]),
  project_id: text,
  user_id: text,
  session_id: text,
  memory_key: v.string(),
  memory_value: v.string(),
  metadata: object,
  metadata_json: v.string(),
  provenance,
  version,
  superseded_by: text,
  created_at: time,
  updated_at: time,
  last_accessed: time,
  accessed_count: count,
  ttl_seconds: v.nullable(version),
  expires_at: v.nullable(time),
});

export const savedMemoryAnswer = v.strictObject({
  memory_id: v.string(),
  ...owner,
  key: v.string(),
  version,
  expires_at: v.nullable(time),
  message: v.string(),
});

const oneMemory = v.strictObject({ ...owner, memory: memoryAnswer });
const memoryList = v.strictObject({
  ...owner,
  memories: v.array(memoryAnswer),
  count,
  next_cursor: text,
});
export const memoriesAnswer = v.union([memoryList, oneMemory]);

export const memoryVersionAnswer = v.strictObject({
  memory_id: v.string(),
  version,
  memory_value: v.string(),
  metadata: object,
  provenance,
  created_at: time,
  restored_from: v.nullable(version),
  supersedes: v.array(v.string()),
});
export const memoryHistoryAnswer = v.strictObject({
  items: v.array(memoryVersionAnswer),
  next_cursor: text,
});

export const memoryComparisonAnswer = v.strictObject({
  memory_id: v.string(),
  from: version,
  to: version,
  changes: v.array(v.strictObject({ type: v.picklist(["same", "added", "removed"]), text: v.string() })),
  metadata: v.array(v.string()),
});

const similarity = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
export const duplicatesAnswer = v.strictObject({
  groups: v.array(
    v.strictObject({
      memory: memoryAnswer,
      duplicates: v.array(v.strictObject({ memory: memoryAnswer, similarity })),
    }),
  ),
  compared: count,
  more: v.boolean(),
});

export const workingMemoryAnswer = v.strictObject({
  user_id: owner.user_id,
  session_id: owner.session_id,
  working_memory: object,
  updated_at: v.nullable(time),
});

export const projectAnswer = v.strictObject({
  project_id: v.string(),
  name: v.string(),
  repository: text,
  created_at: time,
});
export const projectListAnswer = v.strictObject({ items: v.array(projectAnswer), next_cursor: text });
