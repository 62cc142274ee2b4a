/** Asks for records of branches, and takes in what is answered. */
import type { Page, Query } from "../../contract/read.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";
import type { Branch } from "./known-branches.ts";
import type { KnownLog } from "./known-log.ts";
import { pageRows } from "./plan-queries.ts";

/** Positions of which the branches are asked for: the last ones first, at most `limit`. */
export interface BranchRange {
  readonly above: number;
  readonly to: number;
  readonly limit: number;
}

/** The branches at a position and below it, as far as they are not known. */
export function branchesAt(log: KnownLog, position: number): BranchRange {
  return { above: log.branches.knownBelow(position), to: position, limit: pageRows };
}

export function branchQuery(session: string, { above, to, limit }: BranchRange): Query {
  return {
    type: "query",
    kind: "branches",
    shape: "key",
    prefix: [session],
    range: { above, to },
    direction: "backward",
    limit,
  };
}

/** Takes in a page that was read when the log ended at `last`. */
export function learnBranches(
  log: KnownLog,
  { above, to }: BranchRange,
  last: number,
  { rows, next }: Page,
): void {
  const found = rows as unknown as readonly Branch[];
  const branches = found.map(({ seq, parentSeq }) => ({ seq, parentSeq })).toReversed();
  const readTo = next === undefined ? above : (next[1] as number) - 1;
  log.branches.learn(readTo, Math.min(to, last), branches);
}

/** Reads the branches at a position and below it: one page. */
export async function readBranches(
  { store, tenant }: ServiceContext,
  log: KnownLog,
  position: number,
  settings: CallSettings,
): Promise<void> {
  const range = branchesAt(log, position);
  const { answers } = await store.read({ tenant, requests: [branchQuery(log.session, range)] }, settings);
  learnBranches(log, range, position, answers[0]);
}
