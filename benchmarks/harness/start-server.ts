import { describeError, type Bench } from "./bench.ts";

/** A database server that was started for a row. */
export interface DatabaseServer {
  readonly url: string;
  /** True when it only stands in for the real one: figures of it say little about the real one's. */
  readonly isStandIn: boolean;
  stop(): Promise<void>;
}

const starters = { postgresql: startPostgresql, mongodb: startMongodb };
const titles = { postgresql: "PostgreSQL", mongodb: "MongoDB" };

/** Starts a server of its own for a row; undefined where there is none, which is then told in the report. */
export async function startServer(
  bench: Bench,
  type: "postgresql" | "mongodb",
): Promise<DatabaseServer | undefined> {
  bench.settings.log(`  starting ${titles[type]}`);
  try {
    const { description, ...server } = await starters[type]();
    bench.nameServer(description);
    return server;
  } catch (error) {
    bench.fail(titles[type], describeError(error));
    return undefined;
  }
}

interface Started extends DatabaseServer {
  readonly description: string;
}

// Loaded here and not above: the measuring processes know of rows too, and have only what is built.
async function startPostgresql(): Promise<Started> {
  const { startPostgres } = await import("@throughline/test-servers");
  const { url, version, stop } = await startPostgres();
  return { url, isStandIn: false, description: `PostgreSQL ${version} with fsync`, stop };
}

async function startMongodb(): Promise<Started> {
  const servers = await import("@throughline/test-servers");
  const { url, isStandIn, description, stop } = await servers.startMongodb();
  return { url, isStandIn, description: isStandIn ? `${description}, in memory` : description, stop };
}
