/** Sessions as callers see them, and how they are written down. */
import type { FieldValue, Row, RowOf, StoredRecord } from "../../model/kind.ts";
import { completeRecord } from "../../model/kind.ts";
import { sessions } from "../../model/sessions.ts";
import { readMetadata, writeMetadata } from "../../schemas/json-value.ts";
import { dateOf } from "../../schemas/time.ts";

export interface Session {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly projectId: string | null;
  readonly toolId: string | null;
  readonly profileId: string | null;
  readonly terminalId: string | null;
  readonly externalKey: string | null;
  readonly title: string | null;
  readonly model: string | null;
  readonly status: "active" | "archived" | "expired";
  readonly archived: boolean;
  readonly pinned: boolean;
  readonly tags: readonly string[];
  readonly workspacePath: string | null;
  readonly processId: number | null;
  readonly parentSessionId: string | null;
  /** The parent's position that this session shares history up to; null without a parent, 0 where nothing is shared. */
  readonly forkedAt: number | null;
  readonly summary: string | null;
  /** Live messages of the session itself. */
  readonly messageCount: number;
  readonly tokenCount: number;
  readonly contextSizeBytes: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastActivity: Date;
  readonly endedAt: Date | null;
  readonly expiresAt: Date | null;
  /** Raised by every change: pass it as `expectedRevision` to change only what you have seen. */
  readonly revision: number;
}

/** A session for callers. */
export function toSession(tenantId: string, row: Row): Session {
  const record = row as RowOf<typeof sessions>;
  const parentSessionId = text(record.parentSessionId);
  return {
    id: record.id,
    tenantId,
    userId: record.userId,
    projectId: text(record.projectId),
    toolId: text(record.toolId),
    profileId: text(record.profileId),
    terminalId: text(record.terminalId),
    externalKey: text(record.externalKey),
    title: text(record.title),
    model: text(record.model),
    status: record.status as Session["status"],
    archived: record.status === "archived",
    pinned: record.pinned,
    tags: record.tags === "" ? [] : (JSON.parse(record.tags) as string[]),
    workspacePath: text(record.workspacePath),
    processId: record.processId === 0 ? null : record.processId,
    parentSessionId,
    forkedAt: parentSessionId === null ? null : record.forkedAt,
    summary: text(record.summary),
    messageCount: record.messageCount,
    tokenCount: record.tokenCount,
    contextSizeBytes: record.contextSizeBytes,
    metadata: readMetadata(record.metadata),
    metrics: readMetadata(record.metrics),
    createdAt: new Date(record.createdAt),
    updatedAt: new Date(record.updatedAt),
    lastActivity: new Date(record.lastActivity),
    endedAt: dateOf(record.endedAt),
    expiresAt: dateOf(record.expiresAt),
    revision: record.revision,
  };
}

function text(value: string): string | null {
  return value === "" ? null : value;
}

/** Fields of arguments whose record has another name for them. */
const fieldNames: Readonly<Record<string, string>> = {
  user: "userId",
  project: "projectId",
  tool: "toolId",
  profile: "profileId",
  terminal: "terminalId",
  parent: "parentSessionId",
};

/** The record's name of an argument: `userId` for `user`. */
export function sessionField(name: string): string {
  return fieldNames[name] ?? name;
}

/** Record fields for checked arguments: null and absent text is `''`, times are milliseconds. */
export function sessionFields(input: object): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(input)) {
    if (value !== undefined) fields[sessionField(name)] = fieldValue(name, value);
  }
  return fields;
}

function fieldValue(name: string, value: unknown): FieldValue {
  if (name === "metadata" || name === "metrics") return writeMetadata(value as Record<string, unknown>, name);
  if (name === "tags")
    return (value as unknown[]).length === 0 ? "" : JSON.stringify([...new Set(value as string[])]);
  if (value instanceof Date) return value.getTime();
  if (value !== null) return value as FieldValue;
  return sessions.fields[name as keyof typeof sessions.fields]?.type === "integer" ? 0 : "";
}

/** A new session's record. */
export function newSessionRecord(id: string, now: number, fields: StoredRecord): StoredRecord {
  const createdAt = (fields.createdAt as number | undefined) ?? now;
  return completeRecord(sessions, {
    userId: "local",
    status: "active",
    listed: true,
    lastActivity: createdAt,
    updatedAt: now,
    ...fields,
    createdAt,
    id,
  });
}

/** Ancestors that a record names. What a fork shares is in its history, whole. */
const namedAncestors = 1_000;

/** The nearest ancestors of a session's child, nearest first, as a record has them. The row must have been read whole. */
export function ancestorsOfChild(parent: Row): string {
  const { id, ancestors } = parent as RowOf<typeof sessions>;
  const older = ancestors === "" ? [] : (JSON.parse(ancestors) as string[]);
  return JSON.stringify([id, ...older].slice(0, namedAncestors));
}
