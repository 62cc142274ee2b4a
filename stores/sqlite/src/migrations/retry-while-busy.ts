import { setTimeout as sleep } from "node:timers/promises";
import { ThroughlineError } from "@throughline/core";

/** The longest first wait, in milliseconds; each failure makes the longest wait shorter, so that the oldest wins. */
const LONGEST_WAIT_MS = 10;
const SHRINK = 0.8;
const SHORTEST_WAIT_MS = 1;

/**
 * Runs what needs a lock that another process may hold, again and again until `deadline` (of `performance.now()`).
 * Waiting is asynchronous and of random length: SQLite's own wait serves one process and starves the rest.
 *
 * @throws ThroughlineError `unavailable`, reason `locked`, when the deadline is past.
 */
export async function retryWhileBusy<Result>(run: () => Result, deadline: number): Promise<Result> {
  for (let longest = LONGEST_WAIT_MS; ; longest = Math.max(longest * SHRINK, SHORTEST_WAIT_MS)) {
    try {
      return run();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() >= deadline) throw locked(error);
    }
    await sleep(Math.random() * longest);
  }
}

/** Whether an SQLite driver said that another connection holds a lock: SQLITE_BUSY and SQLITE_LOCKED, and what extends them. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("errcode" in error && typeof error.errcode === "number") return [5, 6].includes(error.errcode & 0xff);
  return "code" in error && typeof error.code === "string" && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

function locked(cause: unknown): ThroughlineError {
  const message = "Another process keeps this database locked. Close it, or try again when it is done.";
  return new ThroughlineError("unavailable", message, {
    reason: "locked",
    outcome: "refused",
    retryable: true,
    cause,
  });
}
