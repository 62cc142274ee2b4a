/** One step of bringing a tenant's search index up to the feed: a transaction of its own. */
import type { Connection, Database } from "../database.ts";
import { readChangedMessages } from "./changed-messages.ts";
import { forgetSessions, indexRanges, insertMessages } from "./index-messages.ts";
import { indexVersion } from "./index-version.ts";
import type { SearchProgress } from "./search-progress.ts";
import {
  insertSearchProgress,
  isUsable,
  readSearchProgress,
  writeSearchProgress,
} from "./search-progress.ts";
import type { SearchReading } from "./searched-message.ts";
import { messageColumns, readMessageRows } from "./searched-message.ts";

/** Messages that one transaction indexes. */
const MESSAGES = 200;
/** Emptying the index of a large tenant takes its time. */
const LIMIT_MS = 10 * 60_000;

/**
 * `more`: there is more to be indexed. `done`: the index holds what the feed tells. `busy`: another process is at it.
 * `foreign`: its rows are made by another tokenizer, and `mayRenew` is false. `renewed`: it is being made anew.
 */
export type IndexStepResult = "more" | "renewed" | "done" | "busy" | "foreign";

export interface IndexStepOptions {
  readonly schema: string;
  readonly tenant: string;
  /** Whether an index that was made by another tokenizer may be made anew. */
  readonly mayRenew: boolean;
  /** Whether to wait for a process that is at it. */
  readonly isPatient: boolean;
  /** The feed position beyond which the index need not go. */
  readonly upTo: number;
}

/**
 * Takes one step. A process that is killed in the middle leaves the index as it was: rows and progress are one
 * transaction, and its lock goes with its connection.
 */
export async function takeIndexStep(database: Database, options: IndexStepOptions): Promise<IndexStepResult> {
  return database.use((connection) => {
    const begin = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off";
    return connection.transaction(begin, () => takeStep(connection, options));
  });
}

async function takeStep(
  connection: Connection,
  { schema, tenant, mayRenew, isPatient, upTo }: IndexStepOptions,
): Promise<IndexStepResult> {
  const reading = { connection, schema, tenant };
  if ((await readSearchProgress(reading)) === undefined)
    await insertSearchProgress(connection, schema, tenant);
  const progress = await readSearchProgress(reading, isPatient ? "FOR UPDATE" : "FOR UPDATE SKIP LOCKED");
  if (progress === undefined) return "busy";
  const { last, floor } = await readFeedEnds(reading);
  const isNew = progress.version === "";
  if (isNew && floor === 0) {
    // The feed tells of every message.
    await writeSearchProgress(reading, { position: 0, cursor: undefined });
    return "more";
  }
  if (progress.version !== indexVersion || progress.position < floor) {
    if (!isNew && !mayRenew) return "foreign";
    if (!isNew) await clear(reading);
    await writeSearchProgress(reading, { position: last, cursor: { session: "", seq: 0 } });
    return isNew ? "more" : "renewed";
  }
  if (!isUsable(progress)) return build(reading, progress);
  if (progress.position >= Math.min(last, upTo)) return "done";
  const changed = await readChangedMessages(reading, progress.position, MESSAGES);
  await forgetSessions(reading, changed.erased);
  await indexRanges(reading, changed.ranges);
  await writeSearchProgress(reading, { position: changed.position, cursor: undefined });
  return changed.isComplete || changed.position >= upTo ? "done" : "more";
}

/** Indexes the messages after the cursor. What changes before it meanwhile is told by the feed, which is followed then. */
async function build(reading: SearchReading, { position, cursor }: SearchProgress): Promise<IndexStepResult> {
  const { connection, schema, tenant } = reading;
  const rows = await connection.query(
    `SELECT ${messageColumns}, m."removed_at" FROM "${schema}"."messages" m
    WHERE m."tenant_id" = $1 AND (m."session_id", m."seq") > ($2, $3)
    ORDER BY m."session_id", m."seq" LIMIT ${MESSAGES}`,
    [tenant, cursor?.session ?? "", cursor?.seq ?? 0],
  );
  const messages = await readMessageRows(
    reading,
    rows.filter((row) => row.at(-1) === 0),
  );
  await insertMessages(reading, messages);
  const last = rows.at(-1);
  const isBuilt = last === undefined || rows.length < MESSAGES;
  const next = isBuilt ? undefined : { session: last[0] as string, seq: last[1] as number };
  await writeSearchProgress(reading, { position, cursor: next });
  return "more";
}

async function readFeedEnds({
  connection,
  schema,
  tenant,
}: SearchReading): Promise<{ last: number; floor: number }> {
  const [row] = await connection.query(
    `SELECT (SELECT max("position") FROM "${schema}"."changes" WHERE "tenant_id" = $1),
      (SELECT "position" FROM "${schema}"."feed_floors" WHERE "tenant_id" = $1)`,
    [tenant],
  );
  return { last: Number(row?.[0] ?? 0), floor: Number(row?.[1] ?? 0) };
}

async function clear({ connection, schema, tenant }: SearchReading): Promise<void> {
  await connection.execute(`SET LOCAL statement_timeout = ${LIMIT_MS}`);
  await connection.query(`DELETE FROM "${schema}"."search_index" WHERE "tenant_id" = $1`, [tenant], {
    timeoutMs: LIMIT_MS,
  });
}
