/** The connection to MongoDB: with time limits everywhere, and with what the promises of a write and a read hang on. */
import { ThroughlineError } from "@throughline/core";
import type * as Driver from "mongodb";
import type { MongoClient } from "mongodb";
import type { MadeClient } from "./client-keeper.ts";
import { ClientKeeper } from "./client-keeper.ts";
import type { Intercept } from "./database.ts";
import { Database } from "./database.ts";
import { toStoreError } from "./mongo-error.ts";

export interface Timeouts {
  /** For a connection to be made. Default: 10,000 ms. */
  readonly connectMs?: number;
  /** For a server that takes writes to be found. Default: 10,000 ms. */
  readonly selectMs?: number;
  /** For one call to be answered. Default: 20,000 ms. */
  readonly queryMs?: number;
  /** For a free connection. Default: 10,000 ms. */
  readonly poolMs?: number;
  /** For a commit that others are quicker than, or that has no answer, before it fails. Default: 15,000 ms. */
  readonly commitMs?: number;
}

export interface Connection {
  readonly url: string;
  readonly timeouts: Required<Timeouts>;
  readonly connections: number;
  readonly intercept: Intercept;
}

export async function connect(connection: Connection): Promise<Database> {
  const { url, timeouts, intercept } = connection;
  const driver = await loadDriver();
  const make = (): MadeClient => {
    const client = makeClient(driver, connection);
    // Here, because the URL may ask for less.
    const db = client.db(databaseName(url), {
      writeConcern: { w: "majority", journal: true, wtimeoutMS: timeouts.queryMs },
      readConcern: new driver.ReadConcern("majority"),
      readPreference: "primary",
    });
    return { client, db };
  };
  const first = make();
  try {
    await first.client.connect();
  } catch (error) {
    await first.client.close();
    throw toStoreError(error);
  }
  return new Database(new ClientKeeper(make, first), intercept, timeouts);
}

function makeClient(
  { MongoClient: Client }: LoadedDriver,
  { url, timeouts, connections }: Connection,
): MongoClient {
  try {
    return new Client(url, {
      appName: "throughline",
      // The store sends again itself what has no answer, and knows by what it finds then.
      retryWrites: false,
      maxPoolSize: connections,
      waitQueueTimeoutMS: timeouts.poolMs,
      serverSelectionTimeoutMS: timeouts.selectMs,
      connectTimeoutMS: timeouts.connectMs,
      // The server gives up first, so that a slow call does not cost the connection.
      socketTimeoutMS: timeouts.queryMs + 1_000,
    });
  } catch (error) {
    throw new ThroughlineError("invalid", "This is not a URL of MongoDB.", {
      reason: "store_url",
      cause: error,
    });
  }
}

type LoadedDriver = Pick<typeof Driver, "MongoClient" | "ReadConcern">;

async function loadDriver(): Promise<LoadedDriver> {
  try {
    return await import("mongodb");
  } catch (error) {
    throw new ThroughlineError("unsupported", "The driver of MongoDB is missing. Run: npm install mongodb", {
      reason: "missing_driver",
      cause: error,
    });
  }
}

/**
 * The database in the URL's path.
 *
 * @internal exported for tests
 */
export function databaseName(url: string): string {
  const [, path = ""] = /^[a-z+]+:\/\/[^/]*\/([^?]*)/.exec(url) ?? [];
  return path === "" ? "throughline" : decodeURIComponent(path);
}
