/** Clean-up: expires, deletes and erases as a policy says, and drops what nobody needs any more. */
import * as v from "valibot";
import type { Expectation, Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { placeOf } from "../../contract/page.ts";
import { isThroughlineError } from "../../error.ts";
import { type KeyValues, type Row, type StoredRecord, compareKeys } from "../../model/kind.ts";
import { sessions } from "../../model/sessions.ts";
import { parseInput, refuseNonObject } from "../../schemas/parse-input.ts";
import { sweepBlobs } from "../blobs/sweep-blobs.ts";
import type { ServiceContext } from "../service-context.ts";
import { pagesOfSessions } from "./all-sessions.ts";
import { type CleanedRecord, cleanRecords } from "./clean-records.ts";
import { findCutOff } from "./cut-off.ts";
import { type CleanUpAction, type CleanUpReason, type Decision, decide, makeDecision } from "./decide.ts";
import { Erasures } from "./erasures.ts";
import { expectNotHeld } from "./holds.ts";
import { findHeld } from "./owners.ts";
import { type RetentionPolicy, completePolicy, daysBefore, policyInput } from "./policy.ts";

/** What one clean-up did: of several at once, each tells what it did itself. */
export interface CleanUpReport {
  /** True: this is what would have been done. */
  readonly dryRun: boolean;
  /** Sessions marked `expired`. */
  readonly expired: number;
  /** Sessions put into the trash. */
  readonly trashed: number;
  /** Sessions of which nothing is left. */
  readonly erased: number;
  /** Sessions of which all is erased but what living forks share. */
  readonly partlyErased: number;
  /** What was removed beside sessions, by kind: as often as there was something of it to remove. */
  readonly removed: Readonly<Record<string, number>>;
  /** Large values that nobody held, and their bytes. A dry run does not foresee those that erasing and removing set free. */
  readonly blobs: number;
  readonly bytes: number;
  /** Whether old feed entries and operation ids were dropped. */
  readonly pruned: boolean;
  /** What was done to which session, and why: the first 1,000. */
  readonly sessions: readonly CleanedSession[];
  /** What was removed beside sessions, and why: the first 1,000. */
  readonly records: readonly CleanedRecord[];
}

export interface CleanedSession {
  readonly id: string;
  readonly action: CleanUpAction;
  readonly reason: CleanUpReason;
}

const cleanUpOptions = v.strictObject({
  /** Says what would be done, and does nothing. Default: false. */
  dryRun: v.optional(v.boolean("must be true or false")),
  /** What differs from the policy that the services were opened with. */
  policy: v.optional(policyInput),
  /** Whether to drop old feed entries and operation ids, which is done for all tenants of the store. Default: true. */
  prune: v.optional(v.boolean("must be true or false")),
});
export type CleanUpInput = v.InferInput<typeof cleanUpOptions>;

export interface CleanUpOptions extends CleanUpInput {
  /** Stops between two commits; the next clean-up goes on. */
  readonly signal?: AbortSignal;
  /** Told of what was done so far, after each page. */
  readonly onProgress?: (report: CleanUpReport) => void;
}

const listed = 1_000;
/** Commits at a time: stores put them into one transaction. */
const atOnce = 16;

export async function cleanUp(context: ServiceContext, given: CleanUpOptions): Promise<CleanUpReport> {
  refuseNonObject(given, "gc");
  const { signal, onProgress, ...rest } = given;
  const input = parseInput(cleanUpOptions, rest, "gc");
  const options = signal === undefined ? {} : { signal };
  const run = new CleanUp(context, input, options, onProgress);
  return run.run();
}

class CleanUp {
  readonly #context: ServiceContext;
  readonly #options: CallOptions;
  readonly #policy: RetentionPolicy;
  readonly #dryRun: boolean;
  readonly #prunes: boolean;
  readonly #now: number;
  readonly #onProgress: ((report: CleanUpReport) => void) | undefined;
  readonly #sessions: CleanedSession[] = [];
  readonly #counts = { expired: 0, trashed: 0, erased: 0, partlyErased: 0, blobs: 0, bytes: 0 };
  readonly #removed: Record<string, number> = {};
  readonly #records: CleanedRecord[] = [];
  /** The first of the newest sessions, of which there are as many as may stay; undefined: there are no more. */
  #cutOff: KeyValues | undefined;
  #pruned = false;

  constructor(
    context: ServiceContext,
    { dryRun = false, policy = {}, prune = true }: CleanUpInput,
    options: CallOptions,
    onProgress: ((report: CleanUpReport) => void) | undefined,
  ) {
    this.#context = context;
    this.#options = options;
    this.#policy = completePolicy(policy, context.retention);
    this.#dryRun = dryRun;
    this.#prunes = prune;
    this.#now = context.store.now();
    this.#onProgress = onProgress;
  }

  async run(): Promise<CleanUpReport> {
    const erasures = await Erasures.find(this.#context, this.#options);
    await this.#goOver(erasures);
    await this.#keepNewest();
    await this.#erase(erasures);
    await this.#cleanRecords();
    const { blobs, bytes } = await sweepBlobs(this.#context, { ...this.#options, dryRun: this.#dryRun });
    this.#counts.blobs += blobs;
    this.#counts.bytes += bytes;
    if (this.#prunes && !this.#dryRun) await this.#prune();
    return this.#report();
  }

  #report(): CleanUpReport {
    return {
      dryRun: this.#dryRun,
      ...this.#counts,
      removed: { ...this.#removed },
      pruned: this.#pruned,
      sessions: this.#sessions.slice(0, listed),
      records: this.#records.slice(0, listed),
    };
  }

  /** Looks at every session once, and does what its age asks for. */
  async #goOver(erasures: Erasures): Promise<void> {
    const everything = { shape: "key", prefix: [], hidden: true };
    for await (const rows of pagesOfSessions(this.#context, everything, this.#options)) {
      const decided = rows.flatMap((row) => {
        const decision = decide(row, this.#policy, this.#now);
        return decision === undefined ? [] : [{ row, decision }];
      });
      for (const { row, decision } of decided) if (decision.action === "erase") erasures.add(row);
      await this.#carryOut(decided.filter(({ decision }) => decision.action !== "erase"));
      this.#onProgress?.(this.#report());
    }
  }

  /** Beyond `maxSessions`, those go that were active longest ago; pinned and held ones among these stay. */
  async #keepNewest(): Promise<void> {
    const { maxSessions } = this.#policy;
    if (maxSessions === null) return;
    const selection = { shape: "activity", prefix: [1] };
    this.#cutOff = await findCutOff(
      this.#context,
      {
        selection: { kind: "sessions", ...selection },
        most: maxSessions,
        gone: (rows) => this.#tooOld(rows),
      },
      this.#options,
    );
    if (this.#cutOff === undefined) return;
    const range = { to: this.#cutOff[1] as number };
    for await (const rows of pagesOfSessions(this.#context, { ...selection, range }, this.#options)) {
      const gone = await this.#tooOld(rows);
      const decision = makeDecision("trash", "max_sessions");
      const oldest = rows.filter((row) => !gone.has(row) && this.#isTooMany(row));
      await this.#carryOut(oldest.map((row) => ({ row, decision })));
      this.#onProgress?.(this.#report());
    }
  }

  /** In a dry run those are still there that their age would have taken. */
  async #tooOld(rows: readonly Row[]): Promise<ReadonlySet<Row>> {
    if (!this.#dryRun) return new Set();
    const old = rows.filter((row) => decide(row, this.#policy, this.#now)?.action === "trash");
    const held = await this.#findHeld(old.map(({ id }) => id as string));
    return new Set(old.filter(({ id }) => !held.has(id as string)));
  }

  /** Whether `maxSessions` takes a session that nobody holds. */
  #isTooMany(row: Row): boolean {
    const { pinned, listed: isListed } = row;
    if (this.#cutOff === undefined || pinned === true || isListed === false) return false;
    return compareKeys(placeOf(sessions, "activity", row), this.#cutOff) < 0;
  }

  /** What belongs to sessions that are deleted goes with them. */
  async #cleanRecords(): Promise<void> {
    const goes = (session: Row): boolean =>
      this.#dryRun &&
      (decide(session, this.#policy, this.#now)?.action === "trash" || this.#isTooMany(session));
    const pages = cleanRecords(this.#context, {
      policy: this.#policy,
      now: this.#now,
      dryRun: this.#dryRun,
      goes,
      call: this.#options,
    });
    for await (const { records, blobs, bytes } of pages) {
      for (const record of records) {
        this.#removed[record.kind] = (this.#removed[record.kind] ?? 0) + 1;
        if (this.#records.length < listed) this.#records.push(record);
      }
      this.#counts.blobs += blobs;
      this.#counts.bytes += bytes;
      this.#onProgress?.(this.#report());
    }
  }

  async #carryOut(decided: readonly { readonly row: Row; readonly decision: Decision }[]): Promise<void> {
    const held = await this.#findHeld(decided.map(({ row }) => row.id as string));
    const free = decided.filter(({ row }) => !held.has(row.id as string));
    for (let begin = 0; begin < free.length; begin += atOnce) {
      const some = free.slice(begin, begin + atOnce);
      const done = await Promise.all(some.map(async (one) => this.#dryRun || (await this.#change(one))));
      some.forEach(({ row, decision }, index) => {
        if (done[index] === true) this.#note(row, decision);
      });
    }
  }

  async #findHeld(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return findHeld(this.#context, ids, this.#options);
  }

  /** Changes a session that is as it was seen: one that was active, pinned or held meanwhile stays. */
  async #change({ row, decision }: { readonly row: Row; readonly decision: Decision }): Promise<boolean> {
    const { store, tenant } = this.#context;
    const id = row.id as string;
    const { lastActivity, status } = row;
    const now = store.now();
    const fields = {
      hiddenAt: 0,
      pinned: false,
      lastActivity: lastActivity as number,
      status: status as string,
    };
    const expect: Expectation[] = [
      { type: "equals", kind: "sessions", key: [id], fields },
      expectNotHeld(id),
    ];
    const set: StoredRecord =
      decision.action === "trash" ? { hiddenAt: now } : { status: "expired", updatedAt: now };
    const write: Write = { type: "update", kind: "sessions", key: [id], set };
    try {
      await store.commit({ tenant, expect, writes: [write] }, this.#options);
      return true;
    } catch (error) {
      if (isThroughlineError(error) && error.reason === "expectation") return false;
      throw error;
    }
  }

  #note(row: Row, { action, reason }: Decision): void {
    if (action === "expire") this.#counts.expired += 1;
    else this.#counts.trashed += 1;
    if (this.#sessions.length < listed) this.#sessions.push({ id: row.id as string, action, reason });
  }

  async #erase(erasures: Erasures): Promise<void> {
    for await (const { id, reason, left, blobs, bytes } of this.#dryRun
      ? erasures.foresee()
      : erasures.carryOut()) {
      this.#counts.blobs += blobs;
      this.#counts.bytes += bytes;
      if (left === undefined) continue;
      this.#counts[left === "nothing" ? "erased" : "partlyErased"] += 1;
      if (this.#sessions.length < listed) this.#sessions.push({ id, action: "erase", reason });
      this.#onProgress?.(this.#report());
    }
  }

  async #prune(): Promise<void> {
    const { feedDays, operationsDays } = this.#policy;
    // What is kept for ever begins before all times.
    const before = (days: number | null): number =>
      days === null ? 0 : Math.max(0, daysBefore(this.#now, days));
    await this.#context.store.prune({ changes: before(feedDays), operations: before(operationsDays) });
    this.#pruned = true;
  }
}
