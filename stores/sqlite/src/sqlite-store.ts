import { resolve } from "node:path";
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
  Problem,
  PruneTimes,
  ReadResult,
  SearchResult,
  Store,
} from "@throughline/core";
import { ThroughlineError, productKinds } from "@throughline/core";
import { checkDatabase } from "./check-database.ts";
import { CommitQueue } from "./commit-queue.ts";
import { RowCache } from "./row-cache.ts";
import { retryFairly } from "./fair-retry.ts";
import { renewSearchIndex } from "./renew-search-index.ts";
import { readChangedMessages } from "./changed-messages.ts";
import { Indexer } from "./indexer.ts";
import { StoreFile } from "./store-file.ts";
import { prepareFile } from "./open-file.ts";
import { pruneFile } from "./prune.ts";
import { readAnswers } from "./read-answers.ts";
import { readChanges } from "./read-changes.ts";
import { scrubIndex } from "./scrub-index.ts";
import { searchMessages } from "./search-messages.ts";
import { readSearchProgress } from "./search-progress.ts";
import { Turns } from "./turns.ts";
import type { Tables } from "./tables.ts";
import { makeTables } from "./tables.ts";
import { Tenants } from "./tenants.ts";

export interface SqliteStoreOptions {
  /** The database file. It is made (mode 0600), with its folder (0700), if it is missing. */
  readonly path: string;
  /** Record kinds beside the product's; each gets a table. */
  readonly kinds?: readonly Kind[];
  /**
   * What an acknowledged commit survives. `power-loss`: everything; each transaction waits for the disk.
   * `process-crash`: the end of this process in any way; after a power cut or a crash of the system the last commits
   * may be missing (never part of one). Default: `power-loss`.
   */
  readonly durability?: "power-loss" | "process-crash";
  /** Opens an existing file for reading only. Default: false. */
  readonly readOnly?: boolean;
}

/** What a search reads that is not indexed, rather than having it indexed first. */
interface ScanLimits {
  readonly messages: number;
  /** UTF-16 units of their text together. Reading it holds up everybody else; indexing it leaves others their turns. */
  readonly text: number;
  /** Whether what was read must be in its place on the next page, too. */
  readonly isStable: boolean;
}

const usualLimits: ScanLimits = { messages: 2_000, text: 512 * 1024, isStable: true };
/** After the first time: what is written meanwhile may be more than can be indexed. */
const textLimits: ScanLimits = { ...usualLimits, messages: Number.POSITIVE_INFINITY, isStable: false };
const noLimits: ScanLimits = { ...textLimits, text: Number.POSITIVE_INFINITY };
/** How often a search waits for large texts to be indexed. */
const CATCH_UPS = 3;

const optionNames: ReadonlySet<string> = new Set(["path", "kinds", "durability", "readOnly"]);

/**
 * Opens a store in an SQLite file. Several stores may have one file open, in one process or in several.
 *
 * @throws ThroughlineError `invalid` for options that make no sense; `unavailable` with reason `cannot_open`,
 * `not_a_database`, `not_a_throughline_database`, `damaged`, `read_only`, `newer_schema`, `locked`, `sqlite_too_old`.
 */
export async function sqliteStore(options: SqliteStoreOptions): Promise<Store> {
  checkOptions(options);
  const { path, kinds = [], durability = "power-loss", readOnly = false } = options;
  const fileOptions = { path: resolve(path), readOnly, synced: durability === "power-loss" };
  await prepareFile(fileOptions, kinds);
  const file = new StoreFile(fileOptions);
  await retryFairly(() => file.open());
  if (!readOnly) await retryFairly(() => renewSearchIndex(file.writer));
  return new SqliteStore(file, [...productKinds, ...kinds], { durability, readOnly });
}

function checkOptions(options: SqliteStoreOptions): void {
  const unknown = Object.keys(options).find((name) => !optionNames.has(name));
  if (unknown !== undefined) throw invalidOption(`sqliteStore has no option ${unknown}.`, unknown);
  const { path, durability } = options;
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw invalidOption("The path names the database file.", "path");
  }
  if (path === ":memory:") throw invalidOption("To keep nothing, use the memory store.", "path");
  if (durability !== undefined && durability !== "power-loss" && durability !== "process-crash") {
    throw invalidOption("The durability is power-loss or process-crash.", "durability");
  }
}

