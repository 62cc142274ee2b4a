/** Deleting: into the trash, or at once for ever; and back out of the trash. */
import * as v from "valibot";
import type { Expectation, Write } from "../../contract/batch.ts";
import type { Count } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import { isThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import { parseInput, refuseNonObject } from "../../schemas/parse-input.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import { insertProject } from "../projects/insert-project.ts";
import { expectNotHeld, isHeldRefusal, sessionHeld } from "../retention/holds.ts";
import { eraseAfter } from "../retention/policy.ts";
import type { ServiceContext } from "../service-context.ts";
import { continueErasure } from "./erase-session.ts";
import { expectNoJob, insertJob, jobKey, newJob, readJob, updateJob } from "./erasure-job.ts";
import { readShared } from "./forks-of.ts";
import { ownedKinds } from "./owned-records.ts";
import { type DeletionReceipt, findReceipt } from "./receipt.ts";

const deleteOptions = v.strictObject({
  /** Erases it at once, also what living forks share with it. Default: false. */
  erase: v.optional(v.boolean("must be true or false")),
});
export type DeleteOptions = v.InferInput<typeof deleteOptions>;

/** Others may delete, bring back or erase it between looking and writing: each such step is a new look. */
const attempts = 20;

/** Hides a session, or erases it. */
export async function deleteSession(
  context: ServiceContext,
  session: string,
  given: DeleteOptions & Pick<CallOptions, "signal">,
): Promise<DeletionReceipt> {
  refuseNonObject(given, "delete");
  const { signal, ...rest } = given;
  const { erase = false } = parseInput(deleteOptions, rest, "delete");
  const options = signal === undefined ? {} : { signal };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return erase ? await eraseNow(context, session, options) : await hide(context, session, options);
    } catch (error) {
      if (isHeldRefusal(error)) throw sessionHeld(session);
      const isOvertaken =
        isThroughlineError(error) && (error.reason === "expectation" || error.reason === "exists");
      if (!isOvertaken || attempt === attempts) throw error;
    }
  }
}

