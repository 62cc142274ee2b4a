/**
 * A full-text index for stores that have none of their own, kept as derived records in the store itself. It uses the
 * verbs of the contract and nothing else, so one index serves any database.
 */
import type { CheckedSearch, SearchResult } from "../../contract/search.ts";
import { BlockCache } from "./block-cache.ts";
import { type IndexContext, type PortableSearchOptions, defaultSettings } from "./index-context.ts";
import { indexVersion } from "./index-version.ts";
import { Indexer } from "./indexer.ts";
import { makeRest } from "./rest.ts";
import { searchTenant } from "./search-tenant.ts";
import { SegmentReader } from "./segment-reader.ts";
import { type SearchedStore, TenantStore } from "./tenant-store.ts";

interface TenantIndex {
  readonly context: IndexContext;
  readonly indexer: Indexer;
}

/**
 * Searches the messages of a store that was opened with `portableSearchKinds`, and keeps their index. Several processes
 * may do so on one database.
 *
 * - `search` answers the store's verb of that name.
 * - `schedule` is to be called after each commit that changed something: a little later the index follows.
 * - Words of messages that were removed, replaced or erased are gone from the index within `eraseAfterMs` of its noticing,
 *   while a process has the store open, and within `abandonedAfterMs` from what a killed indexer left behind.
 */
export class PortableSearch {
  readonly #store: SearchedStore;
  readonly #settings: Required<PortableSearchOptions>;
  readonly #cache: BlockCache;
  readonly #tenants = new Map<string, TenantIndex>();
  /** The latest time that a call came with: a store asks no clock. */
  #now = 0;

  constructor(store: SearchedStore, options: PortableSearchOptions = {}) {
    this.#store = store;
    this.#settings = { ...defaultSettings, ...options };
    this.#cache = new BlockCache(this.#settings.cacheBytes);
  }

  /** Finds what `compileTextQuery` matches in everything that was committed before the call. */
  async search(input: CheckedSearch): Promise<SearchResult> {
    this.#now = Math.max(this.#now, input.now);
    const { context, indexer } = this.#tenant(input.tenant);
    const result = await searchTenant(context, indexer, input);
    // What a process left undone that is no more is done even if nobody commits.
    indexer.schedule();
    return result;
  }

  /** Notes that a tenant's messages or sessions changed, at this time (milliseconds). */
  schedule(tenant: string, now: number): void {
    this.#now = Math.max(this.#now, now);
    this.#tenant(tenant).indexer.schedule();
  }

  /**
   * Resolves when a tenant's index holds everything that was committed before the call, and no word that had been removed
   * or replaced by then. `now` in milliseconds.
   */
  async catchUp(tenant: string, now: number): Promise<void> {
    this.#now = Math.max(this.#now, now);
    await this.#tenant(tenant).indexer.catchUp();
  }

  /** Ends what is being indexed, and indexes what is left. The store has to answer until this resolves. */
  async close(): Promise<void> {
    for (const { indexer } of this.#tenants.values()) await indexer.close();
  }

  #tenant(tenant: string): TenantIndex {
    let known = this.#tenants.get(tenant);
    if (known === undefined) {
      const store = new TenantStore(this.#store, tenant, () => this.#now);
      const reader = new SegmentReader(store, this.#cache);
      const settings = this.#settings;
      const context: IndexContext = { store, reader, version: indexVersion, settings, rest: makeRest() };
      known = { context, indexer: new Indexer(context) };
      this.#tenants.set(tenant, known);
    }
    return known;
  }
}
