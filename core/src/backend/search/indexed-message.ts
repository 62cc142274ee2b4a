/** What a segment knows of its messages. */
import { compareKeys } from "../../model/kind.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";

export interface MessageKey {
  readonly session: string;
  readonly seq: number;
}

/** A message as it was when it was indexed. */
export interface IndexedMessage extends MessageKey {
  /** Another one now: it was changed since. */
  readonly revision: number;
  readonly role: string;
  readonly createdAt: number;
  /** Its words. */
  readonly length: number;
}

/** The order of the messages of a segment: those of a session stand together. */
export function compareMessages(left: MessageKey, right: MessageKey): number {
  return compareKeys([left.session, left.seq], [right.session, right.seq]);
}

/** One string for a message, for maps. */
export function messageName({ session, seq }: MessageKey): string {
  return `${seq} ${session}`;
}

/** Messages in a block. */
export const MESSAGES_A_BLOCK = 512;

/** Writes messages in order: a session's name once, then its messages. */
export function encodeMessages(messages: readonly IndexedMessage[]): Uint8Array {
  const writer = new ByteWriter(16 * messages.length + 64);
  const roles = [...new Set(messages.map(({ role }) => role))];
  writer.writeNumber(roles.length);
  for (const role of roles) writer.writeText(role);
  let previous: IndexedMessage | undefined;
  for (const message of messages) {
    const isSameSession = previous?.session === message.session;
    // A difference is never 0, so 0 says that another session begins.
    if (isSameSession) writer.writeNumber(message.seq - (previous?.seq ?? 0));
    else {
      writer.writeNumber(0);
      writer.writeText(message.session);
      writer.writeNumber(message.seq);
    }
    writer.writeNumber(message.revision);
    writer.writeNumber(roles.indexOf(message.role));
    writer.writeReal(message.createdAt);
    writer.writeNumber(message.length);
    previous = message;
  }
  return writer.copy();
}

export function decodeMessages(bytes: Uint8Array): IndexedMessage[] {
  const reader = new ByteReader(bytes);
  const roles = Array.from({ length: reader.readNumber() }, () => reader.readText());
  const messages: IndexedMessage[] = [];
  let session = "";
  let seq = 0;
  while (!reader.isAtEnd) {
    const step = reader.readNumber();
    if (step === 0) session = reader.readText();
    seq = step === 0 ? reader.readNumber() : seq + step;
    messages.push({
      session,
      seq,
      revision: reader.readNumber(),
      role: roles[reader.readNumber()] ?? "",
      createdAt: reader.readReal(),
      length: reader.readNumber(),
    });
  }
  return messages;
}
