/** Carries out a group of batches of one tenant: nearly always with one call of the function `commit_group`. */
import type { CheckedBatch, CommitOutcome, CommitResult, Kind, Queued, Resolution } from "@throughline/core";
import { ThroughlineError, isThroughlineError, resolveRemotely } from "@throughline/core";
import type { Connection, Database } from "../database.ts";
import { isAnswer, toStoreError } from "../postgres-error.ts";
import type { Reading } from "../reading.ts";
import { settleAll } from "../settle-all.ts";
import type { Tables } from "../tables.ts";
import { resultsOfItem } from "./append-item.ts";
import type { CommitItem } from "./commit-item.ts";
import type { GroupAnswer, GroupItem } from "./group-item.ts";
import { makeImagesItem } from "./images-item.ts";
import { LookedUp } from "./look-up.ts";
import { numberItems } from "./number-items.ts";
import type { Uncertain } from "./uncertain.ts";

export interface Committing {
  readonly database: Database;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly tables: Tables;
  readonly tenant: string;
  readonly uncertain: Uncertain;
}

type Waiting = Queued<CommitItem, CommitResult>;

/** A batch with what the function is to do for it, and what its answer means. */
interface Ready {
  readonly waiting: Waiting;
  readonly item: GroupItem;
  readonly isDurable: boolean;
  /** Settles the batch when the function has carried it out. */
  done(answer: GroupAnswer): void;
}

/** So often a batch is resolved against what others may change meanwhile. Then it holds them off while it is resolved. */
const OPTIMISTIC_ATTEMPTS = 3;

/** Settles each batch of a group, and answers those that have to be tried again. */
export async function carryOutGroup(
  committing: Committing,
  group: readonly Waiting[],
): Promise<readonly Waiting[]> {
  const patient = group.filter(({ attempts }) => attempts >= OPTIMISTIC_ATTEMPTS);
  const others = group.filter(({ attempts }) => attempts < OPTIMISTIC_ATTEMPTS);
  const again: Waiting[] = [];
  if (others.length > 0) {
    const resolved = await prepare(committing, others);
    // Appends come last: they can't make stale what was resolved just before.
    const appends = others.flatMap((waiting) => readyAppend(waiting));
    again.push(...(await commit(committing, [...resolved, ...appends])));
  }
  for (const waiting of patient) again.push(...(await carryOutLocked(committing, waiting)));
  return again;
}

function readyAppend(waiting: Waiting): Ready[] {
  const { batch, append } = waiting.item;
  if (append === undefined) return [];
  const done = ({ position, firstSeq }: GroupAnswer): void =>
    waiting.resolve({ position, replayed: false, results: resultsOfItem(batch, firstSeq) });
  return [{ waiting, item: append, isDurable: true, done }];
}

/** Resolves the batches that need it, all against one state of the database, in one round trip or two. */
async function prepare(committing: Committing, group: readonly Waiting[]): Promise<Ready[]> {
  const general = group.filter(({ item }) => item.append === undefined);
  if (general.length === 0) return [];
  try {
    const ready = await committing.database.readTogether((connection) =>
      settleAll(general.map((waiting) => resolve(committing, connection, waiting))),
    );
    return ready.flat();
  } catch (error) {
    return prepareFailed(committing, general, error);
  }
}

/** Of several, each is looked up by itself, so that only the one that can't be fails. */
async function prepareFailed(
  committing: Committing,
  general: readonly Waiting[],
  error: unknown,
): Promise<Ready[]> {
  const unsettled = toStoreError(error);
  if (general.length === 1 || isOfTheServer(unsettled)) {
    for (const waiting of general) waiting.reject(unsettled);
    return [];
  }
  const ready: Ready[] = [];
  for (const waiting of general) ready.push(...(await prepare(committing, [waiting])));
  return ready;
}

/** Whether every batch would meet this error: none of them is its reason. */
function isOfTheServer(error: unknown): boolean {
  if (!isThroughlineError(error)) return false;
  return error.code === "unavailable" && error.reason !== "store_failure";
}

/** Resolves a batch. One that is refused, or was carried out before, is settled by it. */
async function resolve(
  { kinds, tables, tenant, database, uncertain }: Committing,
  connection: Connection,
  waiting: Waiting,
): Promise<Ready[]> {
  const { batch } = waiting.item;
  const reading: Reading = { connection, schema: database.schema, tables, tenant };
  const lookedUp = new LookedUp();
  let resolution: Resolution;
  try {
    resolution = await resolveRemotely(batch, kinds, (lookups) => lookedUp.answer(reading, lookups));
  } catch (error) {
    if (!isThroughlineError(error)) throw error;
    if (uncertain.has(batch)) return [readyFence(waiting, error)];
    waiting.reject(error);
    return [];
  }
  const { replayOf, replayed, results } = resolution;
  if (replayOf !== undefined) {
    waiting.resolve({ position: replayOf, replayed, results });
    return [];
  }
  return [
    {
      waiting,
      item: makeImagesItem(database.schema, batch, resolution, lookedUp.checks()),
      isDurable: batch.quiet === undefined || batch.quiet.durable,
      done: ({ position }) => waiting.resolve({ position, replayed, results }),
    },
  ];
}

