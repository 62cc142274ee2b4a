/** One step of bringing the search index up to the feed. */
import { toFts5Text, tokenize } from "@throughline/core";
import type { SearchedMessage } from "./changed-messages.ts";
import { readChangedMessages, readMessages } from "./changed-messages.ts";
import type { Connection } from "./connection.ts";
import { lastPosition } from "./feed.ts";
import { noteErasedWords } from "./scrub-index.ts";
import { readSearchProgress, writeSearchProgress } from "./search-progress.ts";
import { sessionToken, tenantToken, userToken } from "./session-scope.ts";

/** Messages, and characters of them, that one write transaction indexes. */
export interface IndexBatchSize {
  readonly messages: number;
  readonly characters: number;
}

/** Appends wait while a transaction runs. */
export const shortBatches: IndexBatchSize = { messages: 200, characters: 256 * 1024 };
/** Each transaction leaves a segment of the index, which is merged with others: where a search waits, fewer are quicker. */
export const longBatches: IndexBatchSize = { messages: 1_000, characters: 1024 * 1024 };

/** What the index is to hold of one message; without texts it is to hold nothing. */
interface Entry {
  readonly messageKey: number;
  readonly texts?: { readonly words: string; readonly whole: string; readonly scope: string };
}

/** Entries that belong together in one transaction, in the order of the feed. */
export interface IndexStep {
  /** Where the index was when the step was prepared. */
  readonly from: number;
  /** Where it is when all batches are written. */
  readonly to: number;
  readonly batches: readonly (readonly Entry[])[];
}

/** Reads and tokenizes what comes next; inside a read transaction. Undefined: the index is up to date. */
export function prepareIndexStep(connection: Connection, size: IndexBatchSize): IndexStep | undefined {
  const from = readSearchProgress(connection);
  if (lastPosition(connection) <= from) return undefined;
  const { ranges, position } = readChangedMessages(connection, from, size.messages);
  const scopes = new Map<number, string>();
  const batches: Entry[][] = [];
  const seen = new Set<number>();
  let batch: Entry[] = [];
  let characters = 0;
  for (const range of ranges) {
    const scope = scopes.get(range.sessionKey) ?? readScope(connection, range.tenant, range.sessionKey);
    scopes.set(range.sessionKey, scope);
    for (const message of readMessages(connection, range)) {
      if (seen.has(message.messageKey)) continue;
      seen.add(message.messageKey);
      const entry = makeEntry(message, scope);
      batch.push(entry);
      characters += entry.texts?.words.length ?? 0;
      if (batch.length < size.messages && characters < size.characters) continue;
      batches.push(batch);
      batch = [];
      characters = 0;
    }
  }
  // The last batch writes the progress, so there is one even if nothing of it is to be indexed.
  batches.push(batch);
  return { from, to: position, batches };
}

/** The tokens by which the index finds the messages of a tenant, a session, a user. */
export function readScope(connection: Connection, tenant: number, sessionKey: number): string {
  // An erased session has no user any more, and no messages that would be indexed with this.
  const user = connection.readRow(`SELECT user_id FROM session_rows WHERE session_key = ?`, sessionKey)?.[0];
  return [tenantToken(tenant), sessionToken(sessionKey), userToken(String(user ?? ""))].join(" ");
}

function makeEntry(message: SearchedMessage, scope: string): Entry {
  const { messageKey } = message;
  return message.isRemoved
    ? { messageKey }
    : { messageKey, texts: { ...toFts5Text(tokenize(message.readText())), scope } };
}

/** Puts one message into the index, or takes it out. */
export function indexMessage(connection: Connection, message: SearchedMessage, scope: string): void {
  writeEntry(connection, makeEntry(message, scope));
}

/** Writes one batch of a step; false if another process has gone on with the index in the meantime. */
export function writeIndexBatch(connection: Connection, step: IndexStep, index: number): boolean {
  connection.prepare("BEGIN IMMEDIATE").run();
  try {
    const isCurrent = readSearchProgress(connection) === step.from;
    if (isCurrent) {
      for (const entry of step.batches[index] ?? []) writeEntry(connection, entry);
      if (index === step.batches.length - 1) writeSearchProgress(connection, step.to);
    }
    connection.prepare("COMMIT").run();
    return isCurrent;
  } catch (error) {
    connection.rollBack();
    throw error;
  }
}

function writeEntry(connection: Connection, { messageKey, texts }: Entry): void {
  // Its session may have been erased since the entry was made.
  const isThere =
    connection.readRow(`SELECT 1 FROM message_rows WHERE message_key = ?`, messageKey) !== undefined;
  if (texts === undefined || !isThere) {
    connection.run(`DELETE FROM search_index WHERE rowid = ?`, messageKey);
    noteErasedWords(connection);
    return;
  }
  connection.run(
    `INSERT OR REPLACE INTO search_index (rowid, words, whole, scope) VALUES (?, ?, ?, ?)`,
    messageKey,
    texts.words,
    texts.whole,
    texts.scope,
  );
}
