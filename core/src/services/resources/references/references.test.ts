import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { candidatesOf } from "./candidates.ts";
import { findReferences } from "./find-references.ts";

/** The likeliest path of each reference, or the first that may be meant. */
function targets(path: string, content: string): readonly (string | undefined)[] {
  const references = findReferences(path, content) ?? [];
  return references.flatMap((reference) => {
    const found = candidatesOf(path, reference);
    return found === undefined ? [] : [found.likeliest ?? found.paths[0]];
  });
}

describe("scripts", () => {
  test.each([
    ['import a from "./a";', ["src/a.ts"]],
    ["import {\n  type A, // from './no'\n  b as c,\n} from '../lib/b.js';", ["lib/b.ts"]],
    ['import "./side.css"; import * as all from "./all"', ["src/side.css", "src/all.ts"]],
    ['import type { A } from "./types"; import type from "./t"', ["src/types.ts", "src/t.ts"]],
    ['import from from "./f"; import { from } from "./g"', ["src/f.ts", "src/g.ts"]],
    [
      'export * from "./x"; export { a as "b c" } from "./y"; export type { T } from "./z"; export * as n from "./n"',
      ["src/x.ts", "src/y.ts", "src/z.ts", "src/n.ts"],
    ],
    ['import old = require("./old"); const x = require("./data.json")', ["src/old.ts", "src/data.json"]],
    ["await import('./lazy.mjs'); await import(`./plain`)", ["src/lazy.mts", "src/plain.ts"]],
    ['type T = typeof import("./deep/types"); require.resolve("./r")', ["src/deep/types.ts", "src/r.ts"]],
    ['/// <reference path="./globals.d.ts" />\n/// <reference types="node" />', ["src/globals.d.ts"]],
    ['import d from "./d.json" with { type: "json" }', ["src/d.json"]],
    [
      'import a from "."; import b from ".."; import c from "./c/"',
      ["src/index.ts", "index.ts", "src/c/index.ts"],
    ],
    ['import svg from "./logo.svg?url"', ["src/logo.svg"]],
    // What names no file of the project.
    ['import "react"; import "node:fs"; import "@/alias"; import "https://a/b.js"; import "#inner"', []],
    ['import "../../../out"', [undefined]],
    // What only looks like an import.
    ['// import "./no"\n/* import "./no" */ const s = "import \'./no\'"; const t = `import "./no"`;', []],
    ['module.import("./no"); a.require("./no"); import.meta.url; importer("./no")', []],
    ['require("./no" + name); import(`./no/${name}`); import(name)', []],
    ['export const from = "./no"; export type A = "./no"; const { from: b } = "./no"', []],
    // What a lexer stumbles over.
    ['const r = /["\'`/]/g; import("./a")', ["src/a.ts"]],
    ["const d = a / b; const e = 'x' / 2; import('./a'); f / g", ["src/a.ts"]],
    [
      "const t = `a ${await import('./in')} b ${`${{ a: '}' }}`} c`; import('./after')",
      ["src/in.ts", "src/after.ts"],
    ],
    ["<p>Don't use ` here</p>;\nimport('./after')", ["src/after.ts"]],
    ["if (x) return /'/.test(y);\nimport('./after')", ["src/after.ts"]],
    ['#!/usr/bin/env -S "node"\nimport "./a"', ["src/a.ts"]],
  ] as const)("%j", (content, expected) => {
    expect(targets("src/main.ts", content)).toEqual(expected);
  });

  test("are JavaScript or TypeScript by the file that imports", () => {
    expect(targets("lib/a.mjs", 'import "./b.js"; import "./c"')).toEqual(["lib/b.js", "lib/c.js"]);
    expect(targets("./src/a.tsx", 'import "../b"')).toEqual(["./b.ts"]);
    expect(targets("/work/src/a.ts", 'import "../b"')).toEqual(["/work/b.ts"]);
    expect(targets("C:\\work\\src\\a.ts", 'import "../b/c"')).toEqual(["C:\\work\\b\\c.ts"]);
    const [reference] = findReferences("src/a.ts", 'import "./b.js"') ?? [];
    expect(reference && candidatesOf("src/a.ts", reference)?.paths.slice(0, 5)).toEqual(
      ["ts", "tsx", "d.ts", "jsx", "js"].map((ending) => `src/b.${ending}`),
    );
  });
});

