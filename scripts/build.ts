/**
 * Builds every package into its `dist` folder, in the order in which they need each other: declarations by the compiler, and
 * one file for each entry point, because loading many small modules takes most of the time that a program needs to start.
 */
import { copyFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { buildQuickStart } from "./build-quick-start.ts";
import { listPublishedPackages, repositoryRoot } from "./list-packages.ts";
import { runCommand } from "./run-command.ts";

for (const { name, folder } of listPublishedPackages()) {
  const startedAt = performance.now();
  const absolute = join(repositoryRoot, folder);
  // A file that left `src` must not live on in a published `dist`.
  rmSync(join(absolute, "dist"), { recursive: true, force: true });
  if (!existsSync(join(absolute, "src/index.ts"))) {
    console.error(`${name}: ${folder}/src/index.ts does not exist`);
    process.exit(1);
  }
  const { succeeded, output } = runCommand(
    "tsc",
    ["--project", "tsconfig.build.json", "--emitDeclarationOnly"],
    folder,
  );
  if (!succeeded) {
    console.error(`${name}: the build failed\n${output}`);
    process.exit(1);
  }
  await build({
    absWorkingDir: absolute,
    entryPoints: listEntryPoints(absolute),
    outdir: "dist",
    bundle: true,
    splitting: true,
    packages: "external",
    format: "esm",
    platform: "neutral",
    target: "es2024",
    charset: "utf8",
    logLevel: "error",
  });
  const quickStart = join(absolute, "src/hook/quick-start.ts");
  if (existsSync(quickStart)) await buildQuickStart(quickStart, join(absolute, "dist/quick-start.cjs"));
  // npm packs a licence only from the package's own folder.
  copyFileSync(join(repositoryRoot, "LICENSE"), join(absolute, "LICENSE"));
  console.log(`${name}: built in ${Math.round(performance.now() - startedAt)} ms`);
}

/** The sources of what a package exports, and of the program that its command starts. */
function listEntryPoints(folder: string): string[] {
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, { readonly "throughline-source": string }>>;
  };
  const sources = Object.values(exports).map((entry) => entry["throughline-source"]);
  return existsSync(join(folder, "src/main.ts")) ? [...sources, "./src/main.ts"] : sources;
}
