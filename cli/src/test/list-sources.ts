import { globSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../../", import.meta.url));

/** The source files of every package, without tests and what only they use. */
export function listSources(): readonly string[] {
  return globSync("{core,stores/*,importers,server,cli}/src/**/*.ts", { cwd: repository })
    .filter((path) => !path.endsWith(".test.ts") && !/[\\/]test[\\/]/.test(path))
    .map((path) => join(repository, path));
}
