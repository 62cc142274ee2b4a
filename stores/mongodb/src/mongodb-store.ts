/** The store contract in MongoDB: a log of commits a tenant, brought into the collections in the background. */
import type {
  CallOptions,
  Capabilities,
  ChangesResult,
  CheckedBatch,
  CheckedChanges,
  CheckedRead,
  CheckedSearch,
  CommitResult,
  Kind,
  PortableSearchOptions,
  Problem,
  PruneTimes,
  ReadResult,
  SearchResult,
  Store,
} from "@throughline/core";
import { PortableSearch, portableSearchKinds, productKinds } from "@throughline/core";
import type { Pace } from "./applier.ts";
import { checkDatabase } from "./check-database.ts";
import type { Timeouts } from "./connect.ts";
import type { Database, Intercept } from "./database.ts";
import type { LaneSettings } from "./lanes.ts";
import { Lanes } from "./lanes.ts";
import { openDatabase } from "./open-database.ts";
import { lastCommitTime, pruneDatabase } from "./prune-database.ts";
import { readFeed } from "./read-changes.ts";
import { referenceOldBlobs } from "./reference-old-blobs.ts";
import { readRequests } from "./read-requests.ts";

export interface MongodbStoreOptions {
  /** `mongodb://` or `mongodb+srv://`, with the database in its path. Default database: `throughline`. */
  readonly url: string;
  /** Record kinds beside the product's. */
  readonly kinds?: readonly Kind[];
  readonly timeouts?: Timeouts;
  /** The most connections to each server. Default: 20. */
  readonly connections?: number;
}

/**
 * What tests change: where a store stops, when it does what can wait, how the index is kept.
 *
 * @internal exported for tests
 */
export interface MongodbSeams {
  readonly intercept?: Intercept;
  readonly pace?: Partial<Pace>;
  readonly index?: PortableSearchOptions;
  /** Images of more than this in sum are written apart. Default: 8 MiB. */
  readonly documentBytes?: number;
}

/** `power-loss`, because every write waits for the journals of a majority. */
export const mongodbCapabilities: Capabilities = {
  name: "mongodb",
  durability: "power-loss",
  unknownOutcomes: true,
  shared: true,
  search: "index",
};

/**
 * Opens a store in MongoDB, and makes the database one if it is empty.
 *
 * @throws ThroughlineError `unsupported/missing_driver`; `invalid/store_url`; `unavailable` with the reasons
 * `cannot_connect`, `authentication`, `permission`, `timeout`, `tls`, `unsupported_server`, `not_a_store`, `newer_schema`.
 */
export function mongodbStore(options: MongodbStoreOptions): Promise<Store> {
  return openMongodbStore(options, {});
}

/**
 * The same with the seams that tests need.
 *
 * @internal exported for tests
 */
export async function openMongodbStore(
  { url, kinds = [], timeouts: given = {}, connections = 20 }: MongodbStoreOptions,
  { intercept = (_, run) => run(), pace, index, documentBytes = 8 * 1024 * 1024 }: MongodbSeams,
): Promise<Store> {
  const known = byName([...productKinds, ...kinds]);
  // Those that nobody but the index reads and writes are not told.
  const all = byName([...known.values(), ...portableSearchKinds]);
  const timeouts = { ...defaultTimeouts, ...given };
  const { database, incarnation } = await openDatabase({ url, timeouts, connections, intercept }, all);
  const settings = {
    database,
    kinds: all,
    limits: { commitMs: timeouts.commitMs, documentBytes },
    pace: { foreignAfterMs: 1_000, stripAfterMs: 5_000, ...pace },
  };
  const store = new MongodbStore(known, settings, incarnation, index);
  try {
    await referenceOldBlobs(database, store);
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
  return store;
}

const defaultTimeouts: Required<Timeouts> = {
  connectMs: 10_000,
  selectMs: 10_000,
  queryMs: 20_000,
  poolMs: 10_000,
  commitMs: 15_000,
};

function byName(kinds: readonly Kind[]): ReadonlyMap<string, Kind> {
  return new Map(kinds.map((kind) => [kind.name, kind]));
}

class MongodbStore implements Store {
  readonly capabilities = mongodbCapabilities;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly #allKinds: ReadonlyMap<string, Kind>;
  readonly #database: Database;
  readonly #incarnation: string;
  readonly #lanes: Lanes;
  readonly #index: PortableSearch;
  #closing: Promise<void> | undefined;

  constructor(
    kinds: ReadonlyMap<string, Kind>,
    settings: LaneSettings,
    incarnation: string,
    index: PortableSearchOptions | undefined,
  ) {
    this.kinds = kinds;
    this.#allKinds = settings.kinds;
    this.#database = settings.database;
    this.#incarnation = incarnation;
    this.#lanes = new Lanes(settings);
    this.#index = new PortableSearch(this, index);
    this.#lanes.sweep();
  }

  async commit(batch: CheckedBatch, { signal }: CallOptions = {}): Promise<CommitResult> {
    const { tenant, now, quiet } = batch;
    const waiting = { batch, since: performance.now() };
    const result = await this.#lanes.of(tenant).queue.add(waiting, signal);
    if (quiet === undefined) this.#index.schedule(tenant, now);
    return result;
  }

  read(input: CheckedRead): Promise<ReadResult> {
    return readRequests(this.#database, this.#lanes.of(input.tenant).log, this.#allKinds, input);
  }

  search(input: CheckedSearch): Promise<SearchResult> {
    return this.#index.search(input);
  }

  changes(input: CheckedChanges): Promise<ChangesResult> {
    return readFeed(this.#database, this.#lanes.of(input.tenant).log, this.#incarnation, input);
  }

  async check(): Promise<readonly Problem[]> {
    const tenants = await this.#lanes.applyAll();
    return checkDatabase(this, this.#database, this.#allKinds, tenants);
  }

  async prune(before: PruneTimes): Promise<void> {
    // Words of what was removed leave the index, while the feed still says what was.
    for (const tenant of await this.#lanes.applyAll()) {
      await this.#index.catchUp(tenant, await lastCommitTime(this.#database, tenant));
    }
    const tenants = await this.#lanes.applyAll();
    await pruneDatabase(this.#database, this.#allKinds, tenants, before);
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await this.#index.close();
    await this.#lanes.close();
    await this.#database.close();
  }
}
