import { tokenizerVersion } from "@throughline/core";
import { readMessages } from "./changed-messages.ts";
import type { Connection } from "./connection.ts";
import { lastPosition } from "./feed.ts";
import { indexMessages } from "./index-messages.ts";
import { writeSearchProgress } from "./search-progress.ts";

/** What the tokens of an index depend on: the core's tokenizer, and the Unicode tables that this Node brings. */
const tokenizer = `${tokenizerVersion} unicode ${process.versions.unicode ?? ""}`;

/** Messages read at once. */
const MESSAGES = 200;

/**
 * Makes the search index anew where it holds the tokens of another tokenizer: a query would not find them. It takes one
 * transaction, so that no process searches half an index; other writers wait for about a second in 20,000 messages.
 */
export function renewSearchIndex(connection: Connection): void {
  if (isCurrent(connection)) return;
  connection.prepare("BEGIN IMMEDIATE").run();
  try {
    // Another process may have been faster.
    if (!isCurrent(connection)) renew(connection);
    connection.prepare("COMMIT").run();
  } catch (error) {
    connection.rollBack();
    throw error;
  }
}

function isCurrent(connection: Connection): boolean {
  return connection.readRow(`SELECT value FROM store_info WHERE name = 'tokenizer'`)?.[0] === tokenizer;
}

function renew(connection: Connection): void {
  connection.run(`INSERT INTO search_index (search_index) VALUES ('delete-all')`);
  const sessions = connection.readRows(
    `SELECT s.session_key, s.tenant, l.last_seq FROM session_rows s
    JOIN session_logs l ON l.session_key = s.session_key WHERE l.last_seq > 0`,
  );
  for (const session of sessions) {
    const [sessionKey = 0, tenant = 0, lastSeq = 0] = session.map(Number);
    for (let firstSeq = 1; firstSeq <= lastSeq; firstSeq += MESSAGES) {
      const range = { tenant, sessionKey, firstSeq, count: MESSAGES };
      indexMessages(connection, readMessages(connection, range));
    }
  }
  writeSearchProgress(connection, lastPosition(connection));
  connection.run(
    `INSERT INTO store_info (name, value) VALUES ('tokenizer', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    tokenizer,
  );
}
