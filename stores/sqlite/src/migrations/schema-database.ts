/** A value that a statement is run with. */
export type SchemaValue = string | number | null;

/** The least that migrations and checks ask of a connection. Rows may be arrays or objects in column order. */
export interface SchemaDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): { all(...values: SchemaValue[]): readonly object[] };
}

/** The values of each row, in the order of its columns. */
export function readRows(database: SchemaDatabase, sql: string, ...values: SchemaValue[]): unknown[][] {
  return database
    .prepare(sql)
    .all(...values)
    .map((row): unknown[] => Object.values(row));
}

/** The first column of the first row, as a number: for pragmas and counts. */
export function readNumber(database: SchemaDatabase, sql: string, ...values: SchemaValue[]): number {
  return Number(readRows(database, sql, ...values)[0]?.[0] ?? 0);
}
