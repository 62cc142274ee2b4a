/** Removes large values that nobody refers to any longer. */
import { makeRest } from "../../backend/search/rest.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { SweptBlobs } from "./swept-blobs.ts";
import { UNUSED_FOR_MS, isBlob } from "./staging-names.ts";
import { findOldLists, removeLists } from "./staging-lists.ts";
import type { ServiceContext } from "../service-context.ts";

export interface SweepOptions {
  /** Only these, and at once. Default: all that nobody touched for a day. */
  readonly hashes?: readonly string[];
  /** Only says what would be removed. Default: false. */
  readonly dryRun?: boolean;
  /** At most so many are removed. Default: all. */
  readonly limit?: number;
  /** Milliseconds since the epoch. Default: the store's clock. */
  readonly now?: number;
  /** How often a blob is looked at because somebody began to stage meanwhile. Default: 5. */
  readonly attempts?: number;
  /** Ends the sweep between two steps; what was removed by then stays so. */
  readonly signal?: AbortSignal;
}

export interface SweptBlobCount {
  readonly blobs: number;
  /** Bytes of the values, as they were before they were packed. */
  readonly bytes: number;
  /** The hashes of these; only a dry run tells. */
  readonly free?: readonly string[];
  /** Those that are still there because others staged all the time. */
  readonly left: number;
}

/** Blobs that are looked at together. */
const atOnce = 50;

/**
 * Removes blobs that no message names: one that was just staged, that a message of a deleted but not yet erased session
 * names, or whose references are not known yet, stays. Goes in small steps; ended anywhere, the next one goes on.
 */
export async function sweepBlobs(
  context: ServiceContext,
  {
    hashes,
    dryRun = false,
    limit = Infinity,
    now = context.store.now(),
    attempts = 5,
    signal,
  }: SweepOptions = {},
): Promise<SweptBlobCount> {
  const before = now - UNUSED_FOR_MS;
  const old = hashes === undefined ? await findOldLists(context, before) : [];
  if (!dryRun) await removeLists(context, old);
  const passedOver = new Set(dryRun ? old.map(({ hash }) => hash as string) : []);
  const swept = new SweptBlobs(context, { dryRun, passedOver, attempts });
  const rest = makeRest();
  const pages = hashes === undefined ? unusedBlobs(context, before) : namedBlobs(context, hashes);
  for await (const page of pages) {
    for (let begin = 0; begin < page.length && swept.blobs < limit; begin += atOnce) {
      signal?.throwIfAborted();
      await swept.sweep(page.slice(begin, Math.min(begin + atOnce, begin + limit - swept.blobs)));
      await rest();
    }
    if (swept.blobs >= limit) break;
  }
  const { blobs, bytes, free, left } = swept;
  return { blobs, bytes, left, ...(dryRun ? { free } : undefined) };
}

/** All that nobody touched since a time, and whose references are known. */
async function* unusedBlobs(
  { store, tenant }: ServiceContext,
  before: number,
): AsyncGenerator<readonly Row[], void, undefined> {
  for (let after: KeyValues | undefined; ;) {
    const { answers } = await store.read({
      tenant,
      requests: [
        {
          type: "query",
          kind: "blobs",
          shape: "key",
          prefix: [],
          direction: "forward",
          limit: 1_000,
          where: [
            { field: "touchedAt", test: "above", value: 0 },
            { field: "touchedAt", test: "to", value: before },
          ],
          ...(after === undefined ? undefined : { after }),
        },
      ],
    });
    const [{ rows, next }] = answers;
    yield rows.filter(isBlob);
    if (next === undefined) return;
    after = next;
  }
}

async function* namedBlobs(
  { store, tenant }: ServiceContext,
  hashes: readonly string[],
): AsyncGenerator<readonly Row[], void, undefined> {
  const distinct = [...new Set(hashes)];
  for (let begin = 0; begin < distinct.length; begin += atOnce) {
    const keys = distinct.slice(begin, begin + atOnce).map((hash) => [hash]);
    const { answers } = await store.read({ tenant, requests: [{ type: "get", kind: "blobs", keys }] });
    yield answers[0].filter(
      (row) => row !== undefined && row.touchedAt !== 0 && isBlob(row),
    ) as readonly Row[];
  }
}
