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
import { productKinds } from "@throughline/core";
import { checkDatabase } from "./check-database.ts";
import { CommitQueues } from "./commit/commit-queues.ts";
import { Database } from "./database.ts";
import { readChanges } from "./feed.ts";
import type { MessageSearch } from "./message-search.ts";
import { migrate } from "./migrations/migrate.ts";
import { type PostgresStoreOptions, type Settings, readOptions } from "./options.ts";
import { toStoreError } from "./postgres-error.ts";
import { prune } from "./prune.ts";
import type { Reading } from "./reading.ts";
import { readAnswers } from "./reading.ts";
import { SearchIndex } from "./search/search-index.ts";
import { readCapabilities } from "./server-facts.ts";
import { Statistics } from "./statistics.ts";
import { makeTables } from "./tables.ts";

/**
 * Opens a store in a PostgreSQL database, and makes its schema or brings it to the newest version. Several stores may
 * have one schema open, in one process or in many.
 *
 * @throws ThroughlineError `invalid` for options that make no sense; `unsupported/missing_driver` without the package
 * `pg`; `unavailable` with a reason for what the server or the way to it refuses.
 */
export async function postgresStore(options: PostgresStoreOptions): Promise<Store> {
  const settings = readOptions(options);
  const database = await Database.open(settings);
  try {
    const capabilities = await database.use(async (connection) => {
      const known = await readCapabilities(connection, settings.onWarning);
      await migrate(connection, settings);
      return known;
    });
    return new PostgresStore(database, settings, capabilities);
  } catch (error) {
    await database.close();
    throw toStoreError(error);
  }
}

class PostgresStore implements Store {
  readonly capabilities: Capabilities;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly #database: Database;
  readonly #reading: Omit<Reading, "connection" | "tenant">;
  readonly #queues: CommitQueues;
  readonly #search: MessageSearch;
  readonly #statistics: Statistics;

  constructor(database: Database, { schema, kinds, timeouts }: Settings, capabilities: Capabilities) {
    this.capabilities = capabilities;
    this.kinds = new Map([...productKinds, ...kinds].map((kind) => [kind.name, kind]));
    this.#database = database;
    const tables = makeTables(this.kinds, schema);
    this.#reading = { schema, tables };
    this.#search = new SearchIndex(database, this.#reading);
    this.#statistics = new Statistics(database);
    this.#queues = new CommitQueues({
      database,
      kinds: this.kinds,
      tables,
      limitMs: timeouts.lockMs,
      onCommitted: (tenant) => {
        this.#statistics.noteCommit();
        this.#search.noteCommit(tenant);
      },
    });
  }

  commit(batch: CheckedBatch, { signal }: CallOptions): Promise<CommitResult> {
    return this.#queues.commit(batch, signal);
  }

  async read(input: CheckedRead): Promise<ReadResult> {
    return this.#read(input.tenant, (reading) => readAnswers(reading, input));
  }

  search(input: CheckedSearch): Promise<SearchResult> {
    return this.#search.search(input);
  }

  async changes(input: CheckedChanges): Promise<ChangesResult> {
    return this.#read(input.tenant, (reading) => readChanges(reading, input));
  }

  #read<Result>(tenant: string, read: (reading: Reading) => Promise<Result>): Promise<Result> {
    return this.#database.readTogether((connection) => read({ ...this.#reading, connection, tenant }));
  }

  async check(): Promise<readonly Problem[]> {
    const { schema } = this.#reading;
    return this.#database.readTogether((connection) => checkDatabase(connection, schema));
  }

  async prune(before: PruneTimes): Promise<void> {
    const { schema } = this.#reading;
    await this.#search.catchUp();
    try {
      await this.#database.use((connection) => prune(connection, schema, before));
    } catch (error) {
      throw toStoreError(error);
    }
  }

  async close(): Promise<void> {
    await this.#queues.drain();
    await this.#statistics.close();
    await this.#search.close();
    await this.#database.close();
  }
}
