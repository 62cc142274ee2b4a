/** Large values that what was erased held: those that nobody else holds go at once, and are counted once. */
import type { CallOptions } from "../../contract/store.ts";
import type { Row } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";
import { sweepBlobs } from "../blobs/sweep-blobs.ts";

/** Looks at large values, of which one in ten is enough where 64 writers stage at a time. */
const sweepAttempts = 100;

/** What a job says of them. */
export interface Releasing {
  /** Large values that may have lost their last holder. */
  readonly hashes: readonly string[];
  /** Whether those are among `removed`: counted before they go, so that they are counted once. */
  readonly isCounted: boolean;
  /** What was removed so far, by kind. */
  readonly removed: Readonly<Record<string, number>>;
  /** Bytes of large values that were removed. */
  readonly bytes: number;
}

/** A job as it stands, and how it is changed: in a commit of its own. */
interface Job {
  readonly job: Releasing;
  change(changes: Releasing): Promise<unknown>;
  /** Told what this call itself removes, with its commits: by how many values and bytes the counts change. */
  note?(blobs: number, bytes: number): void;
}

/**
 * Removes the values of a job. They are counted before they go, as a second look finds none; what somebody has stored again
 * by the end is counted no longer. Answers how many are still there, because others stage all the time: then the job stays
 * as it is, to be gone on with.
 */
export async function releaseBlobs(context: ServiceContext, of: Job, options: CallOptions): Promise<number> {
  if (of.job.hashes.length === 0) return 0;
  const countsItself = !of.job.isCounted;
  if (countsItself) await countFree(context, of, options);
  const { hashes } = of.job;
  const { left } = await sweepBlobs(context, { ...options, hashes, attempts: sweepAttempts });
  if (left > 0) return left;
  const stored = await findStored(context, hashes, options);
  const bytes = stored.reduce((sum, { size }) => sum + (size as number), 0);
  await of.change({
    hashes: [],
    isCounted: false,
    removed: addCounts(of.job.removed, { blobs: -stored.length }),
    bytes: of.job.bytes - bytes,
  });
  if (countsItself) of.note?.(-stored.length, -bytes);
  return 0;
}

/** Counts those that go, and forgets the others: they are for whoever holds them. */
async function countFree(context: ServiceContext, of: Job, options: CallOptions): Promise<void> {
  const { hashes, removed, bytes: before } = of.job;
  const { blobs, bytes, free = [] } = await sweepBlobs(context, { ...options, hashes, dryRun: true });
  await of.change({
    hashes: free,
    isCounted: true,
    removed: addCounts(removed, { blobs }),
    bytes: before + bytes,
  });
  of.note?.(blobs, bytes);
}

async function findStored(
  { store, tenant }: ServiceContext,
  hashes: readonly string[],
  options: CallOptions,
): Promise<readonly Row[]> {
  if (hashes.length === 0) return [];
  const keys = hashes.map((hash) => [hash]);
  const { answers } = await store.read({ tenant, requests: [{ type: "get", kind: "blobs", keys }] }, options);
  return answers[0].filter((row) => row !== undefined);
}

/** Counts by kind, with others added. */
export function addCounts(
  counts: Readonly<Record<string, number>>,
  more: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sums: Record<string, number> = { ...counts };
  for (const [kind, count] of Object.entries(more)) sums[kind] = (sums[kind] ?? 0) + count;
  return Object.fromEntries(Object.entries(sums).filter(([, count]) => count !== 0));
}
