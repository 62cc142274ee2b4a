import type { Client } from "pg";

/** Everything that the catalog knows of a schema, without the schema's name. */
export async function schemaOf(client: Client, schema: string): Promise<string[]> {
  const queries = [
    `SELECT concat_ws(' ', c.relkind, c.relname, c.reloptions, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
      a.attnotnull, l.collname, pg_get_expr(d.adbin, d.adrelid))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE n.nspname = $1 AND c.relkind IN ('r', 'v', 'S')`,
    `SELECT concat_ws(' ', c.relname, pg_get_indexdef(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relkind = 'i'`,
    `SELECT concat_ws(' ', viewname, definition) FROM pg_views WHERE schemaname = $1`,
    `SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1`,
  ];
  const lines: string[] = [];
  for (const text of queries) {
    const { rows } = await client.query<[string]>({ text, values: [schema], rowMode: "array" });
    lines.push(...rows.map(([line]) => line.replaceAll(schema, "schema")));
  }
  return lines.toSorted((left, right) => (left < right ? -1 : 1));
}
