import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StandInVersion } from "./find-mongodb.ts";
import { findMongodb } from "./find-mongodb.ts";
import { ServerProcess } from "./server-process.ts";

export interface MongodbOptions {
  /**
   * Whether what was acknowledged outlives a kill. A `mongod` always does that; the stand-in then writes a file, and is
   * slower. Default: false.
   */
  readonly keepsData?: boolean;
  /** The version that a stand-in claims to be; `3.6` is one that drivers refuse. Default: `5.0`. */
  readonly version?: StandInVersion;
}

export interface MongodbServer {
  /** `mongodb://127.0.0.1:<port>/`. */
  readonly url: string;
  /** For people: name, version and where it comes from. */
  readonly description: string;
  /** Whether it only stands in for MongoDB. */
  readonly isStandIn: boolean;
  readonly port: number;
  /** What the server wrote to its log so far. */
  readonly readLog: () => Promise<string>;
  /** SIGKILL. What was kept stays. */
  readonly kill: () => Promise<void>;
  /** Starts the server again on the same port; stops it first, in good order, if it runs. */
  readonly restart: () => Promise<void>;
  /** Stops the server and removes its data. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a MongoDB of its own on loopback, or what stands in for one. It ends with this process at the latest.
 *
 * @throws MissingServerError if the machine has none.
 */
export async function startMongodb(options: MongodbOptions = {}): Promise<MongodbServer> {
  const program = await findMongodb();
  const { keepsData = false, version = "5.0" } = options;
  const folder = await mkdtemp(join(tmpdir(), "throughline-mongodb-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const dataDirectory = join(folder, "data");
  await mkdir(dataDirectory);
  const server = new ServerProcess({
    name: program.description,
    folder,
    user: {},
    command: (port) => program.command({ port, dataDirectory, keepsData, version }),
    readyLine: program.readyLine,
    stopSignal: "SIGTERM",
  });
  try {
    await server.start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    url: `mongodb://127.0.0.1:${server.port}/`,
    description: program.description,
    isStandIn: program.isStandIn,
    port: server.port,
    readLog: () => server.readLog(),
    kill: () => server.kill(),
    restart: async () => {
      await server.end();
      await server.start();
    },
    stop: async () => {
      await server.end();
      await remove();
    },
  };
}
