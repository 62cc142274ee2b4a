import * as v from "valibot";

/** How many items a page may have: 1 to 1,000. */
export const pageSize = v.pipe(
  v.number("must be a number"),
  v.safeInteger("must be an integer"),
  v.minValue(1, "must be at least 1"),
  v.maxValue(1_000, "must be at most 1,000"),
);
