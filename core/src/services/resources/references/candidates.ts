/** Which files a reference may mean: the first that is there is it, otherwise the likeliest. */
import { Folder, pathLength } from "./paths.ts";
import type { LinkReference, PythonReference, Reference, ScriptReference } from "./reference.ts";

export interface Candidates {
  readonly kind: "import" | "link";
  /** Paths, the best first. */
  readonly paths: readonly string[];
  /** What it means if none of them is there; undefined: nothing then. */
  readonly likeliest: string | undefined;
  /** Paths that may only be meant where this file is not there. */
  readonly unless?: ReadonlyMap<string, string>;
}

/** Undefined: it means no file of the project, as a package or an address does. */
export function candidatesOf(path: string, reference: Reference): Candidates | undefined {
  if (lengthOf(reference) > pathLength) return undefined;
  switch (reference.language) {
    case "script":
      return scriptCandidates(path, reference);
    case "python":
      return reference.level === 0 ? absoluteModule(path, reference) : relativeModule(path, reference);
    case "markdown":
      return linkCandidates(path, reference);
  }
}

function lengthOf(reference: Reference): number {
  switch (reference.language) {
    case "script":
      return reference.specifier.length;
    case "python":
      return reference.level + reference.module.length + (reference.name?.length ?? 0);
    case "markdown":
      return reference.destination.length;
  }
}

const typed = ["ts", "tsx", "d.ts", "mts", "cts"];
const untyped = ["js", "jsx", "mjs", "cjs"];
const others = ["json", "vue", "svelte"];
/** What TypeScript writes for a file that it compiles. */
const sources: Readonly<Record<string, readonly string[]>> = {
  js: ["ts", "tsx", "d.ts", "jsx"],
  jsx: ["tsx"],
  mjs: ["mts", "d.mts"],
  cjs: ["cts", "d.cts"],
};

function scriptCandidates(path: string, { specifier }: ScriptReference): Candidates | undefined {
  const written = /^[^?]*/.exec(specifier)?.[0] ?? "";
  // All else is a package, an alias or an address.
  if (!/^\.{1,2}(?:\/|$)/.test(written)) return undefined;
  const isTyped = /\.[cm]?tsx?$/i.test(path);
  const endings = isTyped ? [...typed, ...untyped, ...others] : [...untyped, ...typed, ...others];
  const ending = /(?:^|\/)[^/]+\.([A-Za-z\d]+)$/.exec(written)?.[1]?.toLowerCase();
  const compiled = ending === undefined ? [] : (sources[ending] ?? []);
  const stem = ending === undefined ? written : written.slice(0, -ending.length - 1);
  const asSource = compiled.map((source) => `${stem}.${source}`);
  const isFolder = /(?:^|\/)\.{0,2}$/.test(written);
  const named = isFolder ? [] : [written];
  const all = [
    ...(isTyped ? [...asSource, ...named] : [...named, ...asSource]),
    ...(isFolder ? [] : endings.map((end) => `${written}.${end}`)),
    ...endings.map((end) => `${written}/index.${end}`),
  ];
  const own = isTyped ? "ts" : "js";
  const completed = isFolder ? `${written}/index.${own}` : `${written}.${own}`;
  const likeliest = ending === undefined ? completed : ((isTyped ? asSource[0] : undefined) ?? written);
  return from(Folder.of(path), "import", all, likeliest);
}

function from(
  folder: Folder,
  kind: Candidates["kind"],
  written: readonly string[],
  likeliest: string | undefined,
): Candidates {
  const paths = written.map((one) => folder.file(one)).filter((one) => one !== undefined);
  return { kind, paths, likeliest: likeliest === undefined ? undefined : folder.file(likeliest) };
}

/** The files of a module, and of what is taken from it, which may be a module below it. */
function moduleFiles({ module, name }: PythonReference): readonly string[] {
  const path = module.replaceAll(".", "/");
  const below = name === undefined ? undefined : path === "" ? name : `${path}/${name}`;
  return [...(below === undefined ? [] : filesOf(below)), ...filesOf(path)];
}

function filesOf(module: string): readonly string[] {
  const asPackage = module === "" ? "__init__" : `${module}/__init__`;
  return [...(module === "" ? [] : [`${module}.py`, `${module}.pyi`]), `${asPackage}.py`, `${asPackage}.pyi`];
}

function relativeModule(path: string, reference: PythonReference): Candidates | undefined {
  const { level, module, name } = reference;
  const up = "../".repeat(level - 1);
  const own = module === "" ? (name ?? "__init__") : module.replaceAll(".", "/");
  const files = moduleFiles(reference).map((file) => up + file);
  return from(Folder.of(path), "import", files, `${up}${own}.py`);
}

/** Folders around a file in which modules are looked for. */
const searched = 16;

/**
 * An absolute module may lie in the folder of the importing file, in any around it, or in a folder `src` of the outermost.
 * A folder that is a package itself is none where modules are looked for. Most such names are of the standard library or
 * installed: only what is there is meant.
 */
function absoluteModule(path: string, reference: PythonReference): Candidates {
  const files = moduleFiles(reference);
  const folder = Folder.of(path);
  const unless = new Map<string, string>();
  const paths: string[] = [];
  for (const around of folder.around(searched)) {
    const mark = around.file("__init__.py");
    for (const file of files) {
      const candidate = around.file(file);
      if (candidate === undefined) continue;
      paths.push(candidate);
      if (mark !== undefined) unless.set(candidate, mark);
    }
  }
  for (const file of files) {
    const candidate = folder.top.file(`src/${file}`);
    if (candidate !== undefined) paths.push(candidate);
  }
  return { kind: "import", paths, likeliest: undefined, unless };
}

function linkCandidates(path: string, { destination, isPage }: LinkReference): Candidates | undefined {
  const folder = Folder.of(path);
  const hasEnding = /\.[A-Za-z\d]+$/.test(destination);
  if (isPage) {
    const name = destination.replace(/^[/\\]+/, "");
    const names = hasEnding ? [name, `${name}.md`] : [`${name}.md`, name];
    const paths = Array.from(folder.around(searched))
      .flatMap((around) => names.map((one) => around.file(one)))
      .filter((one) => one !== undefined);
    return { kind: "link", paths, likeliest: undefined };
  }
  // A slash at the beginning is the top of the project, which is not known to who has absolute paths.
  const isFromTop = /^[/\\]/.test(destination);
  if (isFromTop && folder.isAbsolute) return { kind: "link", paths: [destination], likeliest: undefined };
  const written = withoutTrailingSlashes(destination);
  const isFolder = written !== destination || /(?:^|\/)\.{1,2}$/.test(written);
  const asFolder = [`${written}/README.md`, `${written}/index.md`];
  const base = isFromTop ? folder.top : folder;
  if (isFolder) return from(base, "link", asFolder, undefined);
  return from(base, "link", hasEnding ? [written] : [written, `${written}.md`, ...asFolder], written);
}

/** Character by character: a pattern would begin anew at every slash of a long row. */
function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/" || path[end - 1] === "\\") end -= 1;
  return path.slice(0, end);
}
