/** Looks for damage: in the log, in the records of every collection, and in what sessions say of their messages. */
import type { Kind, Problem, Store } from "@throughline/core";
import { checkLog } from "./check-log.ts";
import { checkRecords } from "./check-records.ts";
import { checkSessions } from "./check-sessions.ts";
import type { Database } from "./database.ts";

/** The most findings of one kind that are told of. */
const FINDINGS = 100;

/** `tenants`: whose logs were just brought into the collections. */
export async function checkDatabase(
  store: Store,
  database: Database,
  kinds: ReadonlyMap<string, Kind>,
  tenants: readonly string[],
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const kind of kinds.values())
    problems.push(...(await checkRecords(database, kind)).slice(0, FINDINGS));
  for (const tenant of tenants) {
    problems.push(...(await checkLog(database, kinds, tenant)).slice(0, FINDINGS));
    problems.push(...(await checkSessions(store, tenant)).slice(0, FINDINGS));
  }
  return problems;
}
