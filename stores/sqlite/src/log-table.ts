import type { Kind, KeyValues, Row, StoredRecord } from "@throughline/core";
import { columnName } from "@throughline/core";
import type { Place } from "@throughline/store-sql";
import { sqliteDialect, toSql } from "./dialect.ts";
import type { Scope } from "./scope.ts";
import type { SqliteTable } from "./table.ts";

/** Positions of one session that a number has room for beside the session's own; no session is as long. */
const POSITIONS = 2 ** 28;
const MOST_SESSIONS = 2 ** 24;

/** Messages and branches: keyed by their session's number, which stands for tenant and session id. */
export class LogTable implements SqliteTable {
  readonly kind: Kind;
  readonly dialect = sqliteDialect;
  /** Neither a session's number nor a position in it is ever used again. */
  readonly known = {
    column: "m.seq",
    shape: "key",
    groupOf: (scope: Scope, [session]: KeyValues): number | undefined => {
      const key = session === undefined ? undefined : scope.findSessionKey(session as string);
      return key === undefined || key > MOST_SESSIONS ? undefined : key * POSITIONS;
    },
  };
  readonly #name: string;
  readonly #fields: readonly string[];
  readonly #insert: string;

  constructor(kind: Kind, name: string) {
    this.kind = kind;
    this.#name = name;
    this.#fields = [...Object.keys(kind.fields).filter((field) => field !== "sessionId"), "revision"];
    const columns = this.#fields.map((field) => `"${columnName(kind, field)}"`).join(", ");
    this.#insert = `INSERT INTO ${name} (session_key, ${columns}) VALUES (?${", ?".repeat(this.#fields.length)})`;
  }

  column(field: string): string {
    return field === "sessionId" ? "s.session_id" : `m."${columnName(this.kind, field)}"`;
  }

  locate(scope: Scope, _shape: string, [session]: KeyValues): Place | undefined {
    if (session === undefined) {
      const from = `session_rows s INDEXED BY session_rows_id CROSS JOIN ${this.#name} m ON m.session_key = s.session_key`;
      return { from, where: "s.tenant = ?", values: [scope.tenant], prefixHeld: 0 };
    }
    const key = scope.findSessionKey(session as string);
    if (key === undefined) return undefined;
    return {
      from: `${this.#name} m`,
      where: "m.session_key = ?",
      values: [key],
      prefixHeld: 1,
      constants: { sessionId: session as string },
    };
  }

  locateUnique(scope: Scope, _unique: string, [session, id]: KeyValues): Place | undefined {
    const place = this.locate(scope, "key", [session as string]);
    if (place === undefined) return undefined;
    return {
      ...place,
      where: `${place.where} AND m.message_id = ?`,
      values: [...place.values, id as string],
    };
  }

  insert(scope: Scope, row: Row): void {
    const fields = this.#fields;
    const values = fields.map((field) => toSql(row[field]));
    scope.connection.run(this.#insert, this.#sessionKey(scope, row.sessionId as string), ...values);
  }

  update(scope: Scope, [session, seq]: KeyValues, set: StoredRecord): void {
    const fields = Object.keys(set).filter((field) => !this.kind.key.includes(field));
    const assignments = fields.map((field) => `"${columnName(this.kind, field)}" = ?`).join(", ");
    const sql = `UPDATE ${this.#name} SET ${assignments} WHERE session_key = ? AND seq = ?`;
    const key = this.#sessionKey(scope, session as string);
    scope.connection.run(sql, ...fields.map((field) => toSql(set[field])), key, seq as number);
  }

  remove(scope: Scope, [session, seq]: KeyValues): void {
    const key = this.#sessionKey(scope, session as string);
    scope.connection.run(`DELETE FROM ${this.#name} WHERE session_key = ? AND seq = ?`, key, seq as number);
  }

  #sessionKey(scope: Scope, session: string): number {
    const key = scope.findSessionKey(session);
    if (key === undefined) throw new TypeError("a record of a log names no session");
    return key;
  }
}
