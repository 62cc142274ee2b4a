import type { Kind, KeyValues, Row, StoredRecord } from "@throughline/core";
import type { Place } from "@throughline/store-sql";
import { GenericTable } from "@throughline/store-sql";
import { sqliteDialect, toSql } from "./dialect.ts";
import type { Scope } from "./scope.ts";
import type { SqliteTable } from "./table.ts";

/** A kind with one table of its own, named like it. */
export class RecordTable extends GenericTable<Scope> implements SqliteTable {
  readonly #fields: readonly string[];
  readonly #insert: string;
  readonly #whereKey: string;

  constructor(kind: Kind) {
    super(kind, {
      dialect: sqliteDialect,
      name: `"${kind.name}"`,
      tenantColumn: "tenant",
      tenantOf: ({ tenant }) => tenant,
    });
    this.#fields = [...Object.keys(kind.fields), "revision"];
    const columns = this.#fields.map((field) => this.column(field)).join(", ");
    this.#insert = `INSERT INTO ${this.name} (tenant, ${columns}) VALUES (?${", ?".repeat(this.#fields.length)})`;
    this.#whereKey = `tenant = ? AND ${kind.key.map((field) => `${this.column(field)} = ?`).join(" AND ")}`;
  }

  /**
   * The index of a shape is named: in a file that was never analysed SQLite would rather go through all of a tenant's
   * records in the order of their keys than sort the few that the index leads to.
   */
  override locate(scope: Scope, shape: string): Place {
    const place = super.locate(scope, shape);
    if (shape === "key") return place;
    return { ...place, from: `${this.name} INDEXED BY "${this.kind.name}_${shape}"` };
  }

  insert(scope: Scope, row: Row): void {
    scope.connection.run(this.#insert, scope.tenant, ...this.#fields.map((field) => toSql(row[field])));
  }

  update(scope: Scope, key: KeyValues, set: StoredRecord): void {
    const fields = Object.keys(set).filter((field) => !this.kind.key.includes(field));
    const assignments = fields.map((field) => `${this.column(field)} = ?`).join(", ");
    const sql = `UPDATE ${this.name} SET ${assignments} WHERE ${this.#whereKey}`;
    scope.connection.run(sql, ...fields.map((field) => toSql(set[field])), scope.tenant, ...key);
  }

  remove(scope: Scope, key: KeyValues): void {
    scope.connection.run(`DELETE FROM ${this.name} WHERE ${this.#whereKey}`, scope.tenant, ...key);
  }
}
