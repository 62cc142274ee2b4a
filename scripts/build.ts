/** Builds every package into its `dist` folder, in the order in which they need each other. */
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { listPackages, repositoryRoot } from "./list-packages.ts";
import { runCommand } from "./run-command.ts";

for (const { name, folder } of listPackages()) {
  const startedAt = performance.now();
  const absolute = join(repositoryRoot, folder);
  // A file that left `src` must not live on in a published `dist`.
  rmSync(join(absolute, "dist"), { recursive: true, force: true });
  if (!existsSync(join(absolute, "src/index.ts"))) {
    console.error(`${name}: ${folder}/src/index.ts does not exist`);
    process.exit(1);
  }
  const { succeeded, output } = runCommand("tsc", ["--project", "tsconfig.build.json"], folder);
  if (!succeeded) {
    console.error(`${name}: the build failed\n${output}`);
    process.exit(1);
  }
  // npm packs a licence only from the package's own folder.
  copyFileSync(join(repositoryRoot, "LICENSE"), join(absolute, "LICENSE"));
  console.log(`${name}: built in ${Math.round(performance.now() - startedAt)} ms`);
}