/**
 * A batch is refused, but an attempt before it had no answer and may yet arrive: the fence keeps it from being carried
 * out after its caller was told that it is not.
 */
function readyFence(waiting: Waiting, refusal: ThroughlineError): Ready {
  const { operation, now } = waiting.item.batch as CheckedBatch & Required<Pick<CheckedBatch, "operation">>;
  return {
    waiting,
    item: { form: "fence", now, operation: operation.id, fingerprint: operation.fingerprint },
    isDurable: true,
    done: () => waiting.reject(refusal),
  };
}

/** Writes what is ready; answers what has to be tried again. */
async function commit(committing: Committing, ready: readonly Ready[]): Promise<readonly Waiting[]> {
  if (ready.length === 0) return [];
  let answers: readonly GroupAnswer[];
  try {
    answers = await committing.database.use((connection) => callFunction(committing, connection, ready));
  } catch (error) {
    return commitFailed(committing, ready, error);
  }
  return ready.flatMap((one, index) => settle(one, answers[index] as GroupAnswer));
}

async function callFunction(
  { database, tenant }: Committing,
  connection: Connection,
  ready: readonly Ready[],
): Promise<readonly GroupAnswer[]> {
  const { items, rounds } = numberItems(ready.map(({ item }) => item));
  const isDurable = ready.some((one) => one.isDurable);
  const rows = await connection.query(
    `SELECT * FROM "${database.schema}"."commit_group"($1, $2, $3, $4)`,
    // A round is read once: not the whole group for each.
    [tenant, JSON.stringify(items), rounds.map((round) => JSON.stringify(round)), isDurable],
  );
  const answers: GroupAnswer[] = [];
  for (const [number, outcome, position, firstSeq] of rows) {
    answers[number as number] = {
      outcome: outcome as GroupAnswer["outcome"],
      position: position as number,
      firstSeq: firstSeq as number,
    };
  }
  return answers;
}

function settle({ waiting, done }: Ready, answer: GroupAnswer): readonly Waiting[] {
  if (answer.outcome === "done") {
    done(answer);
    return [];
  }
  const { item } = waiting;
  if (performance.now() > item.deadline) {
    waiting.reject(contended());
    return [];
  }
  if (answer.outcome === "stale") return [waiting];
  item.append = undefined;
  // It was not begun in the long way yet.
  return [{ ...waiting, attempts: waiting.attempts - 1 }];
}

/** Of several, each is tried again by itself, so that only the one that can't be written fails. */
async function commitFailed(
  committing: Committing,
  ready: readonly Ready[],
  error: unknown,
): Promise<readonly Waiting[]> {
  const outcome: CommitOutcome = isAnswer(error) ? "refused" : "unknown";
  const known = toStoreError(error, outcome);
  if (ready.length > 1 && outcome === "refused" && !isOfTheServer(known)) {
    const again: Waiting[] = [];
    for (const one of ready) again.push(...(await commit(committing, [one])));
    return again;
  }
  for (const { waiting } of ready) {
    if (outcome === "unknown") committing.uncertain.add(waiting.item.batch);
    waiting.reject(known);
  }
  return [];
}

/** Carries one batch out while the tenant's other commits wait: nothing can change what it is resolved from. */
async function carryOutLocked(committing: Committing, waiting: Waiting): Promise<readonly Waiting[]> {
  const { database, tenant } = committing;
  let isSent = false;
  try {
    const { ready, answers } = await database.use((connection) =>
      connection.transaction("BEGIN", async () => {
        await connection.query(`SELECT "${database.schema}"."lock_tenant"($1)`, [tenant]);
        const resolved = await resolve(committing, connection, waiting);
        isSent = resolved.length > 0;
        const answered = isSent ? await callFunction(committing, connection, resolved) : [];
        return { ready: resolved, answers: answered };
      }),
    );
    return ready.flatMap((one, index) => settle(one, answers[index] as GroupAnswer));
  } catch (error) {
    const outcome: CommitOutcome = isSent && !isAnswer(error) ? "unknown" : "refused";
    if (outcome === "unknown") committing.uncertain.add(waiting.item.batch);
    waiting.reject(toStoreError(error, outcome));
    return [];
  }
}

function contended(): ThroughlineError {
  return new ThroughlineError("unavailable", "Others write the same records all the time. Try again.", {
    reason: "contention",
    outcome: "refused",
    retryable: true,
  });
}
