import {
  type Capabilities,
  type GuardedStore,
  type Store,
  ThroughlineError,
  guardStore,
} from "@throughline/core";
import type { Origin } from "../configuration/given-setting.ts";
import type { ResolvedConfiguration } from "../configuration/resolve-configuration.ts";
import { takeSchema, withDatabase } from "../server-urls.ts";
import type { StoreLocation } from "./store-url.ts";

export interface OpenStoreOptions {
  /** Takes what is worth knowing and no error, as a sentence. */
  readonly onWarning: (warning: string) => void;
  /** Opens a file for reading only. Default: false. */
  readonly readOnly?: boolean;
}

/**
 * Opens a store behind its guard. Each kind of store is loaded when it is used.
 *
 * @throws ThroughlineError `unsupported` with reason `durability` where the caller itself asked for one that the store
 * does not have; what opening the store throws.
 */
export async function openStore(
  location: StoreLocation,
  configuration: ResolvedConfiguration,
  options: OpenStoreOptions,
): Promise<GuardedStore> {
  const store = guardStore(await loadStore(location, configuration, options));
  try {
    const warning = compareDurability(store.capabilities, configuration);
    if (warning !== undefined) options.onWarning(warning);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function loadStore(
  location: StoreLocation,
  { settings }: ResolvedConfiguration,
  { onWarning, readOnly = false }: OpenStoreOptions,
): Promise<Store> {
  switch (location.type) {
    case "memory":
      return (await import("@throughline/store-memory")).memoryStore();
    case "sqlite": {
      const { sqliteStore } = await import("@throughline/store-sqlite");
      return sqliteStore({ path: location.path, durability: settings.durability, readOnly });
    }
    case "http":
      return (await import("@throughline/store-http")).httpStore({
        url: location.url,
        ...(settings.apiKey === null ? undefined : { token: settings.apiKey }),
      });
    case "postgres": {
      const { postgresStore } = await import("@throughline/store-postgres");
      const pool = { maximum: settings.maxPoolSize };
      return postgresStore({ ...takeSchema(location.url), pool, onWarning });
    }
    case "mongodb": {
      const { mongodbStore } = await import("@throughline/store-mongodb");
      const { databaseName, maxPoolSize } = settings;
      const url = databaseName === null ? location.url : withDatabase(location.url, databaseName);
      return mongodbStore({ url, connections: maxPoolSize });
    }
  }
}

const ranks: Readonly<Record<Capabilities["durability"], number>> = {
  none: 0,
  "process-crash": 1,
  "power-loss": 2,
};

/** What to say where somebody set a durability and the store has another: only files have a choice. */
function compareDurability(
  { name, durability }: Capabilities,
  { settings, origins }: ResolvedConfiguration,
): string | undefined {
  const asked = settings.durability;
  const { source, name: asker }: Origin = origins.get("durability") ?? { source: "default", name: "" };
  if (source === "default" || durability === asked) return undefined;
  if (ranks[durability] > ranks[asked]) {
    return `${asker} says ${asked}, which has no effect: the ${name} store promises ${durability}.`;
  }
  const message = `${asker} says ${asked}, and the ${name} store promises ${durability} only.`;
  if (source !== "option") return message;
  throw new ThroughlineError("unsupported", message, {
    reason: "durability",
    outcome: "refused",
    details: { durability },
  });
}
