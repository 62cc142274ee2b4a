import type { Kind, KeyValues } from "@throughline/core";
import { columnName } from "@throughline/core";
import type { Dialect } from "./dialect.ts";
import type { Place, Table } from "./table.ts";
import { uniqueCondition } from "./table.ts";
import type { SqlValue } from "./values.ts";

export interface GenericLayout<Scope> {
  readonly dialect: Dialect;
  /** The table's name in SQL. */
  readonly name: string;
  readonly tenantColumn: string;
  tenantOf(scope: Scope): SqlValue;
}

/** A kind with one table of its own: the tenant, a column for each field, the revision. */
export class GenericTable<Scope> implements Table<Scope> {
  readonly kind: Kind;
  readonly dialect: Dialect;
  /** The table's name in SQL. */
  readonly name: string;
  protected readonly tenantOf: (scope: Scope) => SqlValue;
  readonly #whereTenant: string;
  readonly #columns: ReadonlyMap<string, string>;

  constructor(kind: Kind, { dialect, name, tenantColumn, tenantOf }: GenericLayout<Scope>) {
    this.kind = kind;
    this.dialect = dialect;
    this.name = name;
    this.tenantOf = tenantOf;
    this.#whereTenant = `${tenantColumn} = ?`;
    const fields = [...Object.keys(kind.fields), "revision"];
    this.#columns = new Map(fields.map((field) => [field, `"${columnName(kind, field)}"`]));
  }

  column(field: string): string {
    return this.#columns.get(field) ?? `"${columnName(this.kind, field)}"`;
  }

  locate(scope: Scope, _shape: string): Place {
    return { from: this.name, where: this.#whereTenant, values: [this.tenantOf(scope)], prefixHeld: 0 };
  }

  locateUnique(scope: Scope, unique: string, values: KeyValues): Place {
    const fields = this.kind.unique[unique]?.fields ?? [];
    const condition = uniqueCondition(this.kind, unique, (field) => this.column(field));
    return {
      from: this.name,
      where: [this.#whereTenant, ...fields.map((field) => `${this.column(field)} = ?`), condition].join(
        " AND ",
      ),
      values: [this.tenantOf(scope), ...values],
      prefixHeld: 0,
    };
  }
}
