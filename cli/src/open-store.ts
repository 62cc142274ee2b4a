import { type GuardedStore, guardStore } from "@throughline/core";
import type { StoreLocation } from "./store-url.ts";

export interface OpenStoreOptions {
  readonly durability: "power-loss" | "process-crash";
  /** Default: false. */
  readonly readOnly?: boolean;
}

/** Opens a store behind its guard. Each kind of store is loaded when it is used. */
export async function openStore(location: StoreLocation, options: OpenStoreOptions): Promise<GuardedStore> {
  if (location.type === "memory") {
    const { memoryStore } = await import("@throughline/store-memory");
    return guardStore(memoryStore());
  }
  const { sqliteStore } = await import("@throughline/store-sqlite");
  return guardStore(await sqliteStore({ path: location.path, ...options }));
}
