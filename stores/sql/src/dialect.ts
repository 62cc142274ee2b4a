/** Where databases differ in how a selection is written. */
import type { SqlValue } from "./values.ts";

export interface Dialect {
  /** How a boolean column is read. */
  readonly booleans: "as 0 and 1" | "as booleans";
  /** A boolean column as 0 or 1, where it is compared with another number. Default: it is one. */
  asNumber?(column: string): string;
  /** Brings a statement whose values are marked by `?` into the database's own form. */
  finish(sql: string): string;
  /** The condition that columns lie beyond a place in their order, marked by `?`. */
  keysetCondition(columns: readonly string[], operator: ">" | "<"): string;
  /** The values of that condition, in the order of its marks. */
  keysetValues(values: readonly SqlValue[]): readonly SqlValue[];
}

/**
 * A keyset condition for databases that use only the first column of a row comparison to search an index: the first
 * bounds the index, and ties are decided by the rest.
 */
export const nestedKeyset: Pick<Dialect, "keysetCondition" | "keysetValues"> = {
  keysetCondition(columns, operator) {
    const [first, ...rest] = columns;
    if (first === undefined) return "0";
    if (rest.length === 0) return `${first} ${operator} ?`;
    return `(${first} ${operator}= ? AND (${first} ${operator} ? OR ${this.keysetCondition(rest, operator)}))`;
  },
  keysetValues(values) {
    const [first, ...rest] = values;
    if (first === undefined) return [];
    return rest.length === 0 ? [first] : [first, first, ...this.keysetValues(rest)];
  },
};

/** A keyset condition for databases that search an index by a whole row comparison. */
export const rowKeyset: Pick<Dialect, "keysetCondition" | "keysetValues"> = {
  keysetCondition(columns, operator) {
    if (columns.length === 0) return "false";
    return `(${columns.join(", ")}) ${operator} (${columns.map(() => "?").join(", ")})`;
  },
  keysetValues: (values) => values,
};
