import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { buildMongoJava } from "./build-mongo-java.ts";

/** The protocol versions that the stand-in can claim. */
export type StandInVersion = "3.6" | "5.0";

export interface MongodbProgram {
  /** For people: name, version and where it comes from. */
  readonly description: string;
  readonly isStandIn: boolean;
  readonly command: (given: {
    port: number;
    dataDirectory: string;
    keepsData: boolean;
    version: StandInVersion;
  }) => { file: string; flags: string[] };
  readonly readyLine: string;
}

/**
 * Finds what can be started: a `mongod` on the path, one that the package `mongodb-memory-server` has or can download,
 * or the stand-in, which is built if need be.
 *
 * @throws MissingServerError if there is none of them.
 */
export async function findMongodb(): Promise<MongodbProgram> {
  return findMongod("mongod", "on the path") ?? (await askMemoryServer()) ?? (await findStandIn());
}

function findMongod(file: string, origin: string): MongodbProgram | undefined {
  const { stdout } = spawnSync(file, ["--version"], { encoding: "utf8" });
  const version = /db version v(\S+)/.exec(stdout ?? "")?.[1];
  if (version === undefined) return undefined;
  return {
    description: `MongoDB ${version} (mongod ${origin})`,
    isStandIn: false,
    command: ({ port, dataDirectory }) => ({
      file,
      flags: ["--dbpath", dataDirectory, "--port", String(port), "--bind_ip", "127.0.0.1", "--nounixsocket"],
    }),
    readyLine: "Waiting for connections",
  };
}

/** Asks the package, where somebody installed it beside ours. It is no dependency: it downloads a whole server. */
async function askMemoryServer(): Promise<MongodbProgram | undefined> {
  const name = "mongodb-memory-server";
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
  const { MongoBinary } = (await import(pathToFileURL(entry).href)) as {
    MongoBinary: { getPath: () => Promise<string> };
  };
  return findMongod(await MongoBinary.getPath(), `of ${name}`);
}

/** Started often and for short: a quick start counts for more than speed after minutes. */
const quickStart = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g"];

async function findStandIn(): Promise<MongodbProgram> {
  const jar = await buildMongoJava();
  return {
    description: "mongo-java-server 1.47.0, a stand-in for MongoDB 5.0 (Maven)",
    isStandIn: true,
    command: ({ port, dataDirectory, keepsData, version }) => ({
      file: "java",
      flags: [
        ...quickStart,
        "-jar",
        jar,
        String(port),
        version,
        ...(keepsData ? [`${dataDirectory}/data`] : []),
      ],
    }),
    readyLine: "ready for connections",
  };
}
