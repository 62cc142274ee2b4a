import { existsSync } from "node:fs";
import { readFile, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createHash, randomBytes } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";
import { build } from "esbuild";
import { inject } from "vitest";

/**
 * Bundles a TypeScript program of this repository, once in a run, and answers the path of what `node` then starts. From
 * its many source files a program takes a second of two to start, and tests start hundreds of them.
 */
export async function bundleProgram(source: string): Promise<string> {
  const name = `${basename(source, ".ts")}-${createHash("sha256").update(source).digest("hex").slice(0, 16)}`;
  const folder = join(inject("programs"), name);
  const program = join(folder, "program.mjs");
  if (existsSync(program)) return program;
  const unfinished = `${folder}-${randomBytes(8).toString("hex")}`;
  await build({
    entryPoints: { program: source },
    outdir: unfinished,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // What a command loads when it runs stays apart.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "esnext",
    charset: "utf8",
    conditions: [sourceCondition],
    plugins: [leavePackagesOut, keepPlaces],
    logLevel: "error",
  });
  await rename(unfinished, folder).catch((error: NodeJS.ErrnoException) => {
    // Another worker was quicker.
    if (!existsSync(program)) throw error;
  });
  return program;
}

const sourceCondition = "throughline-source";

/** Packages of others are loaded from where they are installed: some of them can't be bundled. */
const leavePackagesOut: Plugin = {
  name: "leave packages out",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind === "entry-point" || pluginData === isAsked || path.startsWith("node:")) return undefined;
      const found = await resolve(path, { kind, importer, resolveDir, pluginData: isAsked });
      if (!found.path.includes("/node_modules/")) return found;
      return { path: pathToFileURL(found.path).href, external: true };
    });
  },
};

const isAsked = Symbol("asked by the plugin itself");

/** A module finds what lies beside its source. */
const keepPlaces: Plugin = {
  name: "keep places",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      if (!text.includes("import.meta.")) return undefined;
      const contents = text
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(path)));
      return { contents, loader: "ts" };
    });
  },
};
