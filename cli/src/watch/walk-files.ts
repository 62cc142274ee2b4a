/** Looks for what changed in a folder: where so much happens that the system does not tell all of it. */
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Every path below a folder that `ignores` lets through, relative to `root`; what can't be read is left out. */
async function* walkFiles(
  root: string,
  folder: string,
  ignores: (path: string, isFolder: boolean) => boolean,
): AsyncGenerator<string, void, undefined> {
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entries = await readdir(join(root, next), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = next === "" ? entry.name : `${next}/${entry.name}`;
      if (ignores(path, entry.isDirectory())) continue;
      if (entry.isDirectory()) open.push(path);
      else yield path;
    }
  }
}

/** Those of the files that were written since a time, in milliseconds since the epoch. */
export async function* walkChanged(
  root: string,
  folder: string,
  ignores: (path: string, isFolder: boolean) => boolean,
  since: number,
): AsyncGenerator<string, void, undefined> {
  for await (const path of walkFiles(root, folder, ignores)) {
    const found = await lstat(join(root, path)).catch(() => undefined);
    if (found !== undefined && found.ctimeMs >= since) yield path;
  }
}

/** Files that a watcher knows, by folder, and that are there no longer: absolute paths. */
export async function* findGone(
  watched: Readonly<Record<string, readonly string[]>>,
): AsyncGenerator<string, void, undefined> {
  for (const [folder, names] of Object.entries(watched)) {
    const present = new Set(await readdir(folder).catch(() => []));
    for (const name of names) {
      const path = join(folder, name);
      if (!present.has(name) && !(path in watched)) yield path;
    }
  }
}
