import type { PostgresTimeouts } from "../../options.ts";

/** Limits for tests of what never answers: short, but enough for what does on a busy machine. */
export const shortTimeouts: Required<PostgresTimeouts> = {
  connectMs: 2_000,
  queryMs: 1_500,
  statementMs: 1_200,
  lockMs: 1_000,
};
