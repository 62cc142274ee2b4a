import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";

/** A file that may hold sessions, or a place that could not be looked into. */
export type FoundSource =
  | { readonly type: "file"; readonly path: string; readonly size: number }
  | { readonly type: "unreadable"; readonly path: string; readonly message: string };

/**
 * Walks files and folders, in a stable order: the paths as given; in a folder, its files by name, then its
 * folders by name, so that a session comes before the side chains in the folder named after it. A file that is
 * named is taken with any extension; in folders only `extensions` (with the dot) count. Links inside folders
 * are not followed; one that leads out of the folder is told. Each file comes once.
 */
export async function* findSources(
  paths: readonly string[],
  extensions: readonly string[],
): AsyncGenerator<FoundSource, void, undefined> {
  const given = new Set<string>();
  for (const path of paths) {
    for await (const found of walkPath(resolve(path), extensions)) {
      if (given.has(found.path)) continue;
      given.add(found.path);
      yield found;
    }
  }
}

async function* walkPath(
  path: string,
  extensions: readonly string[],
): AsyncGenerator<FoundSource, void, undefined> {
  try {
    const found = await stat(path);
    if (found.isFile()) yield { type: "file", path, size: found.size };
    else if (found.isDirectory()) yield* walkFolder(path, await realpath(path), extensions);
    else yield { type: "unreadable", path, message: "neither a file nor a folder" };
  } catch (error) {
    yield unreadable(path, error);
  }
}

async function* walkFolder(
  folder: string,
  root: string,
  extensions: readonly string[],
): AsyncGenerator<FoundSource, void, undefined> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    yield unreadable(folder, error);
    return;
  }
  entries.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
  const folders: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) folders.push(path);
    else if (entry.isSymbolicLink()) yield* describeLink(path, root);
    else if (entry.isFile() && extensions.some((extension) => entry.name.endsWith(extension)))
      yield* describeFile(path);
  }
  for (const path of folders) yield* walkFolder(path, root, extensions);
}

async function* describeFile(path: string): AsyncGenerator<FoundSource, void, undefined> {
  try {
    yield { type: "file", path, size: (await lstat(path)).size };
  } catch (error) {
    yield unreadable(path, error);
  }
}

/** A link that stays inside leads to what is found anyway. */
async function* describeLink(path: string, root: string): AsyncGenerator<FoundSource, void, undefined> {
  try {
    const target = await realpath(path);
    if (target === root || target.startsWith(root.endsWith(sep) ? root : root + sep)) return;
    yield {
      type: "unreadable",
      path,
      message: `a link that leads out of the folder, to ${target}: not followed`,
    };
  } catch (error) {
    yield unreadable(path, error);
  }
}

/** Orders paths as a walk gives them: in a folder, its files by name, then its folders. */
export function byFolder(one: string, other: string): number {
  const left = one.split("/");
  const right = other.split("/");
  for (let at = 0; ; at += 1) {
    const isFile = left.length === at + 1;
    if (isFile !== (right.length === at + 1)) return isFile ? -1 : 1;
    const [name = "", otherName = ""] = [left[at], right[at]];
    if (name !== otherName) return name < otherName ? -1 : 1;
    if (isFile) return 0;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EACCES: "no permission to read it",
  EPERM: "no permission to read it",
  ELOOP: "a link that leads back to itself",
  ENOTDIR: "a part of the path is not a folder",
};

function unreadable(path: string, error: unknown): FoundSource {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return {
    type: "unreadable",
    path,
    message: reasons[code] ?? `could not be read (${code === "" ? String(error) : code})`,
  };
}
