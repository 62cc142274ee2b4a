import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { IgnoreRules } from "./ignore-rules.ts";

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** The files that the rules let through, found as a watcher finds them. */
function letThrough(root: string, rules: IgnoreRules): readonly string[] {
  const inFolder = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      const isFolder = entry.isDirectory();
      if (rules.ignores(relative(root, path).split(sep).join("/"), isFolder)) return [];
      return isFolder ? inFolder(path) : [relative(root, path).split(sep).join("/")];
    });
  return inFolder(root).toSorted();
}

test("git and the rules ignore the same files, nested and brought back", (context) => {
  const root = temporaryFolder();
  const git = (...words: string[]) =>
    execFileSync("git", words, {
      cwd: root,
      encoding: "utf8",
      env: { PATH: process.env.PATH, HOME: root, GIT_CONFIG_NOSYSTEM: "1" },
    });
  try {
    git("init", "--quiet");
  } catch {
    context.skip("needs git");
  }
  write(root, {
    ".gitignore": "# build\n*.log\n!keep.log\nlib/\n/top.txt\nnode_modules\n*.d/\n a b \n",
    ".git/info/exclude": "secret*\n*.tmp\n",
    "a.ts": "",
    "a.log": "",
    "keep.log": "",
    "top.txt": "",
    "sub/top.txt": "",
    "lib/x.ts": "",
    "node_modules/m/index.js": "",
    "secret.env": "",
    "sub/secret/y": "",
    // A nearer file brings back what the one above ignores, and all that lies in it but what is named itself.
    "packages/one/.gitignore": "!lib/\n!*.tmp\ngenerated/*\n!generated/kept.ts\n",
    "packages/one/lib/deep/x.ts": "",
    "packages/one/lib/deep/x.log": "",
    "packages/one/x.tmp": "",
    "packages/one/generated/gone.ts": "",
    "packages/one/generated/kept.ts": "",
    "packages/two/lib/x.ts": "",
    "types.d/x.ts": "",
    // A folder that is ignored brings nothing back.
    "packages/two/lib/.gitignore": "!x.ts\n",
    "nested/.git/config": "",
    "ünïcode/é.log": "",
  });
  const rules = new IgnoreRules(root, join(root, ".git"));
  const listed = git("-c", "core.quotePath=false", "ls-files", "--others", "--exclude-standard").split("\n");
  const expected = listed.filter((path) => path !== "").toSorted();
  expect(expected.length).toBeGreaterThan(5);
  expect(letThrough(root, rules)).toEqual(expected);
});

test("rules are read again when they changed", () => {
  const root = temporaryFolder();
  const rules = new IgnoreRules(root, undefined);
  expect(rules.ignores("build/a", false)).toBe(false);
  writeFileSync(join(root, ".gitignore"), "build/\n");
  rules.forget();
  expect(rules.ignores("build/a", false)).toBe(true);
  expect(rules.ignores(".git", true)).toBe(true);
  expect(rules.ignores("sub/.git", false)).toBe(true);
});
