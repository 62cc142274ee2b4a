/** What is known of a session's log, read where it is not. */
import type { Row } from "../../model/kind.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";
import { KnownLog, knownLogs } from "./known-log.ts";
import type { PathRange } from "./known-path.ts";
import { readBranches } from "./read-branches.ts";

/**
 * The session's log as it was known at some time: what it shares never changes, its end may have moved.
 *
 * @throws ThroughlineError `not_found`
 */
export async function knowLog(
  context: ServiceContext,
  session: string,
  settings: CallSettings,
): Promise<KnownLog> {
  const { store, tenant } = context;
  const known = knownLogs(context).get(tenant, session);
  if (known !== undefined) return known;
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys: [[session]], select: "all" }] },
    settings,
  );
  const row = answers[0][0];
  if (row === undefined) throw sessionNotFound(session);
  return learnLog(context, row);
}

/** Takes in a session that was read whole just now. */
export function learnLog(context: ServiceContext, row: Row): KnownLog {
  const { tenant } = context;
  const logs = knownLogs(context);
  const known = logs.get(tenant, row.id as string);
  const log = known !== undefined && known.last <= (row.lastSeq as number) ? known : new KnownLog(row);
  log.see(row);
  logs.keep(tenant, log);
  return log;
}

/** The whole path to a position of the log, in ascending order. */
export async function knowPath(
  context: ServiceContext,
  log: KnownLog,
  end: number,
  settings: CallSettings,
): Promise<readonly PathRange[]> {
  const path = log.pathTo(end);
  for (;;) {
    const ranges = path.whole();
    if (!("unknownAt" in ranges)) return ranges;
    await readBranches(context, log, ranges.unknownAt, settings);
  }
}
