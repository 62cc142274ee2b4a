import type { Kind, StoredRecord } from "@throughline/core";
import { SESSION_LOG_FIELDS, columnName, completeRecord, messages, sessions } from "@throughline/core";
import type { SchemaDatabase, SchemaValue } from "../../migrations/schema-database.ts";

export interface AddedSession {
  /** Number of the session inside the file. */
  readonly key: number;
  readonly id: string;
  /** Texts of its messages; each counts as one token. */
  readonly messages: readonly string[];
  /** Number of the tenant. Default: 1, whose id is `local`. */
  readonly tenant?: number;
  /** What else its record holds. Default: nothing. */
  readonly fields?: StoredRecord;
  /** When it was created; its messages follow a second apart. Default: 1,000. */
  readonly createdAt?: number;
}

/** Writes a session with its messages and its feed entry, as the store leaves them. */
export function addSession(database: SchemaDatabase, session: AddedSession): void {
  const { key, id, messages: texts, tenant = 1, fields, createdAt = 1_000 } = session;
  const count = texts.length;
  const lastActivity = createdAt + count * 1_000;
  const counts = { lastSeq: count, headSeq: count, messageCount: count, tokenCount: count };
  const times = { createdAt, lastActivity, updatedAt: lastActivity };
  const record = { id, userId: "local", status: "active", listed: true, ...counts, ...times, ...fields };
  const columns = columnsOf(sessions, record);
  const logNames = new Set<string>(SESSION_LOG_FIELDS.map((field) => columnName(sessions, field)));
  const isLog = ([name]: readonly [string, unknown]): boolean => logNames.has(name);
  const tenantId = tenant === 1 ? "local" : `tenant-${tenant}`;
  insert(
    database,
    "tenants",
    [
      ["tenant", tenant],
      ["tenant_id", tenantId],
    ],
    "OR IGNORE",
  );
  insert(database, "session_rows", [
    ["session_key", key],
    ["tenant", tenant],
    ...columns.filter((column) => !isLog(column)),
  ]);
  insert(database, "session_logs", [
    ["session_key", key],
    ["shelf", tenant * 2 + 1],
    ["revision", 1],
    ...columns.filter(isLog),
  ]);
  texts.forEach((content, index) => {
    const role = index % 2 === 0 ? "user" : "assistant";
    const writtenAt = createdAt + (index + 1) * 1_000;
    const message = {
      id: `message-${index + 1}`,
      seq: index + 1,
      parentSeq: index,
      role,
      content,
      tokenCount: 1,
      createdAt: writtenAt,
    };
    const own = columnsOf(messages, message).filter(([name]) => name !== "session_id");
    insert(database, "message_rows", [["session_key", key], ["revision", 1], ...own]);
  });
  const created = { kind: "sessions", change: "insert", key: [id], session: id };
  const appended = { kind: "messages", change: "append", key: [id, 1], session: id, count };
  addFeedEntry(database, tenant, lastActivity, count === 0 ? [created] : [created, appended]);
}

/** Adds an entry to the feed, written out. */
export function addFeedEntry(
  database: SchemaDatabase,
  tenant: number,
  at: number,
  changes: readonly object[],
): void {
  insert(database, "changes", [
    ["tenant", tenant],
    ["at", at],
    ["user_id", "local"],
    ["entries", JSON.stringify(changes)],
  ]);
}

type Column = readonly [name: string, value: SchemaValue];

function columnsOf(kind: Kind, given: StoredRecord): Column[] {
  return Object.entries(completeRecord(kind, given)).map(([field, value]) => [
    columnName(kind, field),
    typeof value === "boolean" ? Number(value) : (value as SchemaValue),
  ]);
}

function insert(database: SchemaDatabase, table: string, columns: readonly Column[], conflict = ""): void {
  const names = columns.map(([name]) => `"${name}"`).join(", ");
  const places = columns.map(() => "?").join(", ");
  const statement = database.prepare(`INSERT ${conflict} INTO ${table} (${names}) VALUES (${places})`);
  statement.all(...columns.map(([, value]) => value));
}
