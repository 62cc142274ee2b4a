import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Installs the peers' packages from their lockfile where they are not there, without running their scripts. */
export async function installPeers(folder: string): Promise<void> {
  const { dependencies = {} } = await readManifest(join(folder, "package.json"));
  const present = await Promise.all(
    Object.entries(dependencies).map(async ([name, version]) => {
      const path = join(folder, "node_modules", name, "package.json");
      return existsSync(path) && (await readManifest(path)).version === version;
    }),
  );
  if (present.every(Boolean)) return;
  await runCommand("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    directory: folder,
    limitMs: 300_000,
  });
}

/** The peers' packages with their exact versions, for the report. */
export async function listPeerPackages(folder: string): Promise<string[]> {
  const { dependencies = {} } = await readManifest(join(folder, "package.json"));
  return Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
}

async function readManifest(path: string): Promise<Manifest> {
  return JSON.parse(await readFile(path, "utf8")) as Manifest;
}
