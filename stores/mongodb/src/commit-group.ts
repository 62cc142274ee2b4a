/** Carries out a group of batches as one document of the log. */
import type { CheckedBatch, CommitResult, Kind, Queued } from "@throughline/core";
import { isThroughlineError } from "@throughline/core";
import { contention } from "./contention.ts";
import type { Database } from "./database.ts";
import { GroupState } from "./group-state.ts";
import type { SlotLimits } from "./write-slot.ts";
import { writeSlot } from "./write-slot.ts";
import type { TenantLog, View } from "./tenant-log.ts";
import { toStoreError } from "./mongo-error.ts";

/** A batch, and since when it has been waiting. */
export interface Waiting {
  readonly batch: CheckedBatch;
  /** By the clock of `performance.now()`. */
  readonly since: number;
}

export interface CommitContext {
  readonly database: Database;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly log: TenantLog;
  /** A batch may also lose against others for `commitMs` in all. */
  readonly limits: SlotLimits;
}

type Waiter = Queued<Waiting, CommitResult>;
type Settle = () => void;

/** Attempts before the batches that came meanwhile may join. */
const TRIES = 4;
/** How long to wait before the next attempt, at most: it doubles, and is random, so that writers part. */
const FIRST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 60;

/**
 * Settles the batches of a group, and answers those that have to be tried again, because another process was quicker.
 * What was resolved is true only if the slot after the end of the log was still free when it was written.
 */
export async function commitGroup(
  context: CommitContext,
  group: readonly Waiter[],
): Promise<readonly Waiter[]> {
  const { database, kinds, log } = context;
  const view = log.begin();
  try {
    const state = new GroupState(database, log.tenant, kinds);
    const isOld = !log.isFresh || log.hasCompany;
    await Promise.all([
      state.prefetch(group.map(({ item }) => item.batch)),
      isOld ? log.refresh() : undefined,
    ]);
    let waiting = group;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const settles = await tryOnce(context, state, waiting, view);
      if (settles !== undefined) {
        for (const settle of settles) settle();
        return [];
      }
      await pause((waiting[0]?.attempts ?? 0) * TRIES + tries);
      waiting = rejectLate(waiting, context.limits.commitMs);
      if (waiting.length === 0) return [];
      await log.refresh();
      // Documents lost their images before they were read here: all has to be read anew.
      if (log.documentsOf(view) === undefined) return waiting;
    }
    return waiting;
  } finally {
    log.finish(view);
  }
}

/** Gives up batches that have lost, and have been waiting for too long. */
function rejectLate(waiting: readonly Waiter[], commitMs: number): readonly Waiter[] {
  return waiting.filter((waiter) => {
    if (performance.now() - waiter.item.since < commitMs) return true;
    waiter.reject(contention("Other writers of this tenant were quicker until the time was over."));
    return false;
  });
}

/**
 * Answers how each batch is settled, or undefined where the slot was lost: then nothing was written. What was read once
 * stays right for the next attempt, because all that was written since is in the log.
 */
async function tryOnce(
  { database, log, limits }: CommitContext,
  state: GroupState,
  waiters: readonly Waiter[],
  view: View,
): Promise<readonly Settle[] | undefined> {
  const { end } = log;
  const documents = log.documentsOf(view);
  if (documents === undefined) return undefined;
  state.begin(end, documents);
  const settles: Settle[] = [];
  for (const waiter of waiters) settles.push(await resolveOne(state, waiter));
  if (state.images.length > 0) {
    const isOurs = log.end.slot === end.slot && (await writeSlot(database, log, state, limits));
    return isOurs ? settles : undefined;
  }
  // Nothing is written, so nothing tells whether somebody was quicker.
  await log.refresh();
  return log.end.slot === end.slot ? settles : undefined;
}

async function resolveOne(state: GroupState, { item, resolve, reject }: Waiter): Promise<Settle> {
  try {
    const resolution = await state.resolve(item.batch);
    const { results, replayed, replayOf } = resolution;
    if (replayOf !== undefined) return () => resolve({ position: replayOf, replayed, results });
    state.add(item.batch, resolution);
    const { position } = state;
    return () => resolve({ position, replayed, results });
  } catch (error) {
    // A refusal concerns one batch; a failure of the database all of them.
    if (!isThroughlineError(error) || error.code === "unavailable") throw toStoreError(error);
    return () => reject(error);
  }
}

function pause(losses: number): Promise<void> {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** losses);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longest));
}
