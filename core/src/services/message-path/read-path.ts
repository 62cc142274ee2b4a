/** Reads the messages of a path, both ways: nearly always with one read. */
import type { Page, ReadRequest } from "../../contract/read.ts";
import { ThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";
import { type Collected, type Missing, type Stretch, collectRows, stretchOf } from "./collect-rows.ts";
import { KnownLog, knownLogs, straightPath } from "./known-log.ts";
import type { KnownPath } from "./known-path.ts";
import { type PlannedQuery, messageQuery, openEnd, pageRows, planQueries } from "./plan-queries.ts";
import { type BranchRange, branchQuery, branchesAt, learnBranches } from "./read-branches.ts";

const farthest = Number.MAX_SAFE_INTEGER;
/** Branches near the end that the newest messages may need. */
const branchesNearEnd = 64;

export interface PathReading {
  readonly session: string;
  /** The path to the head, the path to this position, or all messages of the session itself. */
  readonly end: "head" | "all" | number;
  readonly isForward: boolean;
  /** Messages after this position (forward), or before it. */
  readonly position: number;
  /** Rows that are wanted. */
  readonly count: number;
  /** Also deleted messages. */
  readonly tombstones: boolean;
  readonly select: "plain" | "all";
}

export interface PathRows {
  /** In the direction of the reading. */
  readonly rows: readonly Row[];
  readonly path: KnownPath;
}

/** @throws ThroughlineError `not_found`; `invalid` with reason `position` for an end that is no position */
export async function readPath(
  context: ServiceContext,
  reading: PathReading,
  settings: CallSettings,
): Promise<PathRows> {
  return new PathReader(context, reading, settings).read();
}

class PathReader {
  readonly #context: ServiceContext;
  readonly #reading: PathReading;
  readonly #settings: CallSettings;
  readonly #collected: Collected;
  readonly #stretches: Stretch[] = [];
  /** Ancestors that were deleted, and are read through the fork. */
  readonly #hidden = new Set<string>();
  #log: KnownLog | undefined;
  /** The path that is read; until the session was read, nobody knows it for sure. */
  #path: KnownPath | undefined;
  /** How often messages of the path were asked for without there being enough. */
  #attempts = 0;

  constructor(context: ServiceContext, reading: PathReading, settings: CallSettings) {
    this.#context = context;
    this.#reading = reading;
    this.#settings = settings;
    this.#collected = { rows: [], position: reading.position };
    this.#log = knownLogs(context).get(context.tenant, reading.session);
  }

  async read(): Promise<PathRows> {
    let branches = this.#newBranches();
    for (;;) {
      const path = await this.#readOnce(branches);
      const { isForward, count, tombstones } = this.#reading;
      const missing: Missing = collectRows(this.#collected, path, this.#stretches, {
        isForward,
        count,
        tombstones,
      });
      if (missing === undefined) return this.#finish(path);
      const log = this.#log;
      branches = missing === "messages" || log === undefined ? undefined : branchesAt(log, missing.unknownAt);
    }
  }

  #finish(path: KnownPath): PathRows {
    const log = this.#log;
    // Of a straight session there is nothing worth keeping.
    if (log !== undefined && (log.forkedAt > 0 || log.branches.count > 0)) {
      knownLogs(this.#context).keep(this.#context.tenant, log);
    }
    return { rows: this.#collected.rows, path };
  }

  /** Branches that may have been written since the log was read last, or those near the end of a log that is new. */
  #newBranches(): BranchRange | undefined {
    const { end, position } = this.#reading;
    if (end === "all") return undefined;
    const to = end === "head" ? farthest : end;
    if (this.#log !== undefined) return { above: this.#log.branches.to, to: farthest, limit: pageRows };
    return { above: 0, to, limit: position === farthest ? branchesNearEnd : pageRows };
  }

  /** One read: the session, branches that may be missing, and the messages that should be next. */
  async #readOnce(branches: BranchRange | undefined): Promise<KnownPath> {
    const { session, isForward, select } = this.#reading;
    const { store, tenant } = this.#context;
    const planned = this.#plan();
    const lastBefore = this.#log?.last ?? 0;
    const ancestors = [...new Set(planned.map((query) => query.session))].filter(
      (owner) => owner !== session && !this.#hidden.has(owner),
    );
    const requests: ReadRequest[] = [
      {
        type: "get",
        kind: "sessions",
        keys: [[session], ...ancestors.map((id) => [id])],
        select: this.#log === undefined ? "all" : "plain",
      },
      ...planned.map((query) => messageQuery(query, isForward, select, this.#hidden.has(query.session))),
      ...(branches === undefined ? [] : [branchQuery(session, branches)]),
    ];
    const { answers } = await store.read({ tenant, requests }, this.#settings);
    const [row, ...owners] = answers[0] as readonly (Row | undefined)[];
    if (row === undefined) throw this.#notFound();
    const last = row.lastSeq as number;
    if (last < lastBefore) return this.#startOver();
    const log = this.#see(row);
    if (branches !== undefined) learnBranches(log, branches, last, answers.at(-1) as Page);
    for (const [index, id] of ancestors.entries()) if (owners[index] === undefined) this.#hidden.add(id);
    planned.forEach((query, index) => {
      // What was deleted is hidden here, and has to be asked for as such.
      const isConcealed = ancestors.includes(query.session) && this.#hidden.has(query.session);
      if (!isConcealed) this.#stretches.push(stretchOf(query, answers[index + 1] as Page, isForward));
    });
    this.#path ??= this.#pathOf(log, row);
    return this.#path;
  }

  /** What was known of the log is of another past: the database is another one by now. */
  async #startOver(): Promise<KnownPath> {
    knownLogs(this.#context).forget(this.#context.tenant, this.#reading.session);
    this.#log = undefined;
    return this.#readOnce(this.#newBranches());
  }

  #see(row: Row): KnownLog {
    this.#log ??= new KnownLog(row);
    this.#log.see(row);
    return this.#log;
  }

  #pathOf(log: KnownLog, row: Row): KnownPath {
    const { end } = this.#reading;
    if (end === "all") return log.own(row.lastSeq as number);
    if (end === "head") return log.pathTo(row.headSeq as number);
    if (log.holds(end)) return log.pathTo(end);
    throw noPosition(log, end);
  }

  /** The next messages of the path, or of what it should be. */
  #plan(): readonly PlannedQuery[] {
    const { session, isForward, count, end } = this.#reading;
    const { position, rows } = this.#collected;
    const missing = count - rows.length;
    if (this.#path !== undefined) {
      // Long runs of deleted messages are passed in ever longer steps.
      const wanted = Math.min(missing * 4 ** Math.min(this.#attempts, 5), Math.max(missing, pageRows));
      const { queries } = planQueries(this.#path, position, isForward, wanted);
      if (queries.length > 0) this.#attempts += 1;
      return queries;
    }
    const log = this.#log;
    if (log !== undefined) {
      const known = end === "all" ? log.own(log.last) : log.pathTo(end === "head" ? log.head : end);
      const plan = planQueries(known, position, isForward, missing);
      if (known.end === log.last && typeof end === "string") openEnd(plan, log.last, isForward);
      if (plan.queries.length > 0) return plan.queries;
    }
    const to = typeof end === "number" ? end : farthest;
    return planQueries(straightPath(session, to), position, isForward, missing).queries;
  }

  #notFound(): ThroughlineError {
    const { session } = this.#reading;
    knownLogs(this.#context).forget(this.#context.tenant, session);
    return sessionNotFound(session);
  }
}

/** A position was named that the session does not have. */
export function noPosition({ session, last }: KnownLog, seq: number): ThroughlineError {
  return new ThroughlineError("invalid", `The session has no position ${seq}; its last is ${last}.`, {
    reason: "position",
    outcome: "refused",
    details: { session, seq, last },
  });
}
