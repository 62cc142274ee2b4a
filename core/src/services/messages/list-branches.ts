/** The branches of a session: one for each end that its conversation has. */
import type { Page, ReadRequest } from "../../contract/read.ts";
import { ThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import { type BranchListInput, branchList } from "../../schemas/fork-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import { learnLog } from "../message-path/know-log.ts";
import { type KnownLog, knownLogs } from "../message-path/known-log.ts";
import { type PathEnd, PathEnds } from "../message-path/path-ends.ts";
import { pageRows } from "../message-path/plan-queries.ts";
import { branchQuery, learnBranches, readBranches } from "../message-path/read-branches.ts";
import { readPath } from "../message-path/read-path.ts";
import type { Role } from "./message.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings, Page as ListPage } from "../sessions/sessions.ts";

/** One of the ways that a conversation went. */
export interface SessionBranch {
  /** Its last message: pass it as `branch` to read it, or to `setHead` to go on there. */
  readonly headSeq: number;
  readonly messageId: string;
  readonly role: Role;
  /** Where it begins to be a branch; 1 for what came first. */
  readonly firstSeq: number;
  /** The position that it left; null where it follows nothing. */
  readonly parentSeq: number | null;
  /** When its last message was written. */
  readonly createdAt: Date;
  /** Whether the conversation stands at its end. */
  readonly isCurrent: boolean;
}

const defaultLimit = 50;

/**
 * Branches, the one with the newest end first. One of which everything was deleted that is its own is left out; deleted
 * messages at its end are passed over.
 */
export async function listBranches(
  context: ServiceContext,
  id: string,
  input: BranchListInput,
  settings: CallSettings,
): Promise<ListPage<SessionBranch>> {
  const { limit = defaultLimit, cursor } = parseInput(branchList, input, "branches");
  const list = `branches ${id}`;
  const before = cursor === undefined ? Infinity : endIn(list, cursor);
  const { log, head } = await readLog(context, id, settings);
  const ends = new PathEnds(log);
  const found: { readonly end: number; readonly branch: SessionBranch }[] = [];
  for (;;) {
    const missing = Math.min(limit + 1 - found.length, pageRows);
    const some = await nextEnds(context, log, ends, before, missing, settings);
    const rows = await lastMessages(context, log, some, settings);
    some.forEach((place, index) => {
      const row = rows[index];
      if (row !== undefined) found.push({ end: place.end, branch: branchOf(place, row, head) });
    });
    if (some.length === 0 || found.length > limit) break;
  }
  const items = found.slice(0, limit).map(({ branch }) => branch);
  const last = found.length > limit ? found[limit - 1] : undefined;
  return last === undefined ? { items } : { items, next: writeCursor(list, [last.end]) };
}

function endIn(list: string, cursor: string): number {
  const [end] = readCursor(list, cursor);
  if (typeof end === "number") return end;
  throw new ThroughlineError("invalid", "This is not a cursor.", { reason: "cursor" });
}

/** The session as it is, with the branches that were written since its log was read last. */
async function readLog(
  context: ServiceContext,
  id: string,
  settings: CallSettings,
): Promise<{ readonly log: KnownLog; readonly head: number }> {
  const { store, tenant } = context;
  const above = knownLogs(context).get(tenant, id)?.branches.to ?? 0;
  const range = { above, to: Number.MAX_SAFE_INTEGER, limit: pageRows };
  const requests: ReadRequest[] = [
    { type: "get", kind: "sessions", keys: [[id]], select: "all" },
    branchQuery(id, range),
  ];
  const { answers } = await store.read({ tenant, requests }, settings);
  const row = (answers[0] as readonly (Row | undefined)[])[0];
  if (row === undefined) throw sessionNotFound(id);
  const log = learnLog(context, row);
  learnBranches(log, range, row.lastSeq as number, answers[1] as Page);
  knownLogs(context).keep(tenant, log);
  return { log, head: row.headSeq as number };
}

/** The next ends before a position, at most so many; reads branches where that takes more of them. */
async function nextEnds(
  context: ServiceContext,
  log: KnownLog,
  ends: PathEnds,
  before: number,
  count: number,
  settings: CallSettings,
): Promise<readonly PathEnd[]> {
  const found: PathEnd[] = [];
  while (found.length < count) {
    const next = ends.next();
    if (next === undefined) break;
    if ("unknownAt" in next) await readBranches(context, log, next.unknownAt, settings);
    else if (next.end < before) found.push(next);
  }
  return found;
}

/** The last live message of each path that is the path's alone, or undefined. */
async function lastMessages(
  context: ServiceContext,
  log: KnownLog,
  ends: readonly PathEnd[],
  settings: CallSettings,
): Promise<readonly (Row | undefined)[]> {
  const { store, tenant } = context;
  if (ends.length === 0) return [];
  const keys = ends.map(({ end }) => [log.session, end]);
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "messages", keys }] },
    settings,
  );
  const rows: (Row | undefined)[] = [];
  for (const [index, place] of ends.entries()) {
    const row = answers[0][index];
    rows.push(row?.removedAt === 0 ? row : await lastLive(context, log, place, settings));
  }
  return rows;
}

/** Where the last position was deleted, or belongs to an ancestor. */
async function lastLive(
  context: ServiceContext,
  log: KnownLog,
  { end, first, shared }: PathEnd,
  settings: CallSettings,
): Promise<Row | undefined> {
  const reading = { session: log.session, end, isForward: false, position: end + 1, count: 1 };
  const { rows } = await readPath(context, { ...reading, tombstones: false, select: "plain" }, settings);
  const row = rows[0];
  return row !== undefined && (row.seq as number) >= Math.max(first, shared + 1) ? row : undefined;
}

function branchOf({ end, first, parent }: PathEnd, row: Row, head: number): SessionBranch {
  const headSeq = row.seq as number;
  return {
    headSeq,
    messageId: row.id as string,
    role: row.role as Role,
    firstSeq: first,
    parentSeq: parent === 0 ? null : parent,
    createdAt: new Date(row.createdAt as number),
    isCurrent: headSeq <= head && head <= end,
  };
}
