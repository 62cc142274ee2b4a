/** One tenant of a store, as the index uses it: reads, feed, and quiet batches. */
import type { Expectation, Write, WriteResult } from "../../contract/batch.ts";
import type { ChangesInput, ChangesResult } from "../../contract/changes.ts";
import type { Page, ReadRequest, ReadResult, Select } from "../../contract/read.ts";
import type { Store } from "../../contract/store.ts";
import type { KeyValues, Kind, Row } from "../../model/kind.ts";

/** What the index needs of a store: no verb but those of the contract. */
export type SearchedStore = Pick<Store, "read" | "commit" | "changes">;

/** The most keys of a get. */
const KEYS = 1_000;

export class TenantStore {
  readonly tenant: string;
  readonly #store: SearchedStore;
  readonly #now: () => number;

  constructor(store: SearchedStore, tenant: string, now: () => number) {
    this.#store = store;
    this.tenant = tenant;
    this.#now = now;
  }

  /** The latest time that a call of the store came with (milliseconds). */
  get now(): number {
    return this.#now();
  }

  async read(requests: readonly ReadRequest[]): Promise<ReadResult> {
    return this.#store.read({ tenant: this.tenant, requests, now: this.now }, {});
  }

  /** Records of several kinds, all as of one position. */
  async getRows(
    ...wanted: readonly {
      readonly kind: Kind;
      readonly keys: readonly KeyValues[];
      readonly select: Select;
    }[]
  ): Promise<{ readonly position: number; readonly rows: readonly (readonly (Row | undefined)[])[] }> {
    const requests = wanted.flatMap(({ kind, keys, select }) =>
      chunksOf(keys).map((chunk): ReadRequest => ({ type: "get", kind: kind.name, keys: chunk, select })),
    );
    const { position, answers } = await this.read(requests);
    let next = 0;
    const rows = wanted.map(({ keys }) =>
      chunksOf(keys).flatMap(() => answers[next++] as readonly (Row | undefined)[]),
    );
    return { position, rows };
  }

  /** A page in the order of the primary key. */
  async readPage(
    kind: Kind,
    {
      prefix = [],
      after,
      limit,
      select,
    }: { prefix?: KeyValues; after?: KeyValues; limit: number; select: Select },
  ): Promise<Page> {
    const { answers } = await this.read([
      {
        type: "query",
        kind: kind.name,
        shape: "key",
        prefix,
        direction: "forward",
        limit,
        select,
        ...(after !== undefined && { after }),
      },
    ]);
    return answers[0] as Page;
  }

  async readChanges(input: Omit<ChangesInput, "tenant">): Promise<ChangesResult> {
    return this.#store.changes({ ...input, tenant: this.tenant, now: this.now }, {});
  }

  /** Durable, so that what a record names is never lost while the record is not. */
  async write(
    writes: readonly Write[],
    expect: readonly Expectation[] = [],
  ): Promise<readonly WriteResult[]> {
    const quiet = { durable: true };
    const batch = { tenant: this.tenant, expect, writes, quiet, now: this.now };
    return (await this.#store.commit(batch, {})).results;
  }
}

function chunksOf(keys: readonly KeyValues[]): (readonly KeyValues[])[] {
  const chunks: (readonly KeyValues[])[] = [];
  for (let start = 0; start < keys.length; start += KEYS) chunks.push(keys.slice(start, start + KEYS));
  return chunks;
}
