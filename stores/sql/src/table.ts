/** How the records of a kind lie in tables: what reads need to know of each layout. */
import type { Kind, KeyValue, KeyValues, StoredRecord } from "@throughline/core";
import type { Dialect } from "./dialect.ts";
import type { SelectiveField } from "./few-rows.ts";
import type { SqlValue } from "./values.ts";

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

/** A layout. `Scope` is what it needs to find the records of one tenant. */
export interface Table<Scope> {
  readonly kind: Kind;
  readonly dialect: Dialect;
  /** The column that holds a field. */
  column(field: string): string;
  /** The column that a shape orders by for a field. Default: the field's own. */
  orderColumn?(field: string, shape: string): string;
  /** Fields whose index may lead to few records: those are read in no order. Default: none. */
  readonly selective?: ReadonlyMap<string, SelectiveField>;
  /** Undefined: there can be no record. */
  locate(scope: Scope, shape: string, prefix: KeyValues): Place | undefined;
  /** The same for a unique key; `values` are all of it. */
  locateUnique(scope: Scope, unique: string, values: KeyValues): Place | undefined;
}

/** The condition under which a record has a unique key, as its partial index states it. */
export function uniqueCondition(kind: Kind, unique: string, column: (field: string) => string): string {
  const filled = kind.unique[unique]?.filled ?? "";
  const conditions = [`${column(filled)} <> ${kind.fields[filled]?.type === "text" ? "''" : "0"}`];
  if (kind.hidden !== undefined) conditions.push(`${column(kind.hidden)} = 0`);
  return conditions.join(" AND ");
}
