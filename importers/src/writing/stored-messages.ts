/** How the messages of a conversation stand to those that are stored. */
import { isDeepStrictEqual } from "node:util";
import type { Row, ServiceContext } from "@throughline/core";
import { fetchStagedFields, toMessage } from "@throughline/core";
import type { ByteRange, ImportedMessage } from "../importer.ts";
import { nativeRangesOf } from "./message-input.ts";

export interface StoredMessages {
  readonly seqs: ReadonlyMap<string, number>;
  readonly fresh: readonly ImportedMessage[];
  /** Imported, and as they are in the file. */
  readonly same: readonly StoredMessage[];
  /** Imported, and changed in the file since. */
  readonly changed: readonly StoredMessage[];
  /** What a person has put in a message's place. */
  readonly replaced: number;
  /** Where the bytes of messages are that were deleted here. */
  readonly deleted: readonly ByteRange[];
}

export interface StoredMessage {
  readonly message: ImportedMessage;
  readonly seq: number;
  readonly revision: number;
}

const readTogether = 200;

/** Holds messages against those of the same ids. */
export async function compareStored(
  context: ServiceContext,
  session: string,
  messages: readonly ImportedMessage[],
): Promise<StoredMessages> {
  const seqs = new Map<string, number>();
  const fresh: ImportedMessage[] = [];
  const same: StoredMessage[] = [];
  const changed: StoredMessage[] = [];
  const deleted: ByteRange[] = [];
  let replaced = 0;
  for (let begin = 0; begin < messages.length; begin += readTogether) {
    const some = messages.slice(begin, begin + readTogether);
    const rows = await readRows(context, session, some);
    for (const [index, message] of some.entries()) {
      const row = rows[index];
      if (row === undefined) {
        fresh.push(message);
        continue;
      }
      seqs.set(message.id, row.seq as number);
      if (row.removedAt !== 0) deleted.push(...message.ranges);
      else if (nativeRangesOf(row) === undefined) replaced += 1;
      else {
        const { seq, revision } = row as Row & Record<"seq", number>;
        const [whole = row] = await fetchStagedFields(context, [row]);
        (says(whole, message) ? same : changed).push({ message, seq, revision });
      }
    }
  }
  return { seqs, fresh, same, changed, replaced, deleted };
}

/** How messages stand to those of a session that is not there yet. */
export function noneStored(messages: readonly ImportedMessage[]): StoredMessages {
  return { seqs: new Map(), fresh: messages, same: [], changed: [], replaced: 0, deleted: [] };
}

/** Whether a position is where a conversation begins, or holds a message as an import wrote it. */
export async function isImported(
  { store, tenant }: ServiceContext,
  session: string,
  seq: number,
): Promise<boolean> {
  if (seq === 0) return true;
  const { answers } = await store.read({
    tenant,
    requests: [{ type: "get", kind: "messages", keys: [[session, seq]], select: "all" }],
  });
  const row = answers[0][0];
  return row !== undefined && nativeRangesOf(row) !== undefined;
}

async function readRows(
  { store, tenant }: ServiceContext,
  session: string,
  messages: readonly ImportedMessage[],
): Promise<readonly (Row | undefined)[]> {
  const keys = messages.map(({ id }) => ({ unique: "id", values: [session, id] }));
  const { answers } = await store.read({
    tenant,
    requests: [{ type: "get", kind: "messages", keys, select: "all" }],
  });
  return answers[0];
}

/** Whether a stored message says what this one does. */
function says(row: Row, { role, content, model, metadata }: ImportedMessage): boolean {
  const stored = toMessage(row);
  return (
    stored.role === role &&
    stored.model === (model ?? null) &&
    isDeepStrictEqual(asJson(stored.content), asJson(content)) &&
    isDeepStrictEqual(asJson(stored.metadata), asJson(metadata ?? {}))
  );
}

/** As it would be read back: -0 is 0, and what is undefined is absent. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
