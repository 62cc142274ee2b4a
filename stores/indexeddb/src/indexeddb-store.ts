/** The store contract in a browser's IndexedDB. A spike: `README.md` says what it showed and what is left to do. */
import type {
  Capabilities,
  ChangesResult,
  CheckedBatch,
  CheckedChanges,
  CheckedRead,
  CheckedSearch,
  CallOptions,
  CommitResult,
  FeedEntry,
  Kind,
  Problem,
  PruneTimes,
  ReadAnswer,
  ReadRequest,
  ReadResult,
  SearchResult,
  Store,
} from "@throughline/core";
import {
  PortableSearch,
  formatFeedCursor,
  isExpired,
  matchesFeedFilter,
  parseFeedCursor,
  portableSearchKinds,
  productKinds,
  selectFields,
} from "@throughline/core";
import { checkLogs } from "./check-logs.ts";
import { commitBatch, positionsOf } from "./commit-batch.ts";
import { Connection, type StoreInfo } from "./connection.ts";
import { lastCommitTimes, pruneDatabase } from "./prune.ts";
import { answerOf, walk } from "./requests.ts";
import { referenceOldBlobs } from "./reference-old-blobs.ts";
import { countRows, findRow, lookUp, queryPage } from "./rows.ts";
import { toStoreError } from "./store-error.ts";

export interface IndexeddbStoreOptions {
  /** The database's name within the site. Default: `throughline`. */
  readonly name?: string;
  /** Record kinds beside the product's. */
  readonly kinds?: readonly Kind[];
  /** How long to wait for tabs that keep an older version open, in milliseconds. Default: 10,000. */
  readonly upgradeTimeoutMs?: number;
}

/** Opens a database of this site, and makes it where there is none. */
export async function indexeddbStore(options: IndexeddbStoreOptions = {}): Promise<Store> {
  const kinds = [...productKinds, ...(options.kinds ?? [])];
  const connection = new Connection(
    options.name ?? "throughline",
    [...kinds, ...portableSearchKinds],
    options.upgradeTimeoutMs ?? 10_000,
  );
  try {
    await connection.open();
    const store = new IndexeddbStore(connection, kinds);
    await referenceOldBlobs(connection, store);
    return store;
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw toStoreError(error);
  }
}

/** What the store promises. Durability under power loss was seen on no browser yet. */
export const indexeddbCapabilities: Capabilities = {
  name: "indexeddb",
  durability: "process-crash",
  unknownOutcomes: false,
  shared: true,
  search: "index",
};

class IndexeddbStore implements Store {
  readonly capabilities = indexeddbCapabilities;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** With those that nobody but the search index reads and writes. */
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #connection: Connection;
  readonly #index = new PortableSearch(this);

  constructor(connection: Connection, kinds: readonly Kind[]) {
    this.#connection = connection;
    this.kinds = byName(kinds);
    this.#kinds = byName([...kinds, ...portableSearchKinds]);
  }

  async commit(batch: CheckedBatch, { signal }: CallOptions): Promise<CommitResult> {
    const isDurable = batch.quiet?.durable ?? true;
    const result = await this.#within({ mode: "readwrite", isDurable, signal }, (transaction) =>
      commitBatch(transaction, batch, this.#kinds, lookUp, signal),
    );
    if (batch.quiet === undefined && !result.replayed) this.#index.schedule(batch.tenant, batch.now);
    return result;
  }

  async read({ tenant, requests, now }: CheckedRead): Promise<ReadResult> {
    const stores = [...new Set(["tenants", ...requests.map(({ kind }) => kind)])];
    return this.#within({ mode: "readonly", stores }, async (transaction) => {
      const [{ position }, ...answers] = await Promise.all([
        positionsOf(transaction, tenant),
        ...requests.map((request) => this.#answer(transaction, tenant, request, now)),
      ]);
      return { position, answers };
    });
  }

  async #answer(
    transaction: IDBTransaction,
    tenant: string,
    request: ReadRequest,
    now: number,
  ): Promise<ReadAnswer> {
    const kind = this.#kinds.get(request.kind) as Kind;
    if (request.type === "query") return queryPage(transaction, tenant, kind, request, now);
    if (request.type === "count") return countRows(transaction, tenant, kind, request, now);
    const rows = await Promise.all(request.keys.map((key) => findRow(transaction, tenant, kind, key)));
    return rows.map((row) =>
      row === undefined || isExpired(kind, row, now) ? undefined : selectFields(kind, row, request.select),
    );
  }

  async search(input: CheckedSearch): Promise<SearchResult> {
    return this.#index.search(input);
  }

  async changes({ tenant, since, where, limit }: CheckedChanges): Promise<ChangesResult> {
    const cursor = since === undefined ? undefined : parseFeedCursor(since);
    const stores = ["feed", "tenants", "store_info"];
    return this.#within({ mode: "readonly", stores }, async (transaction) => {
      const [{ incarnation }, { position, pruned }] = await Promise.all([
        answerOf<StoreInfo>(transaction.objectStore("store_info").get("store")),
        positionsOf(transaction, tenant),
      ]);
      const at = (place: number): string => formatFeedCursor({ incarnation, position: place });
      const from = cursor?.position ?? pruned;
      const isKnown = cursor === undefined || cursor.incarnation === incarnation;
      if (!isKnown || from < pruned || from > position) {
        return { entries: [], cursor: at(position), more: false, startOver: true };
      }
      const entries: FeedEntry[] = [];
      let more = false;
      if (from < position) {
        const range = IDBKeyRange.bound([tenant, from], [tenant, position], true);
        await walk(transaction.objectStore("feed").openCursor(range), ({ value }) => {
          const entry = value as FeedEntry;
          if (!matchesFeedFilter(entry, where)) return true;
          more = entries.length === limit;
          if (!more) entries.push(entry);
          return !more;
        });
      }
      const end = more ? (entries.at(-1)?.position ?? from) : position;
      return { entries, cursor: at(end), more, startOver: false };
    });
  }

  async check(): Promise<readonly Problem[]> {
    return this.#within({ mode: "readonly", stores: ["sessions", "messages"] }, checkLogs);
  }

  async prune(before: PruneTimes): Promise<void> {
    // Words of what was removed leave the index, while the feed still says what was.
    const stores = ["tenants", "feed"];
    const times = await this.#within({ mode: "readonly", stores }, lastCommitTimes);
    for (const [tenant, time] of times) await this.#index.catchUp(tenant, time);
    return this.#within({ mode: "readwrite" }, (transaction) => pruneDatabase(transaction, before));
  }

  async close(): Promise<void> {
    await this.#index.close();
    await this.#connection.close();
  }

  /** Runs in one transaction. `run` may await requests of this transaction, and nothing else. */
  async #within<Result>(
    options: {
      readonly mode: IDBTransactionMode;
      /** Default: all. */
      readonly stores?: readonly string[];
      /** Whether the browser is to flush to disk before a transaction counts as complete. */
      readonly isDurable?: boolean;
      readonly signal?: AbortSignal | undefined;
    },
    run: (transaction: IDBTransaction) => Promise<Result>,
  ): Promise<Result> {
    try {
      const database = await this.#connection.open();
      const stores = options.stores ?? [...database.objectStoreNames];
      const durability = options.isDurable === false ? "relaxed" : "strict";
      return await run(database.transaction(stores, options.mode, { durability }));
    } catch (error) {
      throw toStoreError(error, options.signal);
    }
  }
}

function byName(kinds: readonly Kind[]): ReadonlyMap<string, Kind> {
  return new Map(kinds.map((kind) => [kind.name, kind]));
}
