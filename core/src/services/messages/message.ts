/** Messages as callers see them, and how they are written down. */
import { ThroughlineError } from "../../error.ts";
import type { Row, RowOf, StoredRecord } from "../../model/kind.ts";
import type { Content } from "../../model/message-content.ts";
import { decodeContent, encodeContent } from "../../model/message-content.ts";
import type { messages } from "../../model/messages.ts";
import { fromJsonNames, toSnakeCase } from "../../schemas/json-names.ts";
import { readMetadata, writeMetadata } from "../../schemas/json-value.ts";
import type { CheckedMessageInput, Usage } from "../../schemas/message-input.ts";

export type Role = "user" | "assistant" | "system" | "tool";

export interface Message {
  readonly id: string;
  readonly sessionId: string;
  /** Its position: from 1, without gaps, never changed and never reused. */
  readonly seq: number;
  /** The position it follows; null for the first. */
  readonly parentSeq: number | null;
  readonly role: Role;
  /** As it was given: a string, or parts. */
  readonly content: Content;
  readonly tokenCount: number;
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly cost: number | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly revision: number;
  /** When it was deleted: only lists that were asked for deleted messages show it, without content. */
  readonly removedAt?: Date;
  /** Given where it was asked for and there is one. */
  readonly native?: Native;
}

/** The message as another program wrote it. */
export type Native =
  | { readonly format: string; readonly text: string }
  /** Where the bytes are in an imported source. */
  | {
      readonly format: string;
      readonly source: string;
      readonly ranges: readonly (readonly [number, number])[];
    };

/**
 * What a message says. Staged content must have been fetched into the row.
 *
 * @throws ThroughlineError `unavailable` with reason `damaged` for content that is not as it was written
 */
export function readContent({
  sessionId,
  id,
  content,
  contentFormat,
}: Pick<RowOf<typeof messages>, "sessionId" | "id" | "content" | "contentFormat">): Content {
  try {
    return decodeContent(content, contentFormat);
  } catch (error) {
    throw new ThroughlineError("unavailable", `The content of the message ${id} is damaged.`, {
      reason: "damaged",
      details: { session: sessionId, id },
      cause: error,
    });
  }
}

/** A message for callers. @throws as `readContent` */
export function toMessage(row: Row): Message {
  const record = row as RowOf<typeof messages>;
  const createdAt = new Date(record.createdAt);
  return {
    id: record.id,
    sessionId: record.sessionId,
    seq: record.seq,
    parentSeq: record.parentSeq === 0 ? null : record.parentSeq,
    role: record.role as Role,
    content: readContent(record),
    tokenCount: record.tokenCount,
    model: record.model === "" ? null : record.model,
    usage: record.usage === "" ? null : fromJsonNames(JSON.parse(record.usage) as object),
    cost: record.cost,
    metadata: readMetadata(record.metadata),
    createdAt,
    updatedAt: record.updatedAt === 0 ? createdAt : new Date(record.updatedAt),
    revision: record.revision,
    ...(record.removedAt === 0 ? undefined : { removedAt: new Date(record.removedAt) }),
    // Not read unless asked for.
    ...((record.native as string | undefined) === undefined || record.native === ""
      ? undefined
      : { native: JSON.parse(record.native) as Native }),
  };
}

/** A new message's record, without the fields that an append gives it. */
export function newMessageRecord(id: string, now: number, input: CheckedMessageInput): StoredRecord {
  return {
    id,
    role: input.role,
    ...encodeContent(input.content),
    tokenCount: input.tokenCount ?? input.usage?.output ?? 0,
    model: input.model ?? "",
    usage: writeUsage(input.usage),
    cost: input.cost ?? null,
    metadata: writeMetadata(input.metadata),
    native: input.native === undefined ? "" : JSON.stringify(input.native),
    createdAt: input.createdAt?.getTime() ?? now,
    updatedAt: 0,
  };
}

function writeUsage(usage: Usage | null | undefined): string {
  if (usage === undefined || usage === null) return "";
  return JSON.stringify(
    Object.fromEntries(Object.entries(usage).map(([name, value]) => [toSnakeCase(name), value])),
  );
}

export function messageNotFound(session: string, id: string): ThroughlineError {
  return new ThroughlineError("not_found", `There is no message ${id} in this session.`, {
    reason: "message",
    details: { session, id },
  });
}
