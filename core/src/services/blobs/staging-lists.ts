import type { KeyValues, Row } from "../../model/kind.ts";
import { isThroughlineError } from "../../error.ts";
import type { ServiceContext } from "../service-context.ts";
import { MARK, listRange, readList, removeList } from "./staging-names.ts";

const query = {
  type: "query",
  shape: "key",
  prefix: [],
  range: listRange,
  direction: "forward",
  limit: 100,
} as const;

/** What writers are about to refer to. */
export interface Staging {
  /** The mark, as it was before anything else here was read. */
  readonly mark: Row | undefined;
  /** The hashes of every list. */
  readonly hashes: ReadonlySet<string>;
}

/** Reads the mark, then the lists, but for those of some names. */
export async function readStaging(
  { store, tenant }: ServiceContext,
  passedOver: ReadonlySet<string>,
): Promise<Staging> {
  const hashes = new Set<string>();
  const { answers } = await store.read({
    tenant,
    requests: [{ type: "get", kind: "blobs", keys: [[MARK]] }],
  });
  const [[mark]] = answers;
  // Nobody ever staged.
  if (mark === undefined) return { mark, hashes };
  for (let after: KeyValues | undefined; ;) {
    const page = await store.read({
      tenant,
      requests: [
        { ...query, kind: "blob_pieces", select: "all", ...(after === undefined ? undefined : { after }) },
      ],
    });
    const [{ rows, next }] = page.answers;
    for (const row of rows) {
      if (!passedOver.has(row.hash as string)) for (const hash of readList(row)) hashes.add(hash);
    }
    if (next === undefined) return { mark, hashes };
    after = next;
  }
}

/** Lists that were left behind: from before a time. */
export async function findOldLists(
  { store, tenant }: ServiceContext,
  before: number,
): Promise<readonly Row[]> {
  const old: Row[] = [];
  for (let after: KeyValues | undefined; ;) {
    const { answers } = await store.read({
      tenant,
      requests: [{ ...query, kind: "blobs", ...(after === undefined ? undefined : { after }) }],
    });
    const [{ rows, next }] = answers;
    old.push(...rows.filter(({ touchedAt }) => (touchedAt as number) <= before));
    if (next === undefined) return old;
    after = next;
  }
}

/** What they name is kept no longer: an append that still expects one of them fails, and stages again. */
export async function removeLists({ store, tenant }: ServiceContext, lists: readonly Row[]): Promise<void> {
  for (const { hash, touchedAt } of lists) {
    const fields = { touchedAt: touchedAt as number };
    try {
      await store.commit({
        tenant,
        expect: [{ type: "equals", kind: "blobs", key: [hash as string], fields }],
        writes: removeList(hash as string),
        quiet: { durable: true },
      });
    } catch (error) {
      // It is in use after all.
      if (!isThroughlineError(error) || error.reason !== "expectation") throw error;
    }
  }
}
