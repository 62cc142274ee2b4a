/**
 * Erases a deleted session in small commits: messages, what else it owns, large values, imported bytes, and last the
 * session, whose id stays taken for ever. What was done is written down in the same commits, so another process goes on
 * where one was killed, and two at once do the work of one.
 */
import type { Expectation, Write, WriteResult } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import { sessionNotFound } from "../find-session.ts";
import type { ServiceContext } from "../service-context.ts";
import { sweepBlobs } from "../sweep-blobs.ts";
import { type ErasureJob, type StoredJob, jobKey, readJob, updateJob } from "./erasure-job.ts";
import { type SharedPositions, findCountingAncestor, readShared } from "./forks-of.ts";
import { blankedSession } from "./blanked-session.ts";
import { nextOwnedRecords, removalsOfEnded } from "./owned-records.ts";
import { MessagesPage, readReferences } from "./messages-page.ts";
import { both, without } from "./position-ranges.ts";
import { type DeletionReceipt, findReceipt, insertReceipt, unfinishedReceipt } from "./receipt.ts";
import { nextSourceStep } from "./session-sources.ts";

/** Commits in which neither this eraser nor another one gets further. */
const attempts = 20;

/** Looks at large values, of which one in ten is enough where 64 writers stage at a time. */
const sweepAttempts = 100;

/**
 * Goes on with an erasure that has begun, to its end, or as far as living forks let it.
 *
 * @throws ThroughlineError `not_found` where none has begun; `unsupported` with reason `encoding`
 */
