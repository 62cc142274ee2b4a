/** The projects of the folders that imported sessions began in. */
import { isAbsolute } from "node:path";
import type { Throughline } from "@throughline/core";
import { identifyWorkspace, projectOfWorkspace } from "./identify-workspace.ts";

/**
 * Tells the project of a folder, looking at each folder once. A folder that is not on this machine has none: what lies
 * around its place need not be its repository.
 */
export function projectsOfFolders(
  throughline: Throughline,
): (folder: string | undefined) => Promise<string | undefined> {
  const known = new Map<string, Promise<string | undefined>>();
  const find = async (folder: string): Promise<string | undefined> =>
    projectOfWorkspace(throughline, await identifyWorkspace(folder));
  return async (folder) => {
    // Of another machine's path, or a relative one, nobody knows where it lies.
    if (folder === undefined || !isAbsolute(folder)) return undefined;
    const found = known.get(folder) ?? find(folder);
    known.set(folder, found);
    return found;
  };
}
