import { customType, pgSchema } from "drizzle-orm/pg-core";

/** The schema that stores use unless they are told of another. */
export const throughline = pgSchema("throughline");

/** Bytes; the driver gives a `Buffer`, which is one. */
export const bytea = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });
