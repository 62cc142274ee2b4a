/** Records as JSON: snake_case names, ISO times. What callers put in opaque fields is left alone. */
import { contentToJson } from "../model/message-content.ts";
import { toSnakeCase } from "../schemas/json-names.ts";
import type { Message } from "./messages/message.ts";
import type { MessageHit } from "./search.ts";
import type { Session } from "./sessions/session.ts";
import type { SessionBranch } from "./messages/list-branches.ts";
import type { SessionStatistics } from "./sessions/session-statistics.ts";
import type { SessionSettings } from "./sessions/settings.ts";
import type { Statistics } from "./stats.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function sessionToJson({ id, ...session }: Session): JsonObject {
  return { session_id: id, ...withJsonNames(session) };
}

export function messageToJson({ content, usage, ...message }: Message): JsonObject {
  const { id, session_id, seq, parent_seq, role, ...rest } = withJsonNames(message);
  return {
    id,
    session_id,
    seq,
    parent_seq,
    role,
    content: contentToJson(content),
    ...rest,
    usage: usage === null ? null : withJsonNames(usage),
  };
}

export function branchToJson(branch: SessionBranch): JsonObject {
  return withJsonNames(branch);
}

export function hitToJson(hit: MessageHit): JsonObject {
  return withJsonNames(hit);
}

export function statisticsToJson({ sessions, ...rest }: Statistics): JsonObject {
  return { sessions: withJsonNames(sessions), ...withJsonNames(rest) };
}

export function settingsToJson(settings: SessionSettings): JsonObject {
  return withJsonNames(settings);
}

export function sessionStatisticsToJson({ usage, ...rest }: SessionStatistics): JsonObject {
  return { ...withJsonNames(rest), usage: withJsonNames(usage) };
}

/** The object's own names only; values, but for times, stay as they are. */
export function withJsonNames(record: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      toSnakeCase(name),
      value instanceof Date ? value.toISOString() : value,
    ]),
  );
}
