/** Which body of work a folder belongs to: told by its repository, so that a moved folder stays in its project. */
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { type Throughline, repositoryOf } from "@throughline/core";
import { findGitFolder, readSmallFile } from "./find-git-folder.ts";
import { firstCommit } from "./first-commit.ts";
import { remotesIn } from "./git-config.ts";

export interface Workspace {
  /** The working tree's uppermost folder; without a repository the folder itself. Links are followed. */
  readonly root: string;
  /**
   * What the repository is the same by on every machine: its remote (`github.com/garden/beds`), or without one its first
   * commit (`commit:` and the hash). Null: no repository, or one that has neither.
   */
  readonly repository: string | null;
  /** For people: the repository's last name, or the folder's. */
  readonly name: string;
}

const byCommit = "commit:";

/**
 * Finds the repository of a folder. One with a remote costs a few looks at files; one without asks git once.
 *
 * The remote is `origin`, else the first one that names a host. A fork has another remote, and is another project; so has a
 * repository whose remote was renamed, until the project is told of it.
 */
export async function identifyWorkspace(folder: string): Promise<Workspace> {
  const path = realPath(resolve(folder));
  // Around the place of a folder that is gone there may be anything.
  const git = existsSync(path) ? findGitFolder(path) : undefined;
  if (git === undefined) return { root: path, repository: null, name: nameOf(path) };
  const remote = remoteOf(git.common);
  if (remote !== undefined) return { root: git.root, repository: remote, name: nameOf(remote) };
  const commit = await firstCommit(git);
  return {
    root: git.root,
    repository: commit === null ? null : `${byCommit}${commit}`,
    name: nameOf(git.root),
  };
}

/**
 * A file's path as it is in every copy of the workspace: relative to the root, `/` between. Outside of the root the
 * absolute path. A relative one is taken from the root.
 */
export function pathWithin(workspace: Workspace, file: string): string {
  const path = resolve(workspace.root, file);
  return withinRoot(workspace.root, path) ?? withinRoot(workspace.root, realPath(path)) ?? path;
}

/**
 * The id of the workspace's project, which is made where there is none; undefined without a repository. A project that
 * began before its repository had a remote goes on.
 */
export async function projectOfWorkspace(
  throughline: Throughline,
  { root, repository, name }: Workspace,
): Promise<string | undefined> {
  if (repository === null) return undefined;
  const known = await throughline.projects.findRepository(repository);
  if (known !== undefined) return known.id;
  const commit = repository.startsWith(byCommit) ? null : await firstCommitOf(root);
  const former = commit === null ? undefined : { formerly: `${byCommit}${commit}` };
  return (await throughline.projects.ofRepository({ repository, name, ...former })).id;
}

async function firstCommitOf(root: string): Promise<string | null> {
  const git = findGitFolder(root);
  return git === undefined ? null : firstCommit(git);
}

function remoteOf(common: string): string | undefined {
  const remotes = remotesIn(readSmallFile(join(common, "config")) ?? "");
  const addresses = [remotes.get("origin") ?? "", ...remotes.values()];
  return addresses.map((address) => repositoryOf(address)).find((repository) => repository !== undefined);
}

function nameOf(path: string): string {
  return basename(path).toWellFormed() || "workspace";
}

function withinRoot(root: string, path: string): string | undefined {
  const inner = relative(root, path);
  if (isAbsolute(inner) || inner === ".." || inner.startsWith(`..${sep}`)) return undefined;
  return inner === "" ? "." : inner.split(sep).join("/");
}

/** The path without links, as far as it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
  }
}
