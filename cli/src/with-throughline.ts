import { existsSync } from "node:fs";
import { type GuardedStore, Throughline, isThroughlineError } from "@throughline/core";
import { resolveConfiguration } from "./configuration/resolve-configuration.ts";
import type { ResolvedConfiguration } from "./configuration/resolve-configuration.ts";
import { explicitSettings } from "./explicit-settings.ts";
import { type OpenStoreOptions, openStore } from "./open-store.ts";
import { type StoreLocation, parseStoreUrl } from "./store-url.ts";

/** What every command takes. */
export interface CommonOptions {
  readonly store?: string;
  readonly json?: boolean;
}

/**
 * What a command does to the store. One that `reads` does with a file that can't be written; only one that `creates`
 * makes a database where there is none.
 */
export type Access = "reads" | "changes" | "creates";

/**
 * Opens the store that the options and the configuration name, and closes it after. Where there is no file and the
 * command makes none, it sees an empty store, and standard error says so.
 */
export async function withThroughline<Result>(
  options: CommonOptions,
  access: Access,
  use: (throughline: Throughline, configuration: ResolvedConfiguration) => Promise<Result>,
): Promise<Result> {
  const configuration = await resolveConfiguration(explicitSettings(options));
  const { store, tenant, durability } = configuration.settings;
  const location = parseStoreUrl(store);
  const throughline = new Throughline(await open(locate(location, access), access, durability), { tenant });
  try {
    return await use(throughline, configuration);
  } finally {
    await throughline.close();
  }
}

async function open(
  location: StoreLocation,
  access: Access,
  durability: OpenStoreOptions["durability"],
): Promise<GuardedStore> {
  try {
    return await openStore(location, { durability });
  } catch (error) {
    if (access !== "reads" || !isThroughlineError(error) || error.reason !== "read_only") throw error;
    return openStore(location, { durability, readOnly: true });
  }
}

function locate(location: StoreLocation, access: Access): StoreLocation {
  if (access === "creates" || location.type === "memory" || existsSync(location.path)) return location;
  process.stderr.write(
    `throughline: there is no database at ${location.path} yet; import or serve makes one.\n`,
  );
  return { type: "memory" };
}
