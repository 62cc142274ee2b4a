/** Forgets clones of repositories whose folder is gone from this machine. */
import { stat } from "node:fs/promises";
import type { Throughline } from "@throughline/core";
import type { StoreLocation } from "./store-url.ts";

/** Answers the keys of those that are forgotten. Folders are only looked at. @throws what the store throws */
export async function checkRepos({ repoCache }: Throughline): Promise<readonly string[]> {
  return repoCache.validate(isThere);
}

/**
 * Whether the folders that a store names can only be this machine's: the store is a file, or nothing but memory. A database
 * server, or another Throughline server, may know of clones on other machines, which are missing here without being gone.
 */
export function isOfThisMachine({ type }: StoreLocation): boolean {
  return type === "sqlite" || type === "memory";
}

/** What can't be looked at, such as a folder of somebody else, or on a drive that does not answer, is not gone. */
async function isThere(localPath: string): Promise<boolean> {
  try {
    await stat(localPath);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== "ENOENT" && code !== "ENOTDIR";
  }
}
