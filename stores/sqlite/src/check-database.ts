import type { Problem } from "@throughline/core";
import { checkFeed } from "./check-feed.ts";
import type { CheckRule as Rule } from "@throughline/store-sql";
import { fileRules } from "./check-rules.ts";
import { readTogether } from "./migrations/transaction.ts";
import { type SchemaDatabase, readRows } from "./migrations/schema-database.ts";
import { sqliteCode } from "./sqlite-error.ts";

/** The most findings that are told of one rule: a damaged file can have millions. */
const FINDINGS = 100;

/**
 * Looks for damage in a file of the latest schema, as of one moment: first SQLite's own checks, then what the tables
 * promise each other. It only reads, and holds the thread while it does (some ten seconds for a million messages), so
 * give it a connection of its own. The names of problems are in `docs/troubleshooting.md`.
 */
export function checkDatabase(database: SchemaDatabase): Problem[] {
  return readTogether(database, () => {
    const damage = checkFile(database);
    const checks = [...fileRules.map((rule) => () => checkRule(database, rule)), () => checkFeed(database)];
    return [...damage, ...checks.flatMap((check) => unlessDamaged(check, damage.length > 0))];
  });
}

/** The quick check finds most damage at a fraction of the cost; the full one compares every index with its table. */
function checkFile(database: SchemaDatabase): Problem[] {
  for (const pragma of ["quick_check", "integrity_check"]) {
    const found = unlessDamaged(() => runPragma(database, pragma), false);
    if (found.length > 0) return found;
  }
  return [];
}

function runPragma(database: SchemaDatabase, pragma: string): Problem[] {
  return readRows(database, `PRAGMA ${pragma}(${FINDINGS})`)
    .map(([finding]) => String(finding))
    .filter((finding) => finding !== "ok")
    .map(damagedFile);
}

function checkRule(database: SchemaDatabase, { problem, sql }: Rule): Problem[] {
  return readRows(database, `${sql} LIMIT ${FINDINGS}`).map(([session, message]) => ({
    problem,
    message: String(message),
    ...(typeof session === "string" ? { session } : undefined),
  }));
}

/** Damage may stop a check half-way: that is a finding too, unless the file is known to be damaged. */
function unlessDamaged(check: () => Problem[], isKnown: boolean): Problem[] {
  try {
    return check();
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    return isKnown ? [] : [damagedFile(error.message)];
  }
}

/** SQLITE_CORRUPT, SQLITE_NOTADB, and what extends them. */
function isCorrupt(error: unknown): error is Error {
  return error instanceof Error && [11, 26].includes(sqliteCode(error) ?? 0);
}

function damagedFile(message: string): Problem {
  return { problem: "damaged_file", message };
}