export async function continueErasure(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<DeletionReceipt> {
  let revision = 0;
  for (let attempt = 1; ; attempt += 1) {
    const stored = await readJob(context, session, options);
    if (stored === undefined) {
      const receipt = await findReceipt(context, session, options);
      if (receipt === undefined) throw sessionNotFound(session);
      return receipt;
    }
    // Whoever overtakes this one has got further, so it may be overtaken as often as there are steps.
    if (stored.revision > revision) attempt = 1;
    ({ revision } = stored);
    try {
      return await new Erasure(context, stored, options).run();
    } catch (error) {
      if (!isOvertaken(error) || attempt === attempts) throw error;
    }
  }
}

/** Another eraser was faster. */
class Overtaken extends Error {}

/** Whether another eraser, or the end of a fork, changed what was read. */
function isOvertaken(error: unknown): boolean {
  if (error instanceof Overtaken) return true;
  if (!isThroughlineError(error)) return false;
  return error.reason === "expectation" || error.reason === "absent" || error.reason === "removed";
}

class Erasure {
  readonly #context: ServiceContext;
  readonly #options: CallOptions;
  #job: ErasureJob;
  #revision: number;
  #row: Row | undefined;

  constructor(context: ServiceContext, { job, revision }: StoredJob, options: CallOptions) {
    this.#context = context;
    this.#options = options;
    this.#job = job;
    this.#revision = revision;
  }

  async run(): Promise<DeletionReceipt> {
    const row = await this.#readSession();
    this.#row = row;
    await this.#releaseBlobs();
    const shared = await readShared(this.#context, row, this.#options);
    await this.#noteForks(row, shared);
    await this.#eraseMessages(this.#job.everything ? [] : shared.positions);
    if (this.#job.kept.length > 0) return this.#wait(row);
    await this.#eraseOwned();
    await this.#eraseSources();
    return this.#finish();
  }

  async #readSession(): Promise<Row> {
    const { store, tenant } = this.#context;
    const key = [this.#job.sessionId];
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind: "sessions", keys: [key], select: "all", hidden: true }] },
      this.#options,
    );
    const row = answers[0][0];
    // It is hidden before its job begins, and goes in one commit with it.
    if (row === undefined) throw new Overtaken();
    return row;
  }

  /** One step, and what it leaves to do. */
  async #commit(
    changes: Partial<ErasureJob>,
    writes: readonly Write[] = [],
    expect: readonly Expectation[] = [],
  ): Promise<readonly WriteResult[]> {
    const { store, tenant } = this.#context;
    const job = { ...this.#job, ...changes };
    const jobRow = {
      kind: "state",
      key: jobKey(job.sessionId),
      fields: { revision: this.#revision },
    } as const;
    const { results } = await store.commit(
      {
        tenant,
        expect: [{ type: "equals", ...jobRow }, ...expect],
        writes: [...writes, updateJob(job, store.now())],
      },
      this.#options,
    );
    const last = results.at(-1);
    this.#job = job;
    this.#revision = last !== undefined && "revision" in last ? last.revision : this.#revision + 1;
    return results;
  }

  /**
   * Keeps the session as it is, in a batch that removes what it owns one by one: rule C45 of the contract lets that
   * through for a deleted session.
   */
  #keepSession(row: Row): Write {
    const { revision: _, ...record } = row;
    return { type: "insert", kind: "sessions", record, exists: "keep" };
  }

  #expectDeleted(row: Row): Expectation {
    const { hiddenAt } = row;
    return {
      type: "equals",
      kind: "sessions",
      key: [row.id as string],
      fields: { hiddenAt: hiddenAt as number },
    };
  }

  /** Who shares something, for the receipt: before it goes. */
  async #noteForks(row: Row, { positions, forks }: SharedPositions): Promise<void> {
    const { everything, kept, forksWithLostHistory, sharedWith } = this.#job;
    const isLost = everything && both(kept, positions).length > 0;
    const lost = isLost ? [...new Set([...forksWithLostHistory, ...forks])] : forksWithLostHistory;
    const sharing = everything ? [] : forks;
    if (sameTexts(lost, forksWithLostHistory) && sameTexts(sharing, sharedWith)) return;
    await this.#commit({ forksWithLostHistory: lost, sharedWith: sharing }, [], [this.#expectDeleted(row)]);
  }

  async #eraseMessages(shared: SharedPositions["positions"]): Promise<void> {
    const row = this.#row as Row;
    if (without(this.#job.kept, shared).length === 0) return;
    const references = await readReferences(this.#context, this.#job.sessionId, this.#options);
    for (;;) {
      const [range] = without(this.#job.kept, shared);
      if (range === undefined) return;
      const page = await MessagesPage.read(
        this.#context,
        this.#job.sessionId,
        range,
        references,
        this.#options,
      );
      const sources = await page.blankSources(this.#context, this.#options);
      await this.#commit(
        {
          kept: without(this.#job.kept, [page.range]),
          removed: this.#counted(page.counts),
          hashes: page.hashes,
          isCounted: false,
          sources: [...new Set([...this.#job.sources, ...sources])],
        },
        [this.#keepSession(row), ...page.writes],
        [this.#expectDeleted(row)],
      );
      await this.#releaseBlobs();
    }
  }

  /** Forks need the rest: the session's own text goes, and its record stays until they are gone. */
  async #wait(row: Row): Promise<DeletionReceipt> {
    if (!this.#job.isBlank)
      await this.#commit({ isBlank: true }, [blankedSession(row)], [this.#expectDeleted(row)]);
    return unfinishedReceipt(this.#job);
  }

  async #eraseOwned(): Promise<void> {
    for (;;) {
      const owned = await nextOwnedRecords(this.#context, this.#job.sessionId, this.#options);
      if (owned === undefined) break;
      await this.#commit({ removed: this.#counted(owned.counts), hashes: owned.hashes, isCounted: false }, [
        owned.write,
      ]);
      await this.#releaseBlobs();
    }
    await this.#eraseEnded();
  }

  /** What had ended was there for nobody, and is not counted. */
  async #eraseEnded(): Promise<void> {
    for (const removal of removalsOfEnded(this.#context.store.kinds, this.#job.sessionId)) {
      for (;;) {
        const [result] = await this.#commit({}, [removal]);
        if (result === undefined || !("count" in result) || result.count < removal.limit) break;
      }
    }
  }

  /** Large values that nobody else holds go at once. They are counted before they do: a second look finds none. */
  async #releaseBlobs(): Promise<void> {
    const { hashes } = this.#job;
    if (hashes.length === 0) return;
    if (!this.#job.isCounted) {
      const { blobs, bytes } = await sweepBlobs(this.#context, { ...this.#options, hashes, dryRun: true });
      await this.#commit({
        isCounted: true,
        removed: this.#counted(blobs === 0 ? {} : { blobs }),
        bytes: this.#job.bytes + bytes,
      });
    }
    const { left } = await sweepBlobs(this.#context, { ...this.#options, hashes, attempts: sweepAttempts });
    if (left > 0) throw blobsInTheWay(this.#job.sessionId, left);
    await this.#commit({ hashes: [], isCounted: false });
  }

  async #eraseSources(): Promise<void> {
    for (;;) {
      const { sessionId, sources } = this.#job;
      const next = await nextSourceStep(this.#context, sessionId, sources, this.#options);
      if (next === undefined) return;
      const changes = { removed: this.#counted(next.counts), sources: next.sources };
      await this.#commit(changes, next.writes, next.expect);
    }
  }

  async #finish(): Promise<DeletionReceipt> {
    const { store, tenant } = this.#context;
    // Forks may have gone, or lost a session between, since it was read.
    const row = await this.#readSession();
    const ancestor = await findCountingAncestor(this.#context, row, this.#options);
    const job = { ...this.#job, removed: this.#counted({ sessions: 1 }) };
    const id = row.id as string;
    const writes: Write[] = [
      { type: "remove", kind: "sessions", key: [id] },
      { type: "remove", kind: "state", key: jobKey(id) },
      insertReceipt(job, store.now()),
    ];
    const expect: Expectation[] = [
      { type: "equals", kind: "state", key: jobKey(id), fields: { revision: this.#revision } },
      {
        type: "equals",
        kind: "sessions",
        key: [id],
        fields: { hiddenAt: row.hiddenAt as number, forks: row.forks as number },
      },
    ];
    if (ancestor !== undefined) {
      // It counts one fork less, and those whose parent this was.
      const increment = { forks: (row.forks as number) - 1 };
      writes.push({ type: "update", kind: "sessions", key: [ancestor], increment });
    }
    await store.commit({ tenant, writes, expect }, this.#options);
    return (await findReceipt(this.#context, id, this.#options)) ?? unfinishedReceipt(job);
  }

  #counted(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    const removed: Record<string, number> = { ...this.#job.removed };
    for (const [kind, count] of Object.entries(counts)) {
      if (count > 0) removed[kind] = (removed[kind] ?? 0) + count;
    }
    return removed;
  }
}

/** The erasure stays as it is, to be gone on with: its receipt must not name what is still there. */
function blobsInTheWay(session: string, left: number): ThroughlineError {
  const message = `Others store large values all the time: ${left} of the session ${session} could not be removed yet.`;
  return new ThroughlineError("unavailable", message, {
    reason: "locked",
    outcome: "refused",
    retryable: true,
    details: { session, left },
  });
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}
