import type { Dialect } from "@throughline/store-sql";
import { rowKeyset } from "@throughline/store-sql";

/** How PostgreSQL writes selections. */
export const postgresDialect: Dialect = {
  ...rowKeyset,
  booleans: "as booleans",
  asNumber: (column) => `(${column})::integer`,
  finish(sql) {
    let number = 0;
    return sql.replaceAll("?", () => `$${(number += 1)}`);
  },
};
