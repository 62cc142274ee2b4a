import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const repositoryRoot = fileURLToPath(new URL("..", import.meta.url));

/** One package of the workspace. */
export type WorkspacePackage = {
  name: string;
  /** Its folder, relative to the repository, with forward slashes. */
  folder: string;
  /** The names of the workspace packages that it needs at run time. */
  needs: string[];
  /** Whether it is never published, and so never built: tests run its sources. */
  isPrivate: boolean;
};

type Manifest = {
  name: string;
  private?: boolean;
  workspaces?: string[];
  dependencies?: Record<string, string>;
};

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(repositoryRoot, folder, "package.json"), "utf8")) as Manifest;
}

/** Lists the packages of the workspace, each after the packages it needs. */
export function listPackages(): WorkspacePackage[] {
  const manifests = (readManifest(".").workspaces ?? []).map((folder) => ({
    folder,
    ...readManifest(folder),
  }));
  const names = new Set(manifests.map((manifest) => manifest.name));
  return sortByNeed(
    manifests.map(({ name, folder, dependencies = {}, private: isPrivate = false }) => ({
      name,
      folder,
      isPrivate,
      needs: Object.keys(dependencies).filter((dependency) => names.has(dependency)),
    })),
  );
}

/** Lists the packages that are built and published. */
export function listPublishedPackages(): WorkspacePackage[] {
  return listPackages().filter(({ isPrivate }) => !isPrivate);
}

/** Sorts packages so that each stands after the packages it needs; fails on a circle. */
export function sortByNeed(packages: WorkspacePackage[]): WorkspacePackage[] {
  const sorted: WorkspacePackage[] = [];
  const placed = new Set<string>();
  let waiting = packages;
  while (waiting.length > 0) {
    const ready = waiting.filter((candidate) => candidate.needs.every((name) => placed.has(name)));
    if (ready.length === 0) {
      throw new Error(`packages need each other in a circle: ${waiting.map(({ name }) => name).join(", ")}`);
    }
    for (const { name } of ready) placed.add(name);
    sorted.push(...ready);
    waiting = waiting.filter(({ name }) => !placed.has(name));
  }
  return sorted;
}
