import { closeSync, fsyncSync, openSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes the disk keep the names of a new file's folders: a power cut forgets a folder that was made while the folder
 * above it was not synced, and everything in it. SQLite does this only for the folder that holds the file.
 *
 * @throws the system's error if the disk fails.
 */
export function syncFolders(path: string): void {
  // Windows keeps names by itself, and can't sync a folder.
  if (process.platform === "win32") return;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    syncFolder(dirname(folder));
}

function syncFolder(folder: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(folder, "r");
    fsyncSync(descriptor);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // Folders further up may be closed to this user, or of a file system that can't do this: they are not new.
    if (code === "EIO" || code === "ENOSPC") throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
