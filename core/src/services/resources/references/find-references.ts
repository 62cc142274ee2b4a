/** What the content of a file refers to, by its language. */
import { markdownReferences } from "./markdown-references.ts";
import { pythonReferences } from "./python-references.ts";
import type { Reference } from "./reference.ts";
import { scriptReferences } from "./script-references.ts";

const readers: readonly (readonly [RegExp, (content: string) => readonly Reference[]])[] = [
  [/\.[cm]?[jt]sx?$/i, scriptReferences],
  [/\.pyi?$/i, pythonReferences],
  [/\.(?:md|mdx|markdown)$/i, markdownReferences],
];

/** In order of appearance; undefined: nobody knows the language that the path tells of. */
export function findReferences(path: string, content: string): readonly Reference[] | undefined {
  return readers.find(([ending]) => ending.test(path))?.[1](content);
}
