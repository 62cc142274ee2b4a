import { existsSync } from "node:fs";
import { type GuardedStore, type Throughline, guardStore, isThroughlineError } from "@throughline/core";
import { resolveConfiguration } from "./configuration/resolve-configuration.ts";
import type { ResolvedConfiguration } from "./configuration/resolve-configuration.ts";
import { explicitSettings } from "./configuration/explicit-settings.ts";
import { openStore } from "./stores/open-store.ts";
import { type StoreLocation, parseStoreUrl } from "./stores/store-url.ts";
import { printWarning } from "./report-error.ts";
import { oneLine } from "./terminal/printable.ts";
import { throughlineOf } from "./throughline-of.ts";

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
 * command makes none, it sees an empty store, and `tellMissing` says so: by default a line on standard error.
 */
export async function withThroughline<Result>(
  options: CommonOptions,
  access: Access,
  use: (throughline: Throughline, configuration: ResolvedConfiguration) => Promise<Result>,
  tellMissing: (path: string) => void = printMissing,
): Promise<Result> {
  const configuration = await resolveConfiguration(explicitSettings(options));
  const { settings } = configuration;
  const opened = await open(parseStoreUrl(settings.store), access, configuration, tellMissing);
  const throughline = throughlineOf(opened, settings);
  try {
    return await use(throughline, configuration);
  } finally {
    await throughline.close();
  }
}

function printMissing(path: string): void {
  process.stderr.write(
    `throughline: there is no database at ${oneLine(path)} yet; import, serve and keys create make one.\n`,
  );
}

async function open(
  location: StoreLocation,
  access: Access,
  configuration: ResolvedConfiguration,
  tellMissing: (path: string) => void,
): Promise<GuardedStore> {
  if (location.type === "sqlite" && access !== "creates" && !existsSync(location.path)) {
    tellMissing(location.path);
    const { memoryStore } = await import("@throughline/store-memory");
    return guardStore(memoryStore());
  }
  const options = { onWarning: printWarning };
  try {
    return await openStore(location, configuration, options);
  } catch (error) {
    const isReadOnly = isThroughlineError(error) && error.reason === "read_only";
    if (access !== "reads" || location.type !== "sqlite" || !isReadOnly) throw error;
    return openStore(location, configuration, { ...options, readOnly: true });
  }
}
