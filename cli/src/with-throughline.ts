import { existsSync } from "node:fs";
import { Throughline } from "@throughline/core";
import { resolveConfiguration } from "./configuration/resolve-configuration.ts";
import type { ResolvedConfiguration } from "./configuration/resolve-configuration.ts";
import { explicitSettings } from "./explicit-settings.ts";
import { openStore } from "./open-store.ts";
import { type StoreLocation, parseStoreUrl } from "./store-url.ts";

/** What every command takes. */
export interface CommonOptions {
  readonly store?: string;
  readonly json?: boolean;
}

/** Whether a command may make a database where there is none. */
export type Access = "reads" | "writes";

/**
 * Opens the store that the options and the configuration name, and closes it after. A command that only reads makes no
 * file: where there is none it sees an empty store, and standard error says so.
 */
export async function withThroughline<Result>(
  options: CommonOptions,
  access: Access,
  use: (throughline: Throughline, configuration: ResolvedConfiguration) => Promise<Result>,
): Promise<Result> {
  const configuration = await resolveConfiguration(explicitSettings(options));
  const { store, tenant, durability } = configuration.settings;
  const location = parseStoreUrl(store);
  const throughline = new Throughline(await openStore(locate(location, access), { durability }), { tenant });
  try {
    return await use(throughline, configuration);
  } finally {
    await throughline.close();
  }
}

function locate(location: StoreLocation, access: Access): StoreLocation {
  if (access === "writes" || location.type === "memory" || existsSync(location.path)) return location;
  process.stderr.write(
    `throughline: there is no database at ${location.path} yet; import or serve makes one.\n`,
  );
  return { type: "memory" };
}
