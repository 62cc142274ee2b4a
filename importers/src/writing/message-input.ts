import type { MessageInput, Row } from "@throughline/core";
import type { ByteRange, ImportedMessage } from "../importer.ts";

/** Where an imported message's bytes are: what its `native` field says. */
export interface NativeRanges {
  readonly format: string;
  readonly source: string;
  readonly ranges: readonly ByteRange[];
}

/** An imported message as the library takes it. */
export function toMessageInput(message: ImportedMessage): MessageInput {
  const { id, role, content, parent, createdAt, model, usage, metadata } = message;
  const input: Writable<MessageInput> = { id, role, content };
  if (parent !== undefined) input.parentId = parent;
  if (createdAt !== undefined) input.createdAt = new Date(createdAt);
  if (model !== undefined) input.model = model;
  if (usage !== undefined) input.usage = usage;
  if (metadata !== undefined) input.metadata = metadata;
  return input;
}

type Writable<Object> = { -readonly [Name in keyof Object]: Object[Name] };

/** A message with the further lines of the same answer. */
export function continueMessage(message: ImportedMessage, further: ImportedMessage): ImportedMessage {
  const metadata = { ...message.metadata, ...further.metadata };
  return {
    ...message,
    content: [...partsOf(message.content), ...partsOf(further.content)],
    ranges: [...message.ranges, ...further.ranges],
    ...(further.model === undefined ? undefined : { model: further.model }),
    ...(further.usage === undefined ? undefined : { usage: further.usage }),
    ...(Object.keys(metadata).length === 0 ? undefined : { metadata }),
  };
}

function partsOf(content: ImportedMessage["content"]): Exclude<ImportedMessage["content"], string> {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** Whether a message was made from these bytes already. */
export function isMadeFrom(native: NativeRanges, source: string, ranges: readonly ByteRange[]): boolean {
  if (native.source !== source) return true;
  const known = new Set(native.ranges.map(String));
  return ranges.every((range) => known.has(String(range)));
}

/** Where a stored message's bytes are; undefined if it was deleted, or not imported. */
export function nativeRangesOf(row: Row): NativeRanges | undefined {
  if (row.removedAt !== 0 || row.native === "") return undefined;
  const native = JSON.parse(row.native as string) as Partial<NativeRanges>;
  return native.ranges === undefined ? undefined : (native as NativeRanges);
}
