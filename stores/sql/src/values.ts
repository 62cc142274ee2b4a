/** What statements are run with, and what they answer. */

/** A value that a statement is run with. Booleans are 0 and 1 in it. */
export type SqlValue = string | number | null | Uint8Array;

/** A row as an array, in the order of its columns. Drivers that know booleans give them as such. */
export type SqlRow = readonly (SqlValue | boolean)[];
