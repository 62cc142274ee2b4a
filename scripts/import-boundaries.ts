import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { OxlintConfig } from "oxlint";
import { listPackages, repositoryRoot } from "./list-packages.ts";

type Override = NonNullable<OxlintConfig["overrides"]>[number];
type Restriction = { regex: string; message: string };

const core = "@throughline/core";
const everyPackage = listPackages();

/** What the sources of a package may import of the others; a package that is not here may import all. */
const allowedPackages: Record<string, string[]> = {
  [core]: [],
  "@throughline/conformance": [core],
  "@throughline/store-memory": [core],
  "@throughline/store-sql": [core],
  "@throughline/store-sqlite": [core, "@throughline/store-sql"],
  "@throughline/store-postgres": [core, "@throughline/store-sql"],
  "@throughline/store-mongodb": [core],
  "@throughline/store-http": [core],
  "@throughline/store-indexeddb": [core],
  "@throughline/test-servers": [],
  "@throughline/importers": [core],
  "@throughline/server": [core],
};

/** These run anywhere, so also where Node's modules do not exist. */
const packagesForAnywhere = new Set([
  core,
  "@throughline/conformance",
  "@throughline/store-memory",
  "@throughline/store-sql",
  "@throughline/store-http",
  "@throughline/store-indexeddb",
]);

/**
 * The layers of core, lowest first: each may import itself and those before it. Below them all are the files
 * that stand beside these folders; above them is `index.ts`.
 */
const coreLayers = [
  "text",
  "model",
  "contract",
  "schemas",
  "resolve",
  "backend",
  "wire",
  "guard",
  "services",
];

/** Tests and what only they use: free to import any package, by its name. */
const testFiles = ["**/*.test.ts", "**/test/**"];

/** Holds for every file, also outside the packages. */
export const innerFiles: Restriction = {
  regex: "^\\.{1,2}/(.*/)?(src|dist)/",
  message: "Import another package by its name, never by its inner files.",
};

function restrictImports(
  files: string[],
  excludeFiles: string[],
  patterns: Restriction[],
  node: boolean,
): Override {
  return {
    files,
    excludeFiles,
    rules: {
      "no-restricted-imports": ["error", { patterns: [innerFiles, ...patterns] }],
      "import/no-nodejs-modules": node ? "off" : "error",
    },
  };
}

/** The packages that this one may not import. */
function forbidPackages(name: string): Restriction[] {
  const allowed = allowedPackages[name];
  const forbidden = everyPackage
    .map((candidate) => candidate.name)
    .filter((other) => other !== name && allowed !== undefined && !allowed.includes(other));
  if (forbidden.length === 0) return [];
  const message = `${name} may import of this workspace: ${allowed?.join(", ") || "nothing"}.`;
  return [{ regex: `^(${forbidden.join("|")})(/|$)`, message }];
}

/** The layers of core that a file may not import, because they stand above its own. */
function forbidLayers(layers: string[]): Restriction {
  const folders = layers.map((layer) => `${layer}/`);
  return {
    regex: `^(\\./|(\\.\\./)+)(${[...folders, "index\\.ts$"].join("|")})`,
    message: `In core, imports go down only: ${[...layers, "index.ts"].join(", ")} stand above this file.`,
  };
}

function restrictCore(folder: string): Override[] {
  const entries = readdirSync(join(repositoryRoot, folder, "src"), { withFileTypes: true });
  for (const entry of entries) {
    if (entry.isDirectory() && entry.name !== "test" && !coreLayers.includes(entry.name)) {
      throw new Error(
        `${folder}/src/${entry.name} is in no layer: add it to coreLayers in scripts/import-boundaries.ts`,
      );
    }
  }
  const beside = restrictImports(
    [`${folder}/src/*.ts`],
    [...testFiles, `${folder}/src/index.ts`],
    [...forbidPackages(core), forbidLayers(coreLayers)],
    false,
  );
  const layers = coreLayers.map((layer, position) => {
    const above = coreLayers.slice(position + 1);
    const files = [`${folder}/src/${layer}/**`];
    return restrictImports(files, testFiles, [...forbidPackages(core), forbidLayers(above)], false);
  });
  return [beside, ...layers];
}

/** Writes the import rules of the workspace as overrides of the linter. */
export function importBoundaries(): Override[] {
  return everyPackage
    .filter(({ folder }) => existsSync(join(repositoryRoot, folder, "src")))
    .flatMap(({ name, folder }) => [
      restrictImports([`${folder}/src/**`], testFiles, forbidPackages(name), !packagesForAnywhere.has(name)),
      ...(name === core ? restrictCore(folder) : []),
    ]);
}
