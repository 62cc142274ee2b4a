/** Messages as they are now, with what is searched of them. */
import { decodeInTurns } from "../../contract/decode-in-turns.ts";
import { searchedBlobs, textOfMessage } from "../../contract/message-text.ts";
import type { Row } from "../../model/kind.ts";
import { messages } from "../../model/messages.ts";
import { blobPieces } from "../../model/blobs.ts";
import { sessions } from "../../model/sessions.ts";
import type { IndexContext } from "./index-context.ts";
import type { IndexedMessage, MessageKey } from "./indexed-message.ts";
import type { TenantStore } from "./tenant-store.ts";

/** A message that is there: neither it nor its session was removed. */
export interface LiveMessage {
  readonly row: Row;
  readonly session: Row;
  readonly text: string;
}

/** Messages whose text is in memory at a time. */
export const MESSAGES_AT_ONCE = 100;

type Reading = Pick<IndexContext, "store" | "rest">;

/** The messages of some keys that are there, up to `MESSAGES_AT_ONCE`, in the order of the keys. */
export async function readLiveMessages(
  reading: Reading,
  keys: readonly MessageKey[],
): Promise<LiveMessage[]> {
  const names = [...new Set(keys.map(({ session }) => session))];
  const { rows } = await reading.store.getRows(
    { kind: messages, keys: keys.map(({ session, seq }) => [session, seq]), select: "plain" },
    { kind: sessions, keys: names.map((name) => [name]), select: "plain" },
  );
  const bySession = new Map(rows[1]?.map((row) => [row?.id, row]));
  const live: LiveMessage[] = [];
  for (const row of rows[0] ?? []) {
    const session = bySession.get(row?.sessionId ?? "");
    if (row === undefined || row.removedAt !== 0 || session === undefined) continue;
    live.push({ row, session, text: await readText(reading, row) });
  }
  return live;
}

/** What an index keeps of a message, but for its length. */
export function toIndexedMessage(row: Row): Omit<IndexedMessage, "length"> {
  return {
    session: row.sessionId as string,
    seq: row.seq as number,
    revision: row.revision,
    role: row.role as string,
    createdAt: row.createdAt as number,
  };
}

async function readText({ store, rest }: Reading, row: Row): Promise<string> {
  const texts = new Map<string, string>();
  for (const hash of searchedBlobs(row)) {
    texts.set(hash, await decodeInTurns(await readPieces(store, hash), rest));
  }
  return textOfMessage(row, (hash) => texts.get(hash) ?? "");
}

async function readPieces(store: TenantStore, hash: string): Promise<readonly Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for (let after: Parameters<TenantStore["readPage"]>[1]["after"]; ;) {
    const page = await store.readPage(blobPieces, {
      prefix: [hash],
      limit: 8,
      select: "all",
      ...(after !== undefined && { after }),
    });
    pieces.push(...page.rows.map((row) => row.bytes as Uint8Array));
    after = page.next;
    if (after === undefined) return pieces;
  }
}
