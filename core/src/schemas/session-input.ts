/** What a caller gives to create, change and list sessions. */
import * as v from "valibot";
import { fromJsonNames, withJsonNames } from "./json-names.ts";
import { metadata, metadataFilter } from "./json-value.ts";
import { pageSize } from "./page-size.ts";
import { keyText, label, prose, queryText } from "./text.ts";
import { time } from "./time.ts";

/** Arguments are named for what they are, records and JSON for what they hold. */
export const sessionNames = {
  user: "user_id",
  project: "project_id",
  tool: "tool_id",
  profile: "profile_id",
  terminal: "terminal_id",
  parent: "parent_session_id",
} as const;

export const processId = v.pipe(
  v.number("must be a number"),
  v.safeInteger("must be an integer"),
  v.minValue(1, "must be at least 1"),
);
export const tagList = v.pipe(
  v.array(label, "must be a list of texts"),
  v.maxLength(1_000, "must have at most 1,000 tags"),
);
const status = v.picklist(["active", "archived", "expired"], "must be active, archived or expired");

/** What a session is known by: set when it is created, and never after. */
const identity = {
  /** Default: `local`. */
  user: v.optional(label),
  project: v.optional(v.nullable(label)),
  tool: v.optional(v.nullable(label)),
  /** Another program's own id of this session: the same key again, of one user and tool, is the same session. */
  externalKey: v.optional(v.nullable(keyText)),
  parent: v.optional(v.nullable(label)),
  createdAt: v.optional(time),
};

/** What can be changed at any time. */
const changeable = {
  title: v.optional(v.nullable(prose)),
  model: v.optional(v.nullable(label)),
  workspacePath: v.optional(v.nullable(keyText)),
  profile: v.optional(v.nullable(label)),
  terminal: v.optional(v.nullable(label)),
  processId: v.optional(v.nullable(processId)),
  pinned: v.optional(v.boolean("must be true or false")),
  tags: v.optional(tagList),
  summary: v.optional(v.nullable(prose)),
  metadata: v.optional(metadata),
  metrics: v.optional(metadata),
  expiresAt: v.optional(v.nullable(time)),
  /** Whether lists show it. Default: true. */
  listed: v.optional(v.boolean("must be true or false")),
};

export const sessionInput = v.strictObject({ ...identity, ...changeable });
export const sessionChanges = v.strictObject({
  ...changeable,
  status: v.optional(status),
  endedAt: v.optional(v.nullable(time)),
  /** Refuses the change as a conflict when the session has another revision. */
  expectedRevision: v.optional(
    v.pipe(
      v.number("must be a number"),
      v.safeInteger("must be an integer"),
      v.minValue(1, "must be at least 1"),
    ),
  ),
});

export const sessionFilter = v.strictObject({
  user: v.optional(label),
  project: v.optional(label),
  tool: v.optional(label),
  status: v.optional(status),
  pinned: v.optional(v.boolean("must be true or false")),
  workspacePath: v.optional(keyText),
  processId: v.optional(processId),
  /** Whether it has ended. */
  ended: v.optional(v.boolean("must be true or false")),
  externalKey: v.optional(keyText),
  parent: v.optional(label),
  tag: v.optional(label),
  /** By dotted path: `{ "build.branch": "main" }`, at most five. */
  metadata: v.optional(metadataFilter),
  /** Text in the title, in any case. */
  q: v.optional(queryText),
  /** `activity`, newest first (default), or `created`, newest first. */
  order: v.optional(v.picklist(["activity", "created"], "must be activity or created")),
  /** Also sessions that lists leave out, such as side chains. Default: false. */
  all: v.optional(v.boolean("must be true or false")),
  /** Default: 50, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
});

export type SessionInput = v.InferInput<typeof sessionInput>;
export type SessionChanges = v.InferInput<typeof sessionChanges>;
export type SessionFilter = v.InferInput<typeof sessionFilter>;

export const sessionJson: v.GenericSchema = withJsonNames(sessionInput, sessionNames);
export const sessionChangesJson: v.GenericSchema = withJsonNames(sessionChanges, sessionNames);
export const sessionFilterJson: v.GenericSchema = withJsonNames(sessionFilter, sessionNames);

/** The arguments for JSON that one of the schemas above has let through. */
export function sessionFromJson(json: object): Record<string, unknown> {
  return fromJsonNames(json, sessionNames);
}
