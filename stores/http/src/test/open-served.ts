/** How the suite opens stores behind a server. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenForTest } from "@throughline/conformance";
import type { Kind, Store } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { sqliteStore } from "@throughline/store-sqlite";
import { serveStore } from "./serve-store.ts";

/** A database that a server is to stand before. */
export interface Backend {
  /** Whether what it holds is there when it is opened again. */
  readonly outlives: boolean;
  open(kinds: readonly Kind[]): Promise<Store>;
  dispose(): Promise<void>;
}

/** Opens a backend for each test, and the way to it over a socket. `plant` puts something between it and its server. */
export function openServed(
  makeBackend: () => Promise<Backend>,
  plant: (store: Store) => Store = (store) => store,
): OpenForTest {
  return async ({ kinds, now }) => {
    const backend = await makeBackend();
    const serve = async () => serveStore(plant(await backend.open(kinds)), { now });
    let served = await serve();
    return {
      store: await served.connect({ kinds }),
      ...(backend.outlives && {
        // The server, too, is another one then.
        reopen: async () => {
          await served.stop();
          served = await serve();
          return served.connect({ kinds });
        },
      }),
      openAnother: () => served.connect({ kinds }),
      dispose: async () => {
        await served.stop();
        await backend.dispose();
      },
    };
  };
}

/** A store that ends with its server. */
export async function memoryBackend(): Promise<Backend> {
  return {
    outlives: false,
    open: async (kinds) => memoryStore({ kinds }),
    dispose: async () => undefined,
  };
}

/** An SQLite file in a folder of its own. */
export async function sqliteBackend(): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), "throughline-http-"));
  return {
    outlives: true,
    open: (kinds) => sqliteStore({ path: join(folder, "store.db"), kinds, durability: "process-crash" }),
    dispose: () => rm(folder, { recursive: true }),
  };
}
