/** How the records of a kind lie in tables: what reads and commits need to know of each layout. */
import type { KeyValues, Row, StoredRecord } from "@throughline/core";
import type { Table } from "@throughline/store-sql";
import type { SqlValue } from "./driver.ts";
import type { Scope } from "./scope.ts";

export interface SqliteTable extends Table<Scope> {
  insert(scope: Scope, row: Row): void;
  /** Changes fields of a stored record; fields of its key are left as they are. */
  update(scope: Scope, key: KeyValues, set: StoredRecord): void;
  remove(scope: Scope, key: KeyValues, now: number): void;
  /** How rows are known to `RowCache`. Default: they are not kept. */
  readonly known?: {
    /** A column that tells the rows of a group apart: a number. */
    readonly column: string;
    /** The shape by which one of them is read. */
    readonly shape: string;
    /** A number for the group that a prefix leads to; with the column's value it is a row's own. Undefined: none. */
    groupOf(scope: Scope, prefix: KeyValues): number | undefined;
  };
  /** A column that `findRow` reads beside the fields, and what learns it. */
  readonly extra?: { readonly column: string; learn(scope: Scope, row: Row, value: SqlValue): void };
}
