/** How the records of kinds lie in tables. What is found in them has a version, which every write of it changes. */
import type { Kind, KeyValues } from "@throughline/core";
import { columnName, sessions } from "@throughline/core";
import {
  GenericTable,
  type Place,
  type Table,
  selectiveSessionFields,
  sessionLogFields,
  uniqueCondition,
} from "@throughline/store-sql";
import { postgresDialect } from "./dialect.ts";

export interface PostgresTable extends Table<string> {
  /** An expression for the version of a record: where its rows lie, and the transactions that wrote them. */
  readonly version: string;
}

export type Tables = ReadonlyMap<string, PostgresTable>;

/** The tables of the kinds that a store is opened with. */
export function makeTables(kinds: ReadonlyMap<string, Kind>, schema: string): Tables {
  return new Map(
    [...kinds].map(([name, kind]) => [
      name,
      name === "sessions" ? new SessionTable(schema) : new RecordTable(kind, schema),
    ]),
  );
}

/** The table of a kind that is known to exist. */
export function tableOf(tables: Tables, kind: string): PostgresTable {
  const table = tables.get(kind);
  if (table === undefined) throw new TypeError(`there is no table of ${kind}`);
  return table;
}

/** A kind with one table of its own, named like it. */
class RecordTable extends GenericTable<string> implements PostgresTable {
  readonly version = "concat_ws(' ', ctid, xmin)";

  constructor(kind: Kind, schema: string) {
    super(kind, {
      dialect: postgresDialect,
      name: `"${schema}"."${kind.name}"`,
      tenantColumn: `"tenant_id"`,
      tenantOf: (tenant) => tenant,
    });
  }
}

/** Sessions: what rarely changes in wide rows, what every append changes in narrow ones. */
class SessionTable implements PostgresTable {
  readonly kind = sessions;
  readonly dialect = postgresDialect;
  readonly version = "concat_ws(' ', s.ctid, s.xmin, l.ctid, l.xmin)";
  readonly selective = selectiveSessionFields(`s."pinned"`);
  readonly #from: string;

  constructor(schema: string) {
    const log = `"${schema}"."session_logs" l ON l."tenant_id" = s."tenant_id" AND l."session_id" = s."session_id"`;
    this.#from = `"${schema}"."session_rows" s JOIN ${log}`;
  }

  column(field: string): string {
    return `${sessionLogFields.has(field) ? "l" : "s"}."${columnName(sessions, field)}"`;
  }

  /** The one order that appends move is read from the index of the table that they write. */
  orderColumn(field: string, shape: string): string {
    return shape === "activity" ? `l."${columnName(sessions, field)}"` : this.column(field);
  }

  locate(tenant: string, shape: string): Place {
    const where = `${shape === "activity" ? "l" : "s"}."tenant_id" = ?`;
    return { from: this.#from, where, values: [tenant], prefixHeld: 0 };
  }

  locateUnique(tenant: string, unique: string, values: KeyValues): Place {
    const fields = sessions.unique[unique as keyof typeof sessions.unique].fields;
    const conditions = fields.map((field) => `${this.column(field)} = ?`);
    conditions.push(uniqueCondition(sessions, unique, (field) => this.column(field)));
    const place = this.locate(tenant, "key");
    return { ...place, where: [place.where, ...conditions].join(" AND "), values: [tenant, ...values] };
  }
}
