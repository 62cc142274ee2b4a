/** Forgets clones of repositories whose folder is gone from this machine. */
import { stat } from "node:fs/promises";
import { type CallSettings, type Throughline, isThroughlineError } from "@throughline/core";
import { isLoopback, listKeys } from "@throughline/server";
import type { Settings } from "./configuration/resolve-configuration.ts";
import { describeError, printWarning } from "./report-error.ts";
import { parseStoreUrl } from "./stores/store-url.ts";

/** Answers the keys of those that are forgotten. Folders are only looked at. @throws what the store throws */
export async function checkRepos(
  { repoCache }: Throughline,
  settings: CallSettings = {},
): Promise<readonly string[]> {
  return repoCache.validate(isThere, settings);
}

/**
 * Checks clones before they are looked up, where the settings say so. In a file that can't be written they stay: they are
 * in nobody's way.
 */
export async function checkReposFirst(throughline: Throughline, settings: Settings): Promise<void> {
  if (!isCheckedUnasked(settings)) return;
  try {
    await checkRepos(throughline);
  } catch (error) {
    if (!isThroughlineError(error) || error.reason !== "read_only") throw error;
  }
}

/**
 * Checks the clones of every tenant beside what else a server does, where the settings say so. Its failure is a warning.
 * Resolves when it is done, or was stopped by the signal.
 */
export async function checkReposAtStart(
  throughline: Throughline,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  if (!isCheckedUnasked(settings)) return;
  try {
    const tenants = new Set([throughline.tenant]);
    for await (const { tenant } of listKeys(throughline.store)) tenants.add(tenant);
    for (const tenant of tenants) await checkRepos(throughline.withTenant(tenant), { signal });
  } catch (error) {
    if (!signal.aborted) printWarning(`the clones of repositories were not checked: ${describeError(error)}`);
  }
}

/**
 * Whether the folders that a store names can only be this machine's: it is a file, and no server hands it on to others. What
 * other machines cloned is missing here without being gone.
 */
function isCheckedUnasked({ checkRepos: when, store, host, allowHosts }: Settings): boolean {
  if (when !== "auto") return when === "always";
  const { type } = parseStoreUrl(store);
  return (type === "sqlite" || type === "memory") && isLoopback(host) && (allowHosts ?? []).length === 0;
}

/** What can't be looked at, such as a folder of somebody else, or on a drive that does not answer, is not gone. */
export async function isThere(localPath: string): Promise<boolean> {
  try {
    await stat(localPath);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== "ENOENT" && code !== "ENOTDIR";
  }
}
