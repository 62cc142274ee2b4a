/**
 * Goes on with the deletion of a project or a user: its sessions, its memories, what else lies beside them, and last its
 * record. What was done is written down with it.
 */
import type { Expectation, Write, WriteResult } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import { type Row, keyOf } from "../../model/kind.ts";
import { everyPage } from "../every-record.ts";
import { cleanRecords } from "../retention/clean-records.ts";
import { eraseAfter, keepEverything } from "../retention/policy.ts";
import type { ServiceContext } from "../service-context.ts";
import { deleteSession, readDeleted } from "./delete-session.ts";
import { nextMemories } from "./next-memories.ts";
import { isAnyLeft, refuseHeld } from "./owner-left.ts";
import {
  type Owner,
  firstOf,
  idsOf,
  ownerField,
  ownerNotFound,
  recordOf,
  sessionsOf,
  shelvesOf,
} from "./owner.ts";
import {
  type OwnerJob,
  type OwnerReceipt,
  type StoredOwnerJob,
  endOwnerJob,
  ownerJobKey,
  readOwnerJob,
  updateOwnerJob,
} from "./owner-job.ts";
import type { DeletionReceipt } from "./receipt.ts";
import { addCounts, releaseBlobs } from "./release-blobs.ts";

/** Sessions that are noted together, before they are deleted. */
const sessionsAtOnce = 8;
/** Looks at what others made of the owner meanwhile: those who go on making it would keep it for ever. */
const rounds = 3;
/** Records that one commit removes. */
const recordsAtOnce = 500;

export class OwnerDeletion {
  readonly #context: ServiceContext;
  readonly #owner: Owner;
  readonly #options: CallOptions;
  #job: OwnerJob;
  #revision: number;

  constructor(
    context: ServiceContext,
    owner: Owner,
    { job, revision }: StoredOwnerJob,
    options: CallOptions,
  ) {
    this.#context = context;
    this.#owner = owner;
    this.#options = options;
    this.#job = job;
    this.#revision = revision;
  }

