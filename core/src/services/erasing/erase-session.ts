/**
 * Erases a deleted session in small commits: messages, what else it owns, large values, imported bytes, and last the
 * session, whose id stays taken for ever. What was done is written down in the same commits, so another process goes on
 * where one was killed, and two at once do the work of one.
 */
import type { Expectation, Write, WriteResult } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import type { ServiceContext } from "../service-context.ts";
import { type ErasureJob, type StoredJob, jobKey, readJob, updateJob } from "./erasure-job.ts";
import { type SharedPositions, findCountingAncestor, readShared } from "./forks-of.ts";
import { blankedSession } from "./blanked-session.ts";
import { OwnPart } from "./own-part.ts";
import { nextOwnedRecords, removalsOfEnded } from "./owned-records.ts";
import { MessagesPage, readReferences } from "./messages-page.ts";
import { both, without } from "./position-ranges.ts";
import { type DeletionReceipt, findReceipt, insertReceipt, unfinishedReceipt } from "./receipt.ts";
import { addCounts, releaseBlobs } from "./release-blobs.ts";
import { nextSourceStep } from "./session-sources.ts";

/** Looks after which neither this eraser nor another one of the session got further: forks come to their ends meanwhile. */
const attempts = 50;

/**
 * Goes on with an erasure that has begun, to its end, or as far as living forks let it. What this call does of it itself
 * is added to `own`.
 *
 * @throws ThroughlineError `not_found` where none has begun; `unsupported` with reason `encoding`; `unavailable` with
 *   reason `damaged`, or with `locked` where forks change all the time: then the erasure stays as far as it is
 */
export async function continueErasure(
  context: ServiceContext,
  session: string,
  options: CallOptions,
  own: OwnPart = new OwnPart(),
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
      return await new Erasure(context, stored, options, own).run();
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      if (attempt === attempts) throw forksInTheWay(session, error);
    }
    options.signal?.throwIfAborted();
    // Those who collided would collide again if all went on at once.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * attempt));
  }
}

/** Another eraser came to the end. */
class Ended extends Error {}

/** Whether another eraser, or the end of a fork, changed what was read. */
function isOvertaken(error: unknown): boolean {
  if (error instanceof Ended) return true;
  if (!isThroughlineError(error)) return false;
  return error.reason === "expectation" || error.reason === "absent" || error.reason === "removed";
}

class Erasure {
  readonly #context: ServiceContext;
  readonly #options: CallOptions;
  readonly #own: OwnPart;
  #job: ErasureJob;
  #revision: number;
  #row: Row | undefined;

  constructor(context: ServiceContext, { job, revision }: StoredJob, options: CallOptions, own: OwnPart) {
    this.#context = context;
    this.#options = options;
    this.#own = own;
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
    const { sessionId } = this.#job;
    const { answers } = await store.read(
      {
        tenant,
        requests: [
          { type: "get", kind: "sessions", keys: [[sessionId]], select: "all", hidden: true },
          { type: "get", kind: "state", keys: [jobKey(sessionId)], select: "key" },
        ],
      },
      this.#options,
    );
    const [[row], [job]] = answers;
    if (row !== undefined) return row;
    // It is hidden before its job begins, and goes in one commit with it.
    throw job === undefined ? new Ended() : recordMissing(sessionId);
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
      this.#own.noteStep(this.#job);
      await this.#releaseBlobs();
    }
  }

  /** Forks need the rest: the session's own text goes, and its record stays until they are gone. */
  async #wait(row: Row): Promise<DeletionReceipt> {
    if (!this.#job.isBlank) {
      await this.#commit({ isBlank: true }, [blankedSession(row)], [this.#expectDeleted(row)]);
      this.#own.noteStep(this.#job);
    }
    this.#own.noteEnd(this.#job);
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
    if (this.#job.isEndedGone) return;
    for (const removal of removalsOfEnded(this.#context.store.kinds, this.#job.sessionId)) {
      for (;;) {
        const [result] = await this.#commit({}, [removal]);
        if (result === undefined || !("count" in result) || result.count < removal.limit) break;
      }
    }
    await this.#commit({ isEndedGone: true });
  }

  /** Large values that nobody else holds go at once. */
  async #releaseBlobs(): Promise<void> {
    const current = (): ErasureJob => this.#job;
    const job = {
      get job() {
        return current();
      },
      change: (changes: Partial<ErasureJob>) => this.#commit(changes),
      note: (blobs: number, bytes: number) => {
        this.#own.blobs += blobs;
        this.#own.bytes += bytes;
      },
    };
    const left = await releaseBlobs(this.#context, job, this.#options);
    if (left > 0) throw blobsInTheWay(this.#job.sessionId, left);
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
    this.#own.hasEnded = true;
    return (await findReceipt(this.#context, id, this.#options)) ?? unfinishedReceipt(job);
  }

  #counted(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    return addCounts(this.#job.removed, counts);
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

/** The erasure stays as it is, to be gone on with. */
function forksInTheWay(session: string, cause: unknown): ThroughlineError {
  const message = `The forks of the session ${session} change all the time: it could not be erased yet.`;
  return new ThroughlineError("unavailable", message, {
    reason: "locked",
    outcome: "refused",
    retryable: true,
    details: { session },
    cause,
  });
}

/** No commit leaves it so: something else took the record away. */
function recordMissing(session: string): ThroughlineError {
  const message = `The session ${session} is being erased, but its record is missing from the store.`;
  return new ThroughlineError("unavailable", message, {
    reason: "damaged",
    outcome: "refused",
    details: { session },
  });
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}
