/** The sessions that a clean-up erases: those whose time in the trash is over, and those whose erasure had begun. */
import type { CallOptions } from "../../contract/store.ts";
import { isThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import { beginErasure } from "../erasing/delete-session.ts";
import { continueErasure } from "../erasing/erase-session.ts";
import { OwnPart } from "../erasing/own-part.ts";
import { type ErasureJob, newJob, readJob, readJobs } from "../erasing/erasure-job.ts";
import { readShared } from "../erasing/forks-of.ts";
import { both, without } from "../erasing/position-ranges.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CleanUpReason } from "./decide.ts";

export interface Erased {
  readonly id: string;
  readonly reason: CleanUpReason;
  /** What there is of it now: nothing, or what living forks share. Undefined: somebody else erased it to there. */
  readonly left?: "nothing" | "shared";
  /** Large values that this clean-up removed with it, and their bytes. */
  readonly blobs: number;
  readonly bytes: number;
}

export class Erasures {
  readonly #context: ServiceContext;
  readonly #options: CallOptions;
  /** Why each of them is due, and of those in the trash since when they are there. */
  readonly #due = new Map<string, { readonly why: CleanUpReason; readonly hiddenAt?: number }>();

  /** With the erasures that have begun and not ended. */
  static async find(context: ServiceContext, options: CallOptions): Promise<Erasures> {
    const erasures = new Erasures(context, options);
    for (const { sessionId } of await readJobs(context, options)) {
      erasures.#due.set(sessionId, { why: "erasing" });
    }
    return erasures;
  }

  private constructor(context: ServiceContext, options: CallOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Adds a session whose time in the trash is over. */
  add({ id, hiddenAt }: Row): void {
    const session = id as string;
    if (this.#due.has(session)) return;
    this.#due.set(session, { why: "trash_days", hiddenAt: hiddenAt as number });
  }

  /** What `carryOut` would do. */
  async *foresee(): AsyncGenerator<Erased, void, undefined> {
    for (const [id, { why: reason }] of this.#due) {
      const row = await this.#readDeleted(id);
      if (row === undefined) continue;
      const stored = await readJob(this.#context, id, this.#options);
      const job = stored?.job ?? newJob(row, row.hiddenAt as number, false);
      const left = await this.#left(row, job);
      if (!isWaiting(job, left))
        yield { id, reason, left: left.length === 0 ? "nothing" : "shared", blobs: 0, bytes: 0 };
    }
  }

  /** The positions that would stay, with all that are due gone. */
  async #left(row: Row, job: ErasureJob): Promise<ErasureJob["kept"]> {
    if (job.everything) return [];
    const { positions } = await readShared(this.#context, row, this.#options, this.#due);
    return both(job.kept, positions);
  }

  /** Erases all of them. What cannot be erased does not keep the others: the first failure is thrown at the end. */
  async *carryOut(): AsyncGenerator<Erased, void, undefined> {
    const failures: unknown[] = [];
    const attempt = async <Result>(step: () => Promise<Result>): Promise<Result | undefined> => {
      try {
        return await step();
      } catch (error) {
        // It was brought back, or somebody else has erased it.
        const isGone =
          isThroughlineError(error) &&
          (error.code === "not_found" || error.reason === "expectation" || error.reason === "exists");
        if (isGone) return undefined;
        this.#options.signal?.throwIfAborted();
        failures.push(error);
        return undefined;
      }
    };
    // First all are marked: what is being erased itself keeps nothing of others.
    for (const [id, { hiddenAt }] of this.#due) {
      if (hiddenAt !== undefined) await attempt(() => this.#begin(id, hiddenAt));
    }
    for (const [id, { why: reason }] of this.#due) {
      const erased = await attempt(() => this.#eraseOne(id, reason));
      if (erased !== undefined) yield erased;
    }
    if (failures.length > 0) throw failures[0];
  }

  /** One that was brought back and deleted again meanwhile has its time in the trash before it. */
  async #begin(id: string, hiddenAt: number): Promise<void> {
    const row = await this.#readDeleted(id);
    if (row?.hiddenAt === hiddenAt) await beginErasure(this.#context, row, false, this.#options);
  }

  async #eraseOne(id: string, reason: CleanUpReason): Promise<Erased | undefined> {
    if ((await readJob(this.#context, id, this.#options)) === undefined) return undefined;
    const own = new OwnPart();
    const { erased } = await continueErasure(this.#context, id, this.#options, own);
    const { hasEnded, blobs, bytes } = own;
    return { id, reason, ...(hasEnded && { left: erased ? "nothing" : "shared" }), blobs, bytes };
  }

  async #readDeleted(id: string): Promise<Row | undefined> {
    const { store, tenant } = this.#context;
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind: "sessions", keys: [[id]], select: "all", hidden: true }] },
      this.#options,
    );
    const row = answers[0][0];
    return row === undefined || row.hiddenAt === 0 ? undefined : row;
  }
}

/** Whether all that is left of a session waits for its forks, as before. */
function isWaiting(job: ErasureJob, left: ErasureJob["kept"]): boolean {
  return left.length > 0 && without(job.kept, left).length === 0 && job.isBlank;
}