  async run(): Promise<OwnerReceipt> {
    await refuseHeld(this.#context, this.#owner, this.#options);
    await this.#releaseBlobs();
    for (let round = 1; ; round += 1) {
      await this.#deleteSessions();
      await this.#removeMemories();
      for (const shelf of shelvesOf(this.#owner)) await this.#clear(shelf);
      await this.#removeRecord();
      if (!(await isAnyLeft(this.#context, this.#owner, this.#job.erase, this.#options))) break;
      if (round === rounds) throw inUse(this.#owner);
    }
    return this.#finish();
  }

  /** One step, and what it leaves to do. */
  async #commit(
    changes: Partial<OwnerJob>,
    writes: readonly Write[] = [],
    expect: readonly Expectation[] = [],
  ): Promise<readonly WriteResult[]> {
    const { store, tenant } = this.#context;
    const job = { ...this.#job, ...changes };
    const { results } = await store.commit(
      {
        tenant,
        expect: [this.#expectJob(), ...expect],
        writes: [...writes, updateOwnerJob(this.#owner, job, store.now())],
      },
      this.#options,
    );
    const last = results.at(-1);
    this.#job = job;
    this.#revision = last !== undefined && "revision" in last ? last.revision : this.#revision + 1;
    return results;
  }

  #expectJob(): Expectation {
    const fields = { revision: this.#revision };
    return { type: "equals", kind: "state", key: ownerJobKey(this.#owner), fields };
  }

  /**
   * Deletes those that are there. Which are at hand is noted first: what is counted of them when they are gone is counted
   * once.
   */
  async #deleteSessions(): Promise<void> {
    if (this.#job.current.length > 0) await this.#deleteCurrent();
    const query = { ...firstOf(sessionsOf(this.#owner), recordsAtOnce), hidden: this.#job.erase };
    const ids: string[] = [];
    for await (const rows of everyPage(this.#context, query, this.#options)) ids.push(...idsOf(rows));
    for (let begun = 0; begun < ids.length; begun += sessionsAtOnce) {
      await this.#commit({ current: ids.slice(begun, begun + sessionsAtOnce) });
      await this.#deleteCurrent();
      this.#options.signal?.throwIfAborted();
    }
  }

  async #deleteCurrent(): Promise<void> {
    const { erase, current } = this.#job;
    const receipts: DeletionReceipt[] = [];
    // One after another: a large value that several hold goes with the last of them, and is counted with it.
    for (const id of current) {
      const receipt = await this.#deleteOne(id);
      if (receipt !== undefined) receipts.push(receipt);
    }
    const counts = receipts.reduce((sum, { removed }) => addCounts(sum, removed), {});
    const { removed, hidden, bytes, forksWithLostHistory, sharedWith } = this.#job;
    await this.#commit({
      current: [],
      ...(erase ? { removed: addCounts(removed, counts) } : { hidden: addCounts(hidden, counts) }),
      bytes: bytes + receipts.reduce((sum, receipt) => sum + receipt.bytes, 0),
      forksWithLostHistory: together(
        forksWithLostHistory,
        receipts.map((receipt) => receipt.forksWithLostHistory),
      ),
      sharedWith: together(
        sharedWith,
        receipts.map((receipt) => receipt.sharedWith),
      ),
    });
  }

  /** Undefined: somebody else took it, and there is no trace of it. */
  async #deleteOne(session: string): Promise<DeletionReceipt | undefined> {
    const { erase } = this.#job;
    try {
      return await deleteSession(this.#context, session, { ...this.#options, erase });
    } catch (error) {
      if (!isThroughlineError(error) || error.code !== "not_found") throw error;
      // It went into the trash before the one who did it could count it.
      return erase ? undefined : readDeleted(this.#context, session, this.#options);
    }
  }

  async #removeMemories(): Promise<void> {
    for (;;) {
      const next = await nextMemories(this.#context, this.#owner, this.#options);
      if (next === undefined) break;
      const changes = { removed: this.#counted(next.counts), hashes: next.hashes, isCounted: false };
      await this.#commit(changes, next.writes, next.expect);
      await this.#releaseBlobs();
    }
    await this.#removeEnded();
  }

  /** What has ended goes of all owners: nobody sees it, nor whose it was, and it is not counted. */
  async #removeEnded(): Promise<void> {
    const now = this.#context.store.now();
    const what = { policy: keepEverything, now, dryRun: false, goes: () => false, call: this.#options };
    const pages = cleanRecords(this.#context, what);
    while ((await pages.next()).done !== true);
  }

  async #clear(shelf: ReturnType<typeof shelvesOf>[number]): Promise<void> {
    const { store, tenant } = this.#context;
    const kind = store.kinds.get(shelf.kind);
    if (kind === undefined) return;
    for (;;) {
      const first = firstOf(shelf, recordsAtOnce);
      const { answers } = await store.read({ tenant, requests: [first] }, this.#options);
      const { rows } = answers[0];
      if (rows.length === 0) return;
      const writes = rows.map((row): Write => ({ type: "remove", kind: kind.name, key: keyOf(kind, row) }));
      const results = await this.#commit({ removed: this.#counted({ [kind.name]: rows.length }) }, writes);
      const missed = results.filter(({ outcome }) => outcome === "absent").length;
      // Somebody else removed them meanwhile.
      if (missed > 0) await this.#commit({ removed: this.#counted({ [kind.name]: -missed }) });
    }
  }

  async #removeRecord(): Promise<void> {
    const record = recordOf(this.#owner);
    if (record === undefined) return;
    const { store, tenant } = this.#context;
    const { kind, key } = record;
    const get = { type: "get", kind, keys: [key], select: "key" } as const;
    const { answers } = await store.read({ tenant, requests: [get] }, this.#options);
    if (answers[0][0] === undefined) return;
    // One that a late writer made again is the same one.
    const removed = { ...this.#job.removed, [kind]: 1 };
    await this.#commit({ removed }, [{ type: "remove", kind, key }], [{ type: "present", kind, key }]);
  }

  async #releaseBlobs(): Promise<void> {
    const current = (): OwnerJob => this.#job;
    const job = {
      get job() {
        return current();
      },
      change: (changes: Partial<OwnerJob>) => this.#commit(changes),
    };
    const left = await releaseBlobs(this.#context, job, this.#options);
    if (left === 0) return;
    throw inTheWay(this.#owner, `Others store large values all the time, among them ${left} of`);
  }

  async #finish(): Promise<OwnerReceipt> {
    const { store, tenant, retention } = this.#context;
    const { hidden, sharedWith, forksWithLostHistory } = this.#job;
    const now = store.now();
    const job = {
      ...this.#job,
      sharedWith: await this.#ofOthers(sharedWith),
      forksWithLostHistory: await this.#ofOthers(forksWithLostHistory),
    };
    const after = hidden.sessions === undefined ? null : eraseAfter(now, retention);
    const record = recordOf(this.#owner);
    // Who made something of it since then made its record, too.
    const absent: Expectation[] = record === undefined ? [] : [{ type: "absent", ...record }];
    await store.commit(
      {
        tenant,
        expect: [this.#expectJob(), ...absent],
        writes: endOwnerJob(this.#owner, job, after?.getTime() ?? null, now),
      },
      this.#options,
    );
    const { receipt } = await readOwnerJob(this.#context, this.#owner, this.#options);
    if (receipt === undefined) throw ownerNotFound(this.#owner);
    return receipt;
  }

  /** Of these sessions those that are there, and are another's. */
  async #ofOthers(sessions: readonly string[]): Promise<readonly string[]> {
    const { store, tenant } = this.#context;
    const others: string[] = [];
    for (let begun = 0; begun < sessions.length; begun += recordsAtOnce) {
      const some = sessions.slice(begun, begun + recordsAtOnce);
      const keys = some.map((id) => [id]);
      const get = { type: "get", kind: "sessions", keys, hidden: true } as const;
      const { answers } = await store.read({ tenant, requests: [get] }, this.#options);
      others.push(...some.filter((_, index) => this.#isOfAnother(answers[0][index])));
    }
    return others;
  }

  #isOfAnother(row: Row | undefined): boolean {
    return row !== undefined && row[ownerField(this.#owner)] !== this.#owner.id;
  }

  #counted(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    return addCounts(this.#job.removed, counts);
  }
}

function inUse(owner: Owner): ThroughlineError {
  return inTheWay(owner, "What was there is gone, but others make sessions or memories all the time of");
}

/** The deletion stays as it is, to be gone on with. */
function inTheWay({ kind, id }: Owner, others: string): ThroughlineError {
  return new ThroughlineError(
    "unavailable",
    `${others} the ${kind} ${id}: it could not be deleted to the end yet.`,
    {
      reason: "locked",
      outcome: "refused",
      retryable: true,
      details: { [kind]: id },
    },
  );
}

function together(before: readonly string[], lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set([...before, ...lists.flat()])];
}
