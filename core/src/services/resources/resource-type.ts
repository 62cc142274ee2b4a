/** What sort of content a path, or the content itself, tells of. */
import type { ResourceType } from "../../schemas/resource-input.ts";

const endings: Readonly<Record<Exclude<ResourceType, "other">, string>> = {
  code: "astro bash bat c cc cjs clj cpp cs css cxx dart ex exs fish fs go gradle groovy h hpp hs htm html java jl js jsx kt kts less lua m mjs ml mm nim php pl proto ps1 py pyi r rb rs sass scala scss sh sol sql svelte swift tf ts tsx mts cts vb vue wat zig zsh ipynb graphql",
  documentation: "adoc asciidoc doc docx epub man md mdx odt org pdf rst rtf tex txt",
  data: "arrow avro bin csv dat db dump feather geojson gz har jsonl json ndjson npy parquet pb pickle pkl sqlite sqlite3 tar tsv xls xlsx xml zip zst log",
  config: "cfg conf config editorconfig env ini json5 jsonc lock plist properties toml yaml yml",
  image: "avif bmp gif heic ico jpeg jpg png psd svg tif tiff webp",
};

const typeOfEnding = new Map(
  Object.entries(endings).flatMap(([type, names]) =>
    names.split(" ").map((name) => [name, type as ResourceType] as const),
  ),
);

/** Names that say more than their ending, in lower case. */
const names: readonly (readonly [RegExp, ResourceType])[] = [
  [
    /^(readme|license|licence|copying|notice|authors|contributing|changelog|changes|todo)(\.|$)/,
    "documentation",
  ],
  [/^(makefile|gnumakefile|rakefile|gemfile|justfile|jenkinsfile|cmakelists\.txt)$/, "code"],
  [/^(dockerfile|containerfile|procfile|vagrantfile|caddyfile|codeowners)(\.|$)/, "config"],
  [/^(requirements.*\.txt|robots\.txt|go\.(mod|sum))$/, "config"],
  [/^(package|package-lock|[jt]sconfig.*|composer|deno|angular|nx|turbo|vercel|manifest)\.json$/, "config"],
  [/^\.(env|git\w+|npm\w+|docker\w+|editorconfig|babelrc|eslint\w*|prettier\w*)(\.|$)/, "config"],
];

/** The type of a resource: by its name, then by its ending, then by what is known of its content. */
export function resourceTypeOf(path: string, content?: string): ResourceType {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1).toLowerCase();
  const named = names.find(([pattern]) => pattern.test(name))?.[1];
  const ending = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : "";
  return named ?? typeOfEnding.get(ending) ?? (content === undefined ? "other" : typeOfContent(content));
}

function typeOfContent(content: string): ResourceType {
  const start = content.slice(0, 1_000).trimStart();
  if (start.startsWith("#!")) return "code";
  if (start.startsWith("<svg")) return "image";
  if (/^(<\?xml|%PDF)/.test(start)) return start.startsWith("%") ? "documentation" : "data";
  if (/^(<!doctype html|<html)/i.test(start)) return "code";
  if (/^[[{]/.test(start) && isJson(content)) return "data";
  if (/^(#{1,6} |={3,}|-{3}\n)/.test(start)) return "documentation";
  if (
    /^\s*(import|export|package|using|from|def|class|function|fn|func|const|let|var|#include)\s/m.test(start)
  ) {
    return "code";
  }
  return "other";
}

function isJson(content: string): boolean {
  try {
    JSON.parse(content);
    return true;
  } catch {
    return false;
  }
}
