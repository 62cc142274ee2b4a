/** What is to be written of a conversation, in what order, and which position its head will be. */
import type { NewMessage, Row, SourcePart, Write } from "@throughline/core";
import type { ImportedMessage, ImportedSession, ImportedSessionPart } from "../importer.ts";
import { type ImportedRecords, countBlobs } from "./imported-records.ts";
import type { StoredNote } from "./part-note.ts";
import type { StoredMessage } from "./stored-messages.ts";

/** A session that lies in a file of many, with all its messages. */
export interface Conversation {
  readonly session: ImportedSession;
  readonly part: ImportedSessionPart;
  readonly messages: readonly ImportedMessage[];
}

export interface Target {
  readonly conversation: Conversation;
  readonly session: string;
  /** Undefined while the session is not there. */
  readonly row: Row | undefined;
  readonly creation: readonly Write[];
  readonly stored: StoredNote | undefined;
}

export interface Plan {
  readonly appends: readonly AppendGroup[];
  readonly chunks: readonly Write[];
  /** Places of messages that are as they were. */
  readonly natives: readonly Write[];
  /** Messages that the tool changed. */
  readonly changed: readonly StoredMessage[];
  readonly removals: readonly Write[];
  readonly older: readonly SourcePart[];
  readonly seqs: Map<string, number>;
  /** Whether nobody has moved the head since an import set it. */
  readonly isHeadOurs: boolean;
}

/** New messages that fit one batch with what else it says. */
export interface AppendGroup {
  readonly messages: readonly NewMessage[];
  readonly bytes: number;
}

/** What one batch takes, with room to spare under the contract's limits. */
export const batchRecords = 800;
export const batchBytes = 2.5 * 1024 * 1024;
/** A change of a message's place in its source, and a chunk that is small. */
export const smallBytes = 300;

/** Messages and bytes of a file that go into one append. What is larger is staged. */
const groupMessages = 200;
const groupBytes = 1024 * 1024;

/** The records of new messages. One that can't be stored is left out: what followed it follows what it followed. */
export async function makeAppends(
  records: ImportedRecords,
  { messages }: Conversation,
  fresh: readonly ImportedMessage[],
  seqs: ReadonlyMap<string, number>,
): Promise<readonly AppendGroup[]> {
  const parents = new Map(messages.map((message, index) => [message.id, parentOf(messages, message, index)]));
  const there = new Set(seqs.keys());
  const groups: AppendGroup[] = [];
  for (const some of cut(fresh)) {
    const made = await records.make(some);
    for (const { record } of made) there.add(record.id as string);
    const placed = made.map((message) => {
      let parent = parents.get(message.record.id as string) ?? null;
      while (parent !== null && !there.has(parent)) parent = parents.get(parent) ?? null;
      return { ...message, parent: parent ?? 0 };
    });
    if (placed.length > 0) groups.push({ messages: placed, bytes: sum(some.map(bytesOf)) });
  }
  return groups;
}

function parentOf(
  messages: readonly ImportedMessage[],
  { parent }: ImportedMessage,
  index: number,
): string | null {
  return parent === undefined ? (messages[index - 1]?.id ?? null) : parent;
}

function* cut(messages: readonly ImportedMessage[]): Generator<readonly ImportedMessage[], void, undefined> {
  let group: ImportedMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (group.length === groupMessages || (group.length > 0 && bytes + bytesOf(message) > groupBytes)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(message);
    bytes += bytesOf(message);
  }
  if (group.length > 0) yield group;
}

/** About what a message takes: its bytes in the file, and its other fields. */
function bytesOf({ ranges }: ImportedMessage): number {
  return sum(ranges.map(([, length]) => length)) + 500;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The head after an append: a new message that follows it becomes the head. Positions are noted. */
export function headAfter(
  head: number,
  first: number,
  messages: readonly NewMessage[],
  seqs: Map<string, number>,
): number {
  let at = head;
  for (const [index, { record, parent }] of messages.entries()) {
    const seq = first + index;
    const parentSeq = typeof parent === "string" ? seqs.get(parent) : 0;
    seqs.set(record.id as string, seq);
    if (parentSeq === at) at = seq;
  }
  return at;
}

/** The position of the message that a tool shows last, or of the nearest above it that is here. */
export function shownPosition({ part, messages }: Conversation, seqs: ReadonlyMap<string, number>): number {
  const parents = new Map(messages.map((message, index) => [message.id, parentOf(messages, message, index)]));
  let id = part.head;
  while (id !== null && !seqs.has(id)) id = parents.get(id) ?? null;
  return id === null ? 0 : (seqs.get(id) ?? 0);
}

/** Whether one batch takes it all. */
export function isSmall(
  { creation }: Target,
  { appends, chunks, natives, removals, changed }: Plan,
): boolean {
  const messages = sum(appends.map(({ messages: some }) => some.length + countBlobs(some)));
  const records = creation.length + messages + chunks.length + natives.length + removals.length + 2;
  const bytes =
    sum(appends.map((group) => group.bytes)) +
    chunks.length * 64 * 1024 +
    (natives.length + removals.length) * smallBytes;
  return changed.length === 0 && appends.length <= 1 && records <= batchRecords && bytes <= batchBytes;
}
