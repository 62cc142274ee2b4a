import { type SchemaDatabase, readRows } from "../schema-database.ts";

/** Everything that SQLite knows of a schema: the SQL of each thing, and the columns of each table and view. */
export function schemaOf(database: SchemaDatabase): unknown[] {
  const things = readRows(
    database,
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
  );
  return things.map((thing) => [
    ...thing,
    readRows(database, "SELECT * FROM pragma_table_xinfo(?)", String(thing[1])),
  ]);
}
