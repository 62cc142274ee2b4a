import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** What an installed folder holds. */
export interface InstallFacts {
  readonly megabytes: number;
  /** Compiled add-ons. */
  readonly nativeFiles: number;
  /** Packages that want to run something when they are installed. */
  readonly installScripts: number;
}

/** Looks through a folder of installed packages. Links are not followed. */
export async function measureInstall(folder: string): Promise<InstallFacts> {
  let bytes = 0;
  let nativeFiles = 0;
  let installScripts = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    bytes += (await stat(path)).size;
    if (entry.name.endsWith(".node")) nativeFiles += 1;
    if (entry.name === "package.json" && (await wantsInstallScript(path))) installScripts += 1;
  }
  return { megabytes: bytes / 1_000_000, nativeFiles, installScripts };
}

async function wantsInstallScript(manifestPath: string): Promise<boolean> {
  const manifest: unknown = JSON.parse(await readFile(manifestPath, "utf8"));
  if (typeof manifest !== "object" || manifest === null || !("scripts" in manifest)) return false;
  const { scripts } = manifest;
  if (typeof scripts !== "object" || scripts === null) return false;
  return ["preinstall", "install", "postinstall"].some((name) => name in scripts);
}
