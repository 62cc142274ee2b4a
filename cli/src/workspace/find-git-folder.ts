/** Finds the repository that a folder lies in, by looking at files alone: no program is started. */
import { type Stats, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface GitFolder {
  /** The folder whose files the repository keeps; the repository itself where it keeps none (a bare one). */
  readonly root: string;
  /** Where settings and history lie, for all working trees of the repository. */
  readonly common: string;
}

/** Files of git that are larger are not read: nobody wrote them by hand. */
const largest = 1024 * 1024;

/** The repository nearest above a folder, itself included. */
export function findGitFolder(folder: string): GitFolder | undefined {
  for (let root = folder; ; root = dirname(root)) {
    const common = commonFolder(join(root, ".git")) ?? (isGitFolder(root) ? root : undefined);
    if (common !== undefined) return { root, common };
    if (dirname(root) === root) return undefined;
  }
}

/** A folder, or a file that names one: so it is in submodules and in further working trees. */
function commonFolder(path: string): string | undefined {
  const found = statOf(path);
  if (found === undefined) return undefined;
  const named = found.isDirectory() ? path : /^gitdir:\s*(.+?)\s*$/.exec(readSmallFile(path) ?? "")?.[1];
  if (named === undefined) return undefined;
  const folder = resolve(dirname(path), named);
  // Further working trees have a head of their own, and all else in common.
  const shared = readSmallFile(join(folder, "commondir"))?.trim();
  const common = shared === undefined || shared === "" ? folder : resolve(folder, shared);
  return isGitFolder(common) ? common : undefined;
}

function isGitFolder(folder: string): boolean {
  return (
    statOf(join(folder, "HEAD"))?.isFile() === true &&
    statOf(join(folder, "objects"))?.isDirectory() === true &&
    statOf(join(folder, "refs"))?.isDirectory() === true
  );
}

/** A file's text; undefined where there is none, or no ordinary one. */
export function readSmallFile(path: string): string | undefined {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= largest ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
