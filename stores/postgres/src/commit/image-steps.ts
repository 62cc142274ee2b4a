/** The statements that write what a batch changes. */
import type { FieldValue, Image, Kind, StoredRecord } from "@throughline/core";
import { columnName, leavesRevision } from "@throughline/core";
import { sessionLogFields, sessionRowFields } from "@throughline/store-sql";
import { removedKeyName } from "../removed-keys.ts";
import type { Step } from "./group-item.ts";

type JsonRow = Readonly<Record<string, unknown>>;

/** Statements in order. Rows of the same statement, one after another, are written together. */
class Steps {
  readonly list: { readonly sql: string; readonly data: JsonRow[]; readonly isAlone: boolean }[] = [];

  /** Adds a row. `isAlone`: it gives up or takes a unique key, so its turn matters. */
  add(sql: string, row: JsonRow, isAlone = false): void {
    const last = this.list.at(-1);
    if (last !== undefined && last.sql === sql && !last.isAlone && !isAlone) last.data.push(row);
    else this.list.push({ sql, data: [row], isAlone });
  }
}

/** Writes the images of a batch, in their order. */
export function writeImages(schema: string, images: readonly Image[], now: number): readonly Step[] {
  const steps = new Steps();
  const removed = new Steps();
  for (const image of images) {
    const { kind, key } = image;
    for (const part of partsOf(schema, kind)) addImage(steps, part, image);
    const name = { kind: kind.name, key: removedKeyName(key) };
    if (image.type === "insert" && image.row.revision > 1) {
      removed.add(forgetRemoved(schema), name);
    } else if (image.type === "remove" && leavesRevision(kind)) {
      removed.add(keepRemoved(schema), { ...name, revision: image.revision, removed_at: now });
    }
  }
  return [...steps.list, ...removed.list].map(({ sql, data }) => ({
    // How many there are has to be told: by itself the planner expects a hundred, and may rather read a whole table.
    sql: sql.replace("LIMIT ALL", `LIMIT ${data.length}`),
    data,
  }));
}

/** One of the tables that the records of a kind lie in. */
interface Part {
  readonly kind: Kind;
  readonly table: string;
  /** The fields that lie here beside the key, the revision perhaps among them. */
  readonly fields: readonly string[];
  /** Tables whose rows go with the record. */
  readonly owned: readonly string[];
}

function partsOf(schema: string, kind: Kind): readonly Part[] {
  const named = (table: string): string => `"${schema}"."${table}"`;
  if (kind.name !== "sessions") {
    const fields = [...Object.keys(kind.fields), "revision"].filter((field) => !kind.key.includes(field));
    return [{ kind, table: named(kind.name), fields, owned: [] }];
  }
  return [
    {
      kind,
      table: named("session_rows"),
      fields: sessionRowFields.filter((field) => field !== "id"),
      owned: [named("messages"), named("branches")],
    },
    { kind, table: named("session_logs"), fields: ["listed", ...sessionLogFields], owned: [] },
  ];
}

function addImage(steps: Steps, { kind, table, fields, owned }: Part, image: Image): void {
  if (image.type === "insert") {
    steps.add(insertInto(kind, table, fields), toJson(kind, [...kind.key, ...fields], image.row));
    return;
  }
  const key = Object.fromEntries(kind.key.map((field, index) => [columnName(kind, field), image.key[index]]));
  if (image.type === "remove") {
    for (const one of [...owned, table]) steps.add(deleteFrom(kind, one), key);
    return;
  }
  const changed = fields.filter((field) => image.set[field] !== undefined);
  if (changed.length === 0) return;
  const row = { ...key, ...toJson(kind, changed, image.set) };
  steps.add(updateOf(kind, table, changed), row, touchesUniqueKey(kind, changed));
}

function touchesUniqueKey(kind: Kind, changed: readonly string[]): boolean {
  return Object.values(kind.unique).some(({ fields, filled }) =>
    [...fields, filled, kind.hidden].some((field) => field !== undefined && changed.includes(field)),
  );
}

function toJson(kind: Kind, fields: readonly string[], record: StoredRecord): JsonRow {
  return Object.fromEntries(fields.map((field) => [columnName(kind, field), toJsonValue(record[field])]));
}

function toJsonValue(value: FieldValue | undefined): string | number | boolean | null {
  if (value === undefined) throw new TypeError("a record lacks a field");
  if (!(value instanceof Uint8Array)) return value;
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
}

function insertInto(kind: Kind, table: string, fields: readonly string[]): string {
  const columns = [...kind.key, ...fields].map((field) => quoted(kind, field));
  return `INSERT INTO ${table} ("tenant_id", ${columns.join(", ")})
    SELECT $1, ${columns.map((column) => `x.${column}`).join(", ")} FROM ${rowsOf(table)} x`;
}

function updateOf(kind: Kind, table: string, changed: readonly string[]): string {
  const set = changed.map((field) => `${quoted(kind, field)} = x.${quoted(kind, field)}`).join(", ");
  return `UPDATE ${table} t SET ${set} FROM ${rowsOf(table)} x WHERE ${sameKey(kind)}`;
}

/** Of a session's own tables, or of one that its records lie in: the key's columns are named alike. */
function deleteFrom(kind: Kind, table: string): string {
  return `DELETE FROM ${table} t USING ${rowsOf(table)} x WHERE ${sameKey(kind)}`;
}

/** The rows of `$2`, as rows of a table. */
function rowsOf(table: string): string {
  return `(SELECT * FROM json_populate_recordset(NULL::${table}, $2) LIMIT ALL)`;
}

function sameKey(kind: Kind): string {
  const same = kind.key.map((field) => `t.${quoted(kind, field)} = x.${quoted(kind, field)}`);
  return ['t."tenant_id" = $1', ...same].join(" AND ");
}

function quoted(kind: Kind, field: string): string {
  return `"${columnName(kind, field)}"`;
}

function keepRemoved(schema: string): string {
  const table = `"${schema}"."removed_keys"`;
  return `INSERT INTO ${table} ("tenant_id", "kind", "key", "revision", "removed_at")
    SELECT $1, x."kind", x."key", x."revision", x."removed_at" FROM ${rowsOf(table)} x
    ON CONFLICT ("tenant_id", "kind", "key")
    DO UPDATE SET "revision" = excluded."revision", "removed_at" = excluded."removed_at"`;
}

function forgetRemoved(schema: string): string {
  const table = `"${schema}"."removed_keys"`;
  return `DELETE FROM ${table} t USING ${rowsOf(table)} x
    WHERE t."tenant_id" = $1 AND t."kind" = x."kind" AND t."key" = x."key"`;
}