function invalidOption(message: string, option: string): ThroughlineError {
  return new ThroughlineError("invalid", message, { reason: "option", details: { option } });
}

class SqliteStore implements Store {
  readonly capabilities: Capabilities;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly #file: StoreFile;
  readonly #tables: Tables;
  readonly #tenants = new Tenants();
  readonly #queue: CommitQueue;
  readonly #indexer: Indexer;
  readonly #readOnly: boolean;
  readonly #turns = new Turns();
  readonly #rows = new Map(["sessions", "messages"].map((kind) => [kind, new RowCache()]));

  constructor(
    file: StoreFile,
    kinds: readonly Kind[],
    { durability, readOnly }: Required<Omit<SqliteStoreOptions, "path" | "kinds">>,
  ) {
    this.#readOnly = readOnly;
    this.#indexer = new Indexer(file);
    this.capabilities = { name: "sqlite", durability, unknownOutcomes: false, shared: true, search: "index" };
    this.kinds = new Map(kinds.map((kind) => [kind.name, kind]));
    this.#file = file;
    this.#tables = makeTables(this.kinds);
    this.#queue = new CommitQueue({
      kinds: this.kinds,
      tables: this.#tables,
      tenants: this.#tenants,
      writer: () => file.writer,
      synced: durability === "power-loss",
      onFailure: (error) => file.noteFailure(error),
      onCommitted: () => this.#indexer.schedule(),
    });
  }

  commit(batch: CheckedBatch, { signal }: CallOptions): Promise<CommitResult> {
    return this.#queue.commit(batch, signal);
  }

  async read(input: CheckedRead): Promise<ReadResult> {
    return this.#read(input.tenant, (tenant) =>
      readAnswers(this.#file.reader, this.#tables, tenant, input, this.#rows),
    );
  }

  async search(input: CheckedSearch): Promise<SearchResult> {
    if (this.#readOnly) return (await this.#searchOnce(input, noLimits)) as SearchResult;
    let found = await this.#searchOnce(input, usualLimits);
    for (let times = 0; found === undefined; times += 1) {
      await this.#indexer.catchUp();
      found = await this.#searchOnce(input, times < CATCH_UPS ? textLimits : noLimits);
    }
    return found;
  }

  /**
   * Undefined if it is better to catch up first: if more messages or more of their text is not indexed yet than the limits
   * say, or if one of several pages has hits of the scan. Indexed by the next page, they would have other scores, and be
   * in another place.
   */
  #searchOnce(
    input: CheckedSearch,
    { messages, text, isStable }: ScanLimits,
  ): Promise<SearchResult | undefined> {
    return this.#read(input.tenant, (tenant) => {
      const { reader } = this.#file;
      const tail = readChangedMessages(reader, readSearchProgress(reader), messages, tenant);
      if (!tail.isComplete) return undefined;
      const result = searchMessages(reader, tenant, input, tail, text);
      const isOnePage = input.skip === 0 && result?.more === false;
      return isOnePage || tail.count === 0 || !isStable ? result : undefined;
    });
  }

  async changes(input: CheckedChanges): Promise<ChangesResult> {
    return this.#read(input.tenant, (tenant) => readChanges(this.#file.reader, tenant, input));
  }

  /** Runs reads of one tenant as of one position; readers never wait for a writer. */
  async #read<Result>(tenantId: string, read: (tenant: number) => Result): Promise<Result> {
    await this.#turns.give();
    return retryFairly(() => {
      try {
        return this.#file.reader.readTogether(() => {
          const tenant = this.#tenants.find(this.#file.reader, tenantId);
          this.#tenants.remember(tenantId, tenant);
          return read(tenant);
        });
      } catch (error) {
        this.#file.noteFailure(error);
        for (const cache of this.#rows.values()) cache.clear();
        throw error;
      }
    });
  }

  async check(): Promise<readonly Problem[]> {
    return retryFairly(() => this.#file.useOwnReader(({ database }) => checkDatabase(database)));
  }

  async prune(before: PruneTimes): Promise<void> {
    // What the index has still to learn from the feed must not go.
    await this.#indexer.catchUp();
    await retryFairly(() => pruneFile(this.#file.writer, before));
    await scrubIndex(() => this.#file.writer);
  }

  async close(): Promise<void> {
    await this.#queue.drain();
    if (!this.#readOnly) await this.#indexer.close();
    this.#file.finish();
  }
}