async function hide(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<DeletionReceipt> {
  const found = await readWithCounts(context, session, false, options);
  if (found === undefined) throw sessionNotFound(session);
  const deletedAt = context.store.now();
  await hideLiving(context, session, deletedAt, options);
  return hiddenReceipt(context, found, deletedAt, options);
}

/** What is in the trash of a session; undefined where it is not there. */
export async function readDeleted(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<DeletionReceipt | undefined> {
  const found = await readWithCounts(context, session, true, options);
  const deletedAt = found?.row.hiddenAt as number | undefined;
  return found === undefined || deletedAt === 0 || deletedAt === undefined
    ? undefined
    : hiddenReceipt(context, found, deletedAt, options);
}

interface Counted {
  readonly row: Row;
  readonly counts: Readonly<Record<string, number>>;
}

async function readWithCounts(
  { store, tenant }: ServiceContext,
  session: string,
  hidden: boolean,
  options: CallOptions,
): Promise<Counted | undefined> {
  const owned = ownedKinds(store.kinds);
  const counts = owned.map(({ kind, shape }): Count => ({
    type: "count",
    kind: kind.name,
    shape,
    prefix: [session],
    hidden,
  }));
  const { answers } = await store.read(
    {
      tenant,
      requests: [{ type: "get", kind: "sessions", keys: [[session]], select: "all", hidden }, ...counts],
    },
    options,
  );
  const [rows, ...numbers] = answers as unknown as [readonly (Row | undefined)[], ...number[]];
  const [row] = rows;
  if (row === undefined) return undefined;
  const kinds = owned.map(({ kind }, index) => [kind.name, numbers[index] ?? 0] as const);
  const all = [["sessions", 1], ["messages", row.messageCount as number], ...kinds] as const;
  return { row, counts: Object.fromEntries(all.filter(([, count]) => count > 0)) };
}

async function hiddenReceipt(
  context: ServiceContext,
  { row, counts }: Counted,
  deletedAt: number,
  options: CallOptions,
): Promise<DeletionReceipt> {
  const { forks } = await readShared(context, row, options);
  return {
    sessionId: row.id as string,
    deletedAt: new Date(deletedAt),
    erased: false,
    erasedAt: null,
    eraseAfter: eraseAfter(deletedAt, context.retention),
    removed: counts,
    bytes: 0,
    sharedWith: forks,
    forksWithLostHistory: [],
  };
}

async function eraseNow(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<DeletionReceipt> {
  const row = await readAny(context, session, options);
  if (row?.hiddenAt === 0) {
    // First from sight: then nobody appends to it while it is looked at. Somebody may bring it back before it is.
    await hideLiving(context, session, context.store.now(), options);
    return eraseNow(context, session, options);
  }
  if (row === undefined) {
    // The same call again, after it was done.
    const receipt = await findReceipt(context, session, options);
    if (receipt !== undefined) return receipt;
    throw sessionNotFound(session);
  }
  await beginErasure(context, row, true, options);
  return continueErasure(context, session, options);
}

async function hideLiving(
  { store, tenant }: ServiceContext,
  session: string,
  at: number,
  options: CallOptions,
): Promise<void> {
  const isLiving = { type: "equals", kind: "sessions", key: [session], fields: { hiddenAt: 0 } } as const;
  const expect = [isLiving, expectNotHeld(session)];
  await store.commit({ tenant, expect, writes: [setHidden(session, at)] }, options);
}

/** Notes that a deleted session is to be erased: from here on it can't be brought back. */
export async function beginErasure(
  context: ServiceContext,
  row: Row,
  everything: boolean,
  options: CallOptions,
): Promise<void> {
  const { store, tenant } = context;
  const session = row.id as string;
  const now = store.now();
  const stored = await readJob(context, session, options);
  if (stored !== undefined) {
    if (stored.job.everything || !everything) return;
    const fields = { revision: stored.revision };
    await store.commit(
      {
        tenant,
        expect: [{ type: "equals", kind: "state", key: jobKey(session), fields }],
        writes: [updateJob({ ...stored.job, everything }, now)],
      },
      options,
    );
    return;
  }
  const fields = { hiddenAt: row.hiddenAt as number, lastSeq: row.lastSeq as number };
  const expect: Expectation[] = [
    { type: "equals", kind: "sessions", key: [session], fields },
    expectNoJob(session),
    expectNotHeld(session),
  ];
  const writes = [insertJob(newJob(row, fields.hiddenAt, everything), now)];
  await store.commit({ tenant, expect, writes }, options);
}

/** Brings a session back out of the trash. */
export async function undeleteSession(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<void> {
  const { store, tenant } = context;
  const row = await readAny(context, session, options);
  if (row === undefined) throw sessionNotFound(session);
  if (row.hiddenAt === 0) return;
  const project = row.projectId as string;
  // It may have been deleted meanwhile.
  const named = project === "" ? [] : [insertProject(project, store.now())];
  try {
    await store.commit(
      { tenant, expect: [expectNoJob(session)], writes: [...named, setHidden(session, 0)] },
      options,
    );
  } catch (error) {
    // What is being erased is as good as gone.
    const isGone = isThroughlineError(error) && (error.reason === "expectation" || error.reason === "absent");
    throw isGone ? sessionNotFound(session) : error;
  }
}

async function readAny(
  { store, tenant }: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<Row | undefined> {
  const { answers } = await store.read(
    {
      tenant,
      requests: [{ type: "get", kind: "sessions", keys: [[session]], select: "all", hidden: true }],
    },
    options,
  );
  return answers[0][0];
}

function setHidden(session: string, at: number): Write {
  return { type: "update", kind: "sessions", key: [session], set: { hiddenAt: at } };
}
