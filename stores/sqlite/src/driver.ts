/** The least that the store asks of an SQLite driver. Nothing else of this package imports one. */
import { DatabaseSync } from "node:sqlite";

/** What a statement is run with. Booleans are to be 0 and 1. */
export type SqlValue = string | number | null | Uint8Array;

/** A row as an array, in the order of its columns. */
export type SqlRow = readonly SqlValue[];

export interface SqlStatement {
  run(...values: SqlValue[]): {
    readonly changes: number | bigint;
    readonly lastInsertRowid: number | bigint;
  };
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
}

export interface SqlDatabase {
  exec(sql: string): void;
  /** Prepares the first statement of `sql`. */
  prepare(sql: string): SqlStatement;
  close(): void;
}

/** Opens a file with the driver that Node brings. No waiting for locks: whoever calls decides how to wait. */
export function openDatabase(path: string, { readOnly }: { readonly readOnly: boolean }): SqlDatabase {
  const database = new DatabaseSync(path, { readOnly, timeout: 0, enableForeignKeyConstraints: false });
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      // Its types don't know that rows are arrays now.
      return statement as unknown as SqlStatement;
    },
    close: () => database.close(),
  };
}
