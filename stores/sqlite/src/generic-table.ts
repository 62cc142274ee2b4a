import type { Kind, KeyValues, Row, StoredRecord } from "@throughline/core";
import { columnName } from "@throughline/core";
import { toSql } from "./row-mapper.ts";
import type { Scope } from "./scope.ts";
import type { Place, Table } from "./table.ts";
import { uniqueCondition } from "./table.ts";

/** A kind with one table of its own, named like it: the tenant, a column for each field, the revision. */
export class GenericTable implements Table {
  readonly kind: Kind;
  readonly #name: string;
  readonly #fields: readonly string[];
  readonly #insert: string;
  readonly #whereKey: string;

  constructor(kind: Kind) {
    this.kind = kind;
    this.#name = `"${kind.name}"`;
    this.#fields = [...Object.keys(kind.fields), "revision"];
    const columns = this.#fields.map((field) => this.column(field)).join(", ");
    this.#insert = `INSERT INTO ${this.#name} (tenant, ${columns}) VALUES (?${", ?".repeat(this.#fields.length)})`;
    this.#whereKey = `tenant = ? AND ${kind.key.map((field) => `${this.column(field)} = ?`).join(" AND ")}`;
  }

  column(field: string): string {
    return `"${columnName(this.kind, field)}"`;
  }

  locate(scope: Scope): Place {
    return { from: this.#name, where: "tenant = ?", values: [scope.tenant], prefixHeld: 0 };
  }

  locateUnique(scope: Scope, unique: string, values: KeyValues): Place {
    const fields = this.kind.unique[unique]?.fields ?? [];
    const condition = uniqueCondition(this.kind, unique, (field) => this.column(field));
    return {
      from: this.#name,
      where: ["tenant = ?", ...fields.map((field) => `${this.column(field)} = ?`), condition].join(" AND "),
      values: [scope.tenant, ...values],
      prefixHeld: 0,
    };
  }

  insert(scope: Scope, row: Row): void {
    scope.connection.run(this.#insert, scope.tenant, ...this.#fields.map((field) => toSql(row[field])));
  }

  update(scope: Scope, key: KeyValues, set: StoredRecord): void {
    const fields = Object.keys(set).filter((field) => !this.kind.key.includes(field));
    const assignments = fields.map((field) => `${this.column(field)} = ?`).join(", ");
    const sql = `UPDATE ${this.#name} SET ${assignments} WHERE ${this.#whereKey}`;
    scope.connection.run(sql, ...fields.map((field) => toSql(set[field])), scope.tenant, ...key);
  }

  remove(scope: Scope, key: KeyValues): void {
    scope.connection.run(`DELETE FROM ${this.#name} WHERE ${this.#whereKey}`, scope.tenant, ...key);
  }
}
