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
  /** A column that `findRow` reads beside the fields, and what learns it. */
  readonly extra?: { readonly column: string; learn(scope: Scope, row: Row, value: SqlValue): void };
}
