/** One step of bringing the search index up to the feed. */
import type { SearchedMessage } from "./changed-messages.ts";
import { readChangedMessages, readMessages, readText } from "./changed-messages.ts";
import type { Connection } from "./connection.ts";
import { lastPosition } from "./feed.ts";
import type { IndexBatch, IndexEntry } from "./index-batches.ts";
import { entriesOf } from "./index-batches.ts";
import { noteErasedWords } from "./scrub-index.ts";
import { readSearchProgress, writeSearchProgress } from "./search-progress.ts";
import { hasSlices, removeSlices, sliceKey } from "./search-rows.ts";
import { sessionToken, tenantToken, userToken } from "./session-scope.ts";

export interface IndexStep {
  /** Where the index was when the step was read. */
  readonly from: number;
  /** Where it is when all of it is written. */
  readonly to: number;
  /** What changed, each message once; what is staged of it is not read yet. */
  readonly messages: readonly SearchedMessage[];
}

/** Reads what comes next, about so many messages; inside a read transaction. Undefined: the index is up to date. */
export function readIndexStep(connection: Connection, count: number): IndexStep | undefined {
  const from = readSearchProgress(connection);
  if (lastPosition(connection) <= from) return undefined;
  const { ranges, position } = readChangedMessages(connection, from, count);
  const messages = new Map<number, SearchedMessage>();
  for (const range of ranges) {
    for (const message of readMessages(connection, range)) messages.set(message.messageKey, message);
  }
  return { from, to: position, messages: [...messages.values()] };
}

/** The tokens by which the index finds the messages of a tenant, a session, a user. */
function readScope(connection: Connection, { tenant, sessionKey }: SearchedMessage): string {
  // An erased session has no user any more, and no messages that would be indexed with this.
  const user = connection.readRow(`SELECT user_id FROM session_rows WHERE session_key = ?`, sessionKey)?.[0];
  return [tenantToken(tenant), sessionToken(sessionKey), userToken(String(user ?? ""))].join(" ");
}

/** Puts messages of one session into the index, or takes them out, at once. */
export function indexMessages(connection: Connection, messages: readonly SearchedMessage[]): void {
  const writing = new IndexWriting(connection);
  for (const message of messages) {
    const text = message.isRemoved ? "" : readText(connection, message);
    for (const entry of entriesOf(message, text)) writing.write(entry);
  }
}

/** Writes one batch of a step; false if another process has gone on with the index in the meantime. */
export function writeIndexBatch(
  connection: Connection,
  { from, to }: IndexStep,
  { entries, isLast }: IndexBatch,
): boolean {
  connection.prepare("BEGIN IMMEDIATE").run();
  try {
    const isCurrent = readSearchProgress(connection) === from;
    if (isCurrent) {
      const writing = new IndexWriting(connection);
      for (const entry of entries) writing.write(entry);
      if (isLast) writeSearchProgress(connection, to);
    }
    connection.prepare("COMMIT").run();
    return isCurrent;
  } catch (error) {
    connection.rollBack();
    throw error;
  }
}

/** The writes of one transaction. */
class IndexWriting {
  readonly #connection: Connection;
  /** Each session's tokens. */
  readonly #scopes = new Map<number, string>();
  readonly #hasSlices: boolean;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#hasSlices = hasSlices(connection);
  }

  write({ message, texts, slice, isLast }: IndexEntry): void {
    const { messageKey, sessionKey, revision } = message;
    const now = this.#connection.readRow(
      `SELECT revision FROM message_rows WHERE message_key = ? AND session_key = ?`,
      messageKey,
      sessionKey,
    )?.[0];
    // It was changed since it was read: the feed tells of that, after this step. Its session may have been erased, too.
    if (now !== undefined && now !== revision) return;
    if (texts === undefined || now === undefined) {
      this.#removeRow(messageKey);
      this.#removeSlices(messageKey, 0);
      noteErasedWords(this.#connection);
      return;
    }
    this.#connection.run(
      `INSERT OR REPLACE INTO search_index (rowid, words, whole, scope) VALUES (?, ?, ?, ?)`,
      slice === undefined ? messageKey : sliceKey(messageKey, slice),
      texts.words,
      texts.whole,
      this.#scopeOf(message),
    );
    if (!isLast) return;
    // What it had before. Another process may be writing the same slices, so they are not removed before they are written.
    if (slice !== undefined) this.#removeRow(messageKey);
    this.#removeSlices(messageKey, slice === undefined ? 0 : slice + 1);
  }

  #removeRow(messageKey: number): void {
    this.#connection.run(`DELETE FROM search_index WHERE rowid = ?`, messageKey);
  }

  #removeSlices(messageKey: number, from: number): void {
    if (this.#hasSlices) removeSlices(this.#connection, messageKey, from);
  }

  #scopeOf(message: SearchedMessage): string {
    const scope = this.#scopes.get(message.sessionKey) ?? readScope(this.#connection, message);
    this.#scopes.set(message.sessionKey, scope);
    return scope;
  }
}
