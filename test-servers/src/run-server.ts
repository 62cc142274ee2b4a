import type { TestProject } from "vitest/node";
import { MissingServerError, mayNotSkip } from "./missing-server.ts";

/** A server that could not be found or started. */
export interface AbsentServer {
  /** What is missing, and what to install. */
  readonly missing: string;
  /** Whether the tests have to fail for it. If not, they are skipped. */
  readonly isFailure: boolean;
}

/** What a run's global setup tells its tests about a server. */
export type RunServer = { readonly url: string } | AbsentServer;

declare module "vitest" {
  interface ProvidedContext {
    postgres: RunServer;
    mongodb: RunServer;
  }
}

/** A server that was found or started. */
export interface FoundServer {
  readonly url: string;
  /** For people: name, version and where it comes from. */
  readonly description: string;
  /** Absent where the server is not ours to stop. */
  readonly stop?: () => Promise<void>;
}

type Shared = { found: Promise<FoundServer>; users: number };

/** Several projects of one run may need the same server. Each loads this module anew, so it is kept beside them. */
const registry = globalThis as { throughlineTestServers?: Map<string, Shared> };

/**
 * Finds or starts a server once per run, says on the console which one it is, and provides its address to the tests of a
 * project. Where the server is missing, its tests are skipped with the reason; with `CI=true` they fail with it.
 *
 * @returns what the global setup has to return: the function that stops the server after its last project.
 */
export async function provideServer(
  project: TestProject,
  key: "postgres" | "mongodb",
  name: string,
  start: () => Promise<FoundServer>,
): Promise<() => Promise<void>> {
  const servers = (registry.throughlineTestServers ??= new Map<string, Shared>());
  const shared: Shared = servers.get(name) ?? { found: startAndSay(start), users: 0 };
  servers.set(name, shared);
  shared.users += 1;
  try {
    const { url, stop } = await shared.found;
    project.provide(key, { url });
    return async () => {
      shared.users -= 1;
      if (shared.users > 0) return;
      servers.delete(name);
      await stop?.();
    };
  } catch (error) {
    // Not thrown: that would take the tests of all other projects with it.
    const isFailure = !(error instanceof MissingServerError) || mayNotSkip();
    const missing = error instanceof Error ? error.message : String(error);
    project.provide(key, { missing, isFailure });
    return async () => {};
  }
}

async function startAndSay(start: () => Promise<FoundServer>): Promise<FoundServer> {
  const found = await start();
  process.stdout.write(`${found.description}\n`);
  return found;
}
