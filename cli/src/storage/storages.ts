/** The databases that sessions can be saved in. */
import type { ExplicitSettings } from "../configuration/resolve-configuration.ts";
import { type OpenedThroughline, openConfigured } from "../open-configured.ts";
import { SessionStorage } from "./session-storage.ts";

/** Sessions in one file: no server, nothing to configure. */
export class SQLiteSessionStorage extends SessionStorage {
  readonly #path: string;

  /** @param path The file; it is made where there is none. */
  constructor(path: string) {
    super();
    this.#path = path;
  }

  protected override async open(): Promise<OpenedThroughline> {
    return openConfigured({ store: { value: `sqlite:${this.#path}`, name: "path" } });
  }
}

export interface PoolOptions {
  /** Connections that are kept open. Default: 5. */
  readonly minPoolSize?: number;
  /** Connections at most. Default: 20. */
  readonly maxPoolSize?: number;
}

/** Sessions in PostgreSQL. Needs the package `pg`. */
export class PostgreSQLSessionStorage extends SessionStorage {
  readonly #explicit: ExplicitSettings;

  /** @param connectionString `postgresql://user:password@host:port/database`, with `?schema=` for a schema of its own. */
  constructor(connectionString: string, options: PoolOptions = {}) {
    super();
    this.#explicit = {
      store: { value: connectionString, name: "connectionString" },
      ...poolSettings(options),
    };
  }

  protected override async open(): Promise<OpenedThroughline> {
    return openConfigured(this.#explicit);
  }
}

export interface MongoDBOptions extends PoolOptions {
  /** Default: the one in the connection string. */
  readonly databaseName?: string;
}

/** Sessions in MongoDB. Needs the package `mongodb`. */
export class MongoDBSessionStorage extends SessionStorage {
  readonly #explicit: ExplicitSettings;

  /** @param connectionString `mongodb://user:password@host:port` or `mongodb+srv://…`. */
  constructor(connectionString: string, { databaseName, ...pool }: MongoDBOptions = {}) {
    super();
    this.#explicit = {
      store: { value: connectionString, name: "connectionString" },
      databaseName: { value: databaseName, name: "databaseName" },
      ...poolSettings(pool),
    };
  }

  protected override async open(): Promise<OpenedThroughline> {
    return openConfigured(this.#explicit);
  }
}

function poolSettings({ minPoolSize, maxPoolSize }: PoolOptions): ExplicitSettings {
  return {
    minPoolSize: { value: minPoolSize, name: "minPoolSize" },
    maxPoolSize: { value: maxPoolSize, name: "maxPoolSize" },
  };
}
