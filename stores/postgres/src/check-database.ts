import type { Problem } from "@throughline/core";
import { checkRules } from "./check-rules.ts";
import type { Connection } from "./database.ts";

/** The most findings that are told of one rule: a damaged database can have millions. */
const FINDINGS = 100;
/** Reading every row takes its time. */
const LIMIT_MS = 60 * 60_000;

/**
 * Looks for damage, as of one moment: what the tables promise each other. Pages on disk are the server's to check
 * (`amcheck`, data checksums). The names of problems are in `docs/troubleshooting.md`.
 */
export async function checkDatabase(connection: Connection, schema: string): Promise<Problem[]> {
  // These read whole tables.
  const settings = [
    "enable_seqscan = on",
    "plan_cache_mode = auto",
    "max_parallel_workers_per_gather = 2",
    `statement_timeout = ${LIMIT_MS}`,
  ];
  await connection.execute(settings.map((setting) => `SET LOCAL ${setting}`).join("; "));
  const problems: Problem[] = [];
  for (const { problem, sql } of checkRules) {
    const text = `${sql.replaceAll('"throughline"', `"${schema}"`)} LIMIT ${FINDINGS}`;
    const rows = await connection.query(text, [], { timeoutMs: LIMIT_MS });
    for (const [session, message] of rows) {
      problems.push({
        problem,
        message: String(message),
        ...(typeof session === "string" && { session }),
      });
    }
  }
  return problems;
}
