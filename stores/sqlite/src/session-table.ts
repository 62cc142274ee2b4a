import type { KeyValue, KeyValues, Row, StoredRecord } from "@throughline/core";
import { columnName, sessions } from "@throughline/core";
import type { Place } from "@throughline/store-sql";
import {
  sessionLogFields as logFields,
  selectiveSessionFields as selectiveFields,
  sessionRowFields as rowFields,
  uniqueCondition,
} from "@throughline/store-sql";
import type { SqlValue } from "./driver.ts";
import { eraseSession } from "./erase-session.ts";
import { sqliteDialect, toSql } from "./dialect.ts";
import type { Scope } from "./scope.ts";
import { noteMovedUser } from "./session-scope.ts";
import type { SqliteTable } from "./table.ts";

const insertRow = `INSERT INTO session_rows (tenant, ${rowFields.map(plainColumn).join(", ")})
  VALUES (?${", ?".repeat(rowFields.length)})`;
const insertLog = `INSERT INTO session_logs (session_key, shelf, ${[...logFields].map(plainColumn).join(", ")})
  VALUES (?, ?${", ?".repeat(logFields.size)})`;

const joinLog = "CROSS JOIN session_logs l ON l.session_key = s.session_key";

function plainColumn(field: string): string {
  return `"${columnName(sessions, field)}"`;
}

/** A session's number on its shelf: listed and unlisted ones of a tenant lie apart in the one index that appends move. */
function shelfOf(tenant: number, listed: unknown): number {
  return tenant * 2 + Number(listed);
}

/** Sessions: what rarely changes in wide rows, what every append changes in narrow ones. */
export class SessionTable implements SqliteTable {
  readonly kind = sessions;
  readonly dialect = sqliteDialect;

  /** A session's number is never used again. */
  readonly known = { column: "s.session_key", shape: "created", groupOf: () => 0 };

  readonly extra = {
    column: "s.session_key",
    learn: (scope: Scope, row: Row, value: SqlValue): void => {
      scope.learnSessionKey(row.id as string, value as number);
    },
  };

  readonly selective = selectiveFields(`s."pinned" = 1`);

  /** A shelf holds the tenant beside the field. */
  orderColumn(field: string, shape: string): string {
    return shape === "activity" && field === "listed" ? "l.shelf" : this.column(field);
  }

  column(field: string): string {
    return `${logFields.has(field) ? "l" : "s"}.${plainColumn(field)}`;
  }

  locate(scope: Scope, shape: string): Place {
    const { tenant } = scope;
    if (shape !== "activity") {
      return {
        // By id, SQLite would rather sort a tenant's sessions than read the index that has them in order.
        from: `session_rows s${shape === "key" ? " INDEXED BY session_rows_id" : ""} ${joinLog}`,
        where: "s.tenant = ?",
        values: [tenant],
        prefixHeld: 0,
      };
    }
    return {
      from: "session_logs l CROSS JOIN session_rows s ON s.session_key = l.session_key",
      where: "l.shelf BETWEEN ? AND ?",
      values: [shelfOf(tenant, false), shelfOf(tenant, true)],
      prefixHeld: 0,
      encode: (field: string, value: KeyValue): SqlValue =>
        field === "listed" ? tenant * 2 + Number(value) : value,
    };
  }

  locateUnique(scope: Scope, unique: string, values: KeyValues): Place {
    const place = { ...this.locate(scope, "key"), from: `session_rows s ${joinLog}` };
    const fields = sessions.unique[unique as keyof typeof sessions.unique].fields;
    const conditions = fields.map((field) => `${this.column(field)} = ?`);
    conditions.push(uniqueCondition(sessions, unique, (field) => this.column(field)));
    return {
      ...place,
      where: [place.where, ...conditions].join(" AND "),
      values: [...place.values, ...values],
    };
  }

  insert(scope: Scope, row: Row): void {
    const { connection, tenant } = scope;
    const inserted = connection
      .prepare(insertRow)
      .run(tenant, ...rowFields.map((field) => toSql(row[field])));
    const key = Number(inserted.lastInsertRowid);
    const log = [...logFields].map((field) => toSql(row[field]));
    connection.run(insertLog, key, shelfOf(tenant, row.listed), ...log);
    scope.learnSessionKey(row.id as string, key);
  }

  update(scope: Scope, key: KeyValues, set: StoredRecord): void {
    const sessionKey = scope.findSessionKey(key[0] as string);
    if (sessionKey === undefined) throw new TypeError("an update names no session");
    const { connection, tenant } = scope;
    if (set.userId !== undefined) noteMovedUser(connection, sessionKey, set.userId as string);
    const { rows, logs } = updateOf(set);
    if (rows !== undefined) {
      connection.run(rows.sql, ...rows.fields.map((field) => toSql(set[field])), sessionKey);
    }
    if (logs !== undefined) {
      const shelf = set.listed === undefined ? [] : [shelfOf(tenant, set.listed)];
      connection.run(logs.sql, ...logs.fields.map((field) => toSql(set[field])), ...shelf, sessionKey);
    }
  }

  remove(scope: Scope, key: KeyValues): void {
    const session = key[0] as string;
    const sessionKey = scope.findSessionKey(session);
    if (sessionKey === undefined) throw new TypeError("a removal names no session");
    eraseSession(scope.connection, scope.tenant, session, sessionKey);
    scope.forgetSessionKey(session);
  }
}

interface UpdateStatement {
  readonly sql: string;
  readonly fields: readonly string[];
}

interface SessionUpdate {
  /** Absent where no field of that table changes. */
  readonly rows?: UpdateStatement | undefined;
  readonly logs?: UpdateStatement | undefined;
}

const updates = new Map<string, SessionUpdate>();

/** The statements that change these fields, written once: nearly every update is an append's. */
function updateOf(set: StoredRecord): SessionUpdate {
  const name = Object.keys(set).join();
  let update = updates.get(name);
  if (update === undefined) {
    const fields = Object.keys(set).filter((field) => field !== "id");
    const shelf = set.listed === undefined ? [] : ["shelf = ?"];
    update = {
      rows: updateStatement(
        "session_rows",
        fields.filter((field) => !logFields.has(field)),
        [],
      ),
      logs: updateStatement(
        "session_logs",
        fields.filter((field) => logFields.has(field)),
        shelf,
      ),
    };
    updates.set(name, update);
  }
  return update;
}

function updateStatement(
  table: string,
  fields: readonly string[],
  more: readonly string[],
): UpdateStatement | undefined {
  const assignments = [...fields.map((field) => `${plainColumn(field)} = ?`), ...more];
  if (assignments.length === 0) return undefined;
  return { sql: `UPDATE ${table} SET ${assignments.join(", ")} WHERE session_key = ?`, fields };
}
