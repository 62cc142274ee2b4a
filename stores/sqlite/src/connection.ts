import type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from "./driver.ts";

/** Statements kept ready; queries with residual parts come in many forms. */
const STATEMENTS = 500;

/** A connection that prepares each statement once. */
export class Connection {
  readonly database: SqlDatabase;
  readonly #statements = new Map<string, SqlStatement>();

  constructor(database: SqlDatabase) {
    this.database = database;
  }

  exec(sql: string): void {
    this.database.exec(sql);
  }

  prepare(sql: string): SqlStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= STATEMENTS) this.#statements.clear();
      statement = this.database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** The first column of the first row as a number; 0 without a row. */
  readNumber(sql: string, ...values: SqlValue[]): number {
    return Number(this.prepare(sql).get(...values)?.[0] ?? 0);
  }

  readRow(sql: string, ...values: SqlValue[]): SqlRow | undefined {
    return this.prepare(sql).get(...values);
  }

  readRows(sql: string, ...values: SqlValue[]): SqlRow[] {
    return this.prepare(sql).all(...values);
  }

  run(sql: string, ...values: SqlValue[]): void {
    this.prepare(sql).run(...values);
  }

  /** Ends a transaction that went wrong. A full disk ends one by itself; then there is none left to end. */
  rollBack(): void {
    try {
      this.database.exec("ROLLBACK");
    } catch {
      return;
    }
  }

  /** Runs reads that see one state of the file. */
  readTogether<Result>(read: () => Result): Result {
    this.prepare("BEGIN").run();
    try {
      return read();
    } finally {
      this.rollBackRead();
    }
  }

  private rollBackRead(): void {
    try {
      this.prepare("COMMIT").run();
    } catch {
      this.rollBack();
    }
  }

  close(): void {
    this.#statements.clear();
    this.database.close();
  }
}
