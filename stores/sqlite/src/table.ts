/** How the records of a kind lie in tables: what reads and commits need to know of each layout. */
import type { Kind, KeyValue, KeyValues, Row, StoredRecord } from "@throughline/core";
import type { SqlValue } from "./driver.ts";
import type { Scope } from "./scope.ts";

/** Where the records of one selection are to be read. */
export interface Place {
  readonly from: string;
  /** Conditions that narrow it to the tenant (or to one session), with their values. */
  readonly where: string;
  readonly values: readonly SqlValue[];
  /** How many values of the prefix these conditions hold already. */
  readonly prefixHeld: number;
  /** Fields that are the same for every record of the place, and not read. */
  readonly constants?: StoredRecord;
  /** What a value of a field is in the place's order. Default: itself. */
  encode?(field: string, value: KeyValue): SqlValue;
}

export interface Table {
  readonly kind: Kind;
  /** The column of a field, as a read of this shape names it. */
  column(field: string, shape: string): string;
  /** Undefined: there can be no record. */
  locate(scope: Scope, shape: string, prefix: KeyValues): Place | undefined;
  /** The same for a unique key; `values` are all of it. */
  locateUnique(scope: Scope, unique: string, values: KeyValues): Place | undefined;
  insert(scope: Scope, row: Row): void;
  /** Changes fields of a stored record; fields of its key are left as they are. */
  update(scope: Scope, key: KeyValues, set: StoredRecord): void;
  remove(scope: Scope, key: KeyValues, now: number): void;
  /** A column that `find` reads beside the fields, and what learns it. */
  readonly extra?: { readonly column: string; learn(scope: Scope, row: Row, value: SqlValue): void };
}

/** The condition under which a record has a unique key, as its partial index states it. */
export function uniqueCondition(kind: Kind, unique: string, column: (field: string) => string): string {
  const filled = kind.unique[unique]?.filled ?? "";
  const conditions = [`${column(filled)} <> ${kind.fields[filled]?.type === "text" ? "''" : "0"}`];
  if (kind.hidden !== undefined) conditions.push(`${column(kind.hidden)} = 0`);
  return conditions.join(" AND ");
}