describe("Python", () => {
  test.each([
    ["from . import x", ["pkg/sub/x.py"]],
    ["from .a import b, c as d", ["pkg/sub/a.py", "pkg/sub/a.py"]],
    ["from ..pkg.mod import (\n  a,  # import no\n  b,\n)", ["pkg/pkg/mod.py", "pkg/pkg/mod.py"]],
    ["from .. import *\nfrom ... import top", ["pkg/__init__.py", "top.py"]],
    ["from .a \\\n  import b", ["pkg/sub/a.py"]],
    ["if x: from .a import b; from .c import d", ["pkg/sub/a.py", "pkg/sub/c.py"]],
    [
      "try:\n    from .fast import x\nexcept ImportError:\n    from .slow import x",
      ["pkg/sub/fast.py", "pkg/sub/slow.py"],
    ],
    ['"""\nfrom .no import a\n"""\nx = "from .no import a"\n# from .no import a\nf = r\'\\\'', []],
    ["from __future__ import annotations\nyield from .x\nraise A from b", []],
    ["from .naïve import é", ["pkg/sub/naïve.py"]],
  ] as const)("%j", (content, expected) => {
    expect(targets("pkg/sub/main.py", content)).toEqual(expected);
  });

  test("looks for absolute modules around the file, and claims nothing of others", () => {
    const references = findReferences("app/pkg/main.py", "import os.path as p, a.b\nfrom c import d") ?? [];
    const found = references.map((reference) => candidatesOf("app/pkg/main.py", reference));
    expect(found.map((one) => one?.likeliest)).toEqual([undefined, undefined, undefined]);
    expect(found[1]?.paths.filter((path) => path.endsWith("b.py"))).toEqual([
      "app/pkg/a/b.py",
      "app/a/b.py",
      "a/b.py",
      "src/a/b.py",
    ]);
    expect(found[1]?.unless?.get("app/pkg/a/b.py")).toBe("app/pkg/__init__.py");
    expect(found[2]?.paths.slice(0, 4)).toEqual([
      "app/pkg/c/d.py",
      "app/pkg/c/d.pyi",
      "app/pkg/c/d/__init__.py",
      "app/pkg/c/d/__init__.pyi",
    ]);
  });
});

describe("Markdown", () => {
  test.each([
    ["[a](b.md) ![i](img/x.png 'Title') [c](<d e.md>)", ["docs/b.md", "docs/img/x.png", "docs/d e.md"]],
    ["[a](../README.md#part) [b](#here) [c](c%20d.md?x=1)", ["README.md", "docs/c d.md"]],
    ["[ref]: ./r.md 'Title'\n[web]: https://a.b/c\n[^note]: not.md", ["docs/r.md"]],
    ["[a](https://a.b/c.md) <https://a.b> [m](mailto:a@b.c) [p](//a.b/c)", []],
    ["```js\n[a](no.md)\n```\n~~~~\n[a](no.md)\n~~~\n~~~~\n[b](b.md)", ["docs/b.md"]],
    ["`[a](no.md)` ``[a](no.md) ` `` [b](b.md) ` [c](c.md)", ["docs/b.md", "docs/c.md"]],
    ["Text\n\n    [a](no.md)\n\n- item\n\n    [b](b.md)", ["docs/b.md"]],
    ["<!-- [a](no.md) --> <img alt='' src=\"i.png\"> <a href='b.md'>b</a>", ["docs/i.png", "docs/b.md"]],
    ["[[Page|label]] [[a/b.md#part]]", ["docs/Page.md", "docs/a/b.md"]],
    [
      "[a](/top.md) [b](folder/) [c](LICENSE) [d](a\\(b\\).md) [e](a(b).md)",
      ["top.md", "docs/folder/README.md", "docs/LICENSE", "docs/a(b).md", "docs/a(b).md"],
    ],
    ["---\ntitle: '[a](no.md)'\n---\n[b](b.md)", ["docs/b.md"]],
    ["---\n\n[b](b.md)", ["docs/b.md"]],
    ["[![badge](i.svg)](b.md)", ["docs/i.svg", "docs/b.md"]],
  ] as const)("%j", (content, expected) => {
    expect(targets("docs/guide.md", content)).toEqual(expected);
  });
});

test("other languages are not known", () => {
  expect(findReferences("a.rs", "use b;")).toBeUndefined();
});

const files = ["src/a.ts", "a.py", "docs/a.md"] as const;

test("any text is read without an error, and what is appended on a new line is found", () => {
  const pieces = fc.constantFrom(
    ..."' \" ` / \\ ( ) [ ] { } ${ }} ]( [[ < > # \n \r\n ''' \"\"\" // /* */ <!-- --> import from export require . ./x , * ; : as type ``` ~~~ - 1. é 🙂 \0 \ud800".split(
      " ",
    ),
  );
  const text = fc
    .array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 40 })
    .map((all) => all.join(" "));
  const property = fc.property(text, fc.constantFrom(...files), (content, path) => {
    for (const target of targets(path, content)) expect(target ?? "").not.toContain("..");
  });
  fc.assert(property, { numRuns: 3_000 });
});

test.each([
  "'\\'",
  '"',
  "`",
  "`${",
  "/[",
  "/*",
  "{",
  "](a",
  "](",
  "[[",
  "<a ",
  "<!--",
  "import {",
  "from .",
  "from a import (",
  "'''",
  "[a]: <",
  "> ",
  "``` ",
  "\\",
])("much of %j takes each character once or so", (piece) => {
  const content = piece.repeat(2 ** 18 / piece.length);
  for (const path of files) expect(findReferences(path, content)).toBeDefined();
});

test("what is longer than a path names no file, and long rows take each character once or so", () => {
  const slashes = `${"/".repeat(4_000)}x`;
  expect(targets("docs/a.md", `[a]: a${slashes}\n`.repeat(1_000))).toHaveLength(1_000);
  expect(targets("a.py", `${" ".repeat(2 ** 23)}import b`)).toEqual(["b.py"]);
  expect(targets("a.ts", `import "./${"b/".repeat(2_048)}c"`)).toEqual([]);
});
