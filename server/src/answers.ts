/** What answers hold, as schemas: the documentation is made of them, and tests hold every answer to them. */
import { messageJson, role } from "@throughline/core";
import * as v from "valibot";
import { entriesOf } from "./schema-entries.ts";

const time = v.pipe(v.string(), v.isoTimestamp());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const position = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const text = v.nullable(v.string());
const object = v.record(v.string(), v.unknown());

export const sessionAnswer = v.strictObject({
  session_id: v.string(),
  tenant_id: v.string(),
  user_id: v.string(),
  project_id: text,
  tool_id: text,
  profile_id: text,
  terminal_id: text,
  external_key: text,
  title: text,
  model: text,
  status: v.picklist(["active", "archived", "expired"]),
  archived: v.boolean(),
  pinned: v.boolean(),
  tags: v.array(v.string()),
  workspace_path: text,
  process_id: v.nullable(position),
  parent_session_id: text,
  forked_at: v.nullable(count),
  summary: text,
  message_count: count,
  token_count: count,
  context_size_bytes: count,
  metadata: object,
  metrics: object,
  created_at: time,
  updated_at: time,
  last_activity: time,
  ended_at: v.nullable(time),
  expires_at: v.nullable(time),
  revision: position,
});

const usage = v.strictObject({
  input: v.optional(count),
  output: v.optional(count),
  cache_read: v.optional(count),
  cache_write: v.optional(count),
  reasoning: v.optional(count),
});

const native = v.union([
  v.strictObject({ format: v.string(), text: v.string() }),
  v.strictObject({
    format: v.string(),
    source: v.string(),
    ranges: v.array(v.pipe(v.array(count), v.length(2))),
  }),
]);

const messageEntries = {
  id: v.string(),
  session_id: v.string(),
  seq: position,
  parent_seq: v.nullable(position),
  role,
  content: entriesOf(messageJson).content ?? v.never(),
  token_count: count,
  model: text,
  usage: v.nullable(usage),
  cost: v.nullable(v.number()),
  metadata: object,
  created_at: time,
  updated_at: time,
  revision: position,
  removed_at: v.optional(time),
  native: v.optional(native),
};

export const messageAnswer = v.strictObject(messageEntries);

export const appendedAnswer = v.strictObject({
  items: v.array(v.strictObject({ id: v.string(), seq: position })),
});

export const hitAnswer = v.strictObject({
  kind: v.literal("message"),
  session_id: v.string(),
  seq: position,
  message_id: v.string(),
  role,
  created_at: time,
  score: v.number(),
  snippet: v.string(),
  highlights: v.array(v.pipe(v.array(count), v.length(2))),
  title: text,
  tool_id: text,
  project_id: text,
});

export const sessionListAnswer = v.strictObject({ items: v.array(sessionAnswer), next_cursor: text });
/** All on one page. */
export const chainAnswer = v.strictObject({ items: v.array(sessionAnswer), next_cursor: v.null() });

export const branchAnswer = v.strictObject({
  head_seq: position,
  message_id: v.string(),
  role,
  first_seq: position,
  parent_seq: v.nullable(position),
  created_at: time,
  is_current: v.boolean(),
});
export const branchListAnswer = v.strictObject({ items: v.array(branchAnswer), next_cursor: text });

export const messageListAnswer = v.strictObject({
  items: v.array(messageAnswer),
  next_cursor: text,
  previous_cursor: text,
});
export const hitListAnswer = v.strictObject({ items: v.array(hitAnswer), next_cursor: text });

export const statisticsAnswer = v.strictObject({
  sessions: v.strictObject({
    total: count,
    active: count,
    archived: count,
    expired: count,
    by_tool: v.record(v.string(), count),
  }),
  messages: count,
  tokens: count,
  files: count,
  bytes: count,
  first_activity: v.nullable(time),
  last_activity: v.nullable(time),
});

export const sessionStatisticsAnswer = v.strictObject({
  session_id: v.string(),
  messages: v.strictObject({ total: count, user: count, assistant: count, system: count, tool: count }),
  tokens: count,
  usage: v.strictObject({
    input: count,
    output: count,
    cache_read: count,
    cache_write: count,
    reasoning: count,
  }),
  cost: v.number(),
  tool_calls: count,
  branches: count,
  forks: count,
  first_message_at: v.nullable(time),
  last_message_at: v.nullable(time),
  content_bytes: count,
});

export const settingsAnswer = v.strictObject({
  allowed_tools: v.array(v.string()),
  permission_mode: v.picklist(["auto", "confirm", "deny"]),
  system_prompt: text,
  model: text,
  mcp_servers: object,
  created_at: v.nullable(time),
  updated_at: v.nullable(time),
});

export const exportAnswer = v.strictObject({
  ...sessionAnswer.entries,
  messages: v.array(messageAnswer),
});

export const healthAnswer = v.strictObject({ status: v.picklist(["ok", "ready"]) });

/** RFC 9457. Further members tell of the case: which field, which limit. */
export const problemSchema = v.looseObject({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  code: v.picklist([
    "not_found",
    "conflict",
    "invalid",
    "unsupported",
    "closed",
    "unavailable",
    "unauthorized",
    "forbidden",
    "too_large",
    "rate_limited",
  ]),
  reason: v.optional(v.string()),
  outcome: v.optional(v.picklist(["refused", "unknown"])),
  retryable: v.optional(v.literal(true)),
});
