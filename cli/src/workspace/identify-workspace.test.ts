import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Throughline, guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { beforeEach, expect, test, vi } from "vitest";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { identifyWorkspace, pathWithin, projectOfWorkspace } from "./identify-workspace.ts";

beforeEach(() => {
  const home = temporaryFolder();
  vi.stubEnv("HOME", home);
  vi.stubEnv("XDG_CACHE_HOME", join(home, "cache"));
  return () => vi.unstubAllEnvs();
});

function git(folder: string, ...words: readonly string[]): string {
  const identity = [
    "-c",
    "user.name=Mara",
    "-c",
    "user.email=mara@example.com",
    "-c",
    "commit.gpgsign=false",
  ];
  const allowed = ["-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"];
  return execFileSync("git", ["-C", folder, ...identity, ...allowed, ...words], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

function repository(folder: string, commits = 1): string {
  mkdirSync(folder, { recursive: true });
  git(folder, "init", "--quiet");
  for (let count = 1; count <= commits; count += 1)
    git(folder, "commit", "--quiet", "--allow-empty", "--message", `${folder} ${count}`);
  return folder;
}

const rootOf = (folder: string): string => git(folder, "rev-list", "--max-parents=0", "HEAD");

test("a clone by SSH and one by HTTPS, moved or on another machine, are one; a fork is another", async () => {
  const folder = temporaryFolder();
  const one = repository(join(folder, "one"));
  const two = repository(join(folder, "two"));
  git(one, "remote", "add", "origin", "git@GitHub.com:garden/beds.git");
  git(two, "remote", "add", "upstream", "https://github.com/other/beds");
  git(two, "remote", "add", "origin", "https://mara:secret@github.com/garden/beds.git");
  const found = await identifyWorkspace(one);
  expect(found).toEqual({ root: one, repository: "github.com/garden/beds", name: "beds" });
  expect((await identifyWorkspace(two)).repository).toBe(found.repository);
  renameSync(one, join(folder, "moved"));
  mkdirSync(join(folder, "moved/src"));
  expect(await identifyWorkspace(join(folder, "moved/src"))).toEqual({
    ...found,
    root: join(folder, "moved"),
  });
  git(two, "remote", "remove", "origin");
  expect((await identifyWorkspace(two)).repository).toBe("github.com/other/beds");
});

test("without a remote the first commit tells, and git is asked once", async () => {
  const folder = repository(join(temporaryFolder(), "beds"), 0);
  expect(await identifyWorkspace(folder)).toEqual({ root: folder, repository: null, name: "beds" });
  git(folder, "commit", "--quiet", "--allow-empty", "--message", "first");
  const first = rootOf(folder);
  git(folder, "commit", "--quiet", "--allow-empty", "--message", "second");
  expect((await identifyWorkspace(folder)).repository).toBe(`commit:${first}`);
  // A path on this machine is no remote: a clone of it is the same repository.
  const clone = join(temporaryFolder(), "clone");
  git(folder, "clone", "--quiet", folder, clone);
  expect((await identifyWorkspace(clone)).repository).toBe(`commit:${first}`);
  const shallow = join(temporaryFolder(), "shallow");
  git(folder, "clone", "--quiet", "--depth", "1", `file://${folder}`, shallow);
  expect((await identifyWorkspace(shallow)).repository).toBeNull();
  vi.stubEnv("PATH", "");
  expect((await identifyWorkspace(folder)).repository).toBe(`commit:${first}`);
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "none"));
  expect((await identifyWorkspace(folder)).repository).toBeNull();
});

test("of several first commits it is the smallest", async () => {
  const folder = repository(join(temporaryFolder(), "beds"));
  git(folder, "checkout", "--quiet", "--orphan", "other");
  git(folder, "commit", "--quiet", "--allow-empty", "--message", "another beginning");
  git(folder, "merge", "--quiet", "--allow-unrelated-histories", "--message", "both", "main");
  const [smallest] = rootOf(folder).split("\n").toSorted();
  expect((await identifyWorkspace(folder)).repository).toBe(`commit:${smallest}`);
});

test("working trees belong to their repository, submodules and bare ones are their own", async () => {
  const folder = temporaryFolder();
  const main = repository(join(folder, "beds"));
  git(main, "remote", "add", "origin", "git@example.com:garden/beds");
  git(main, "worktree", "add", "--quiet", join(folder, "tree"));
  expect(await identifyWorkspace(join(folder, "tree"))).toMatchObject({
    root: join(folder, "tree"),
    repository: "example.com/garden/beds",
  });
  const tool = repository(join(folder, "tool"));
  git(main, "submodule", "--quiet", "add", tool, "tool");
  expect(await identifyWorkspace(join(main, "tool"))).toMatchObject({
    root: join(main, "tool"),
    repository: `commit:${rootOf(tool)}`,
  });
  git(folder, "clone", "--quiet", "--bare", tool, join(folder, "bare.git"));
  expect((await identifyWorkspace(join(folder, "bare.git"))).repository).toBe(`commit:${rootOf(tool)}`);
});

test("a folder without a repository, or with what only looks like one, has none", async () => {
  const folder = temporaryFolder();
  const none = { root: folder, repository: null, name: basename(folder) };
  expect(await identifyWorkspace(folder)).toEqual(none);
  mkdirSync(join(folder, ".git"));
  writeFileSync(join(folder, ".git/config"), '[remote "origin"]\nurl = git@example.com:a/b\n');
  expect(await identifyWorkspace(folder)).toEqual(none);
  rmSync(join(folder, ".git"), { recursive: true });
  writeFileSync(join(folder, ".git"), "gitdir: nowhere\n");
  expect(await identifyWorkspace(folder)).toEqual(none);
  expect(await identifyWorkspace(join(folder, "gone"))).toEqual({
    root: join(folder, "gone"),
    repository: null,
    name: "gone",
  });
});

test("nothing of the repository is run, whatever its settings and hooks say", async () => {
  const folder = repository(join(temporaryFolder(), "beds"));
  const traces = temporaryFolder();
  const script = (name: string): string => {
    const file = join(traces, name);
    writeFileSync(file, `#!/bin/sh\ntouch ${join(traces, "ran")}\n`, { mode: 0o755 });
    return file;
  };
  const settings = ["core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "gpg.program"];
  for (const name of [...settings, "pager.rev-list", "diff.external", "alias.rev-list", "core.askPass"])
    git(folder, "config", name, name.startsWith("alias") ? `!${script("alias")}` : script(name));
  git(folder, "config", "log.showSignature", "true");
  git(folder, "config", "core.hooksPath", traces);
  script("post-checkout");
  script("reference-transaction");
  script("post-index-change");
  rmSync(join(traces, "ran"), { force: true });
  // Nor what a program of that name in it is.
  writeFileSync(join(folder, "git"), `#!/bin/sh\ntouch ${join(traces, "ran")}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `.:${process.env["PATH"]}`);
  vi.stubEnv("GIT_DIR", join(traces, "elsewhere"));
  const found = await identifyWorkspace(folder);
  vi.unstubAllEnvs();
  expect(found.repository).toBe(`commit:${rootOf(folder)}`);
  expect(existsSync(join(traces, "ran"))).toBe(false);
});

test("paths are the same in every copy, also by way of links", async () => {
  const folder = temporaryFolder();
  const root = repository(join(folder, "beds"));
  symlinkSync(root, join(folder, "link"));
  const workspace = await identifyWorkspace(join(folder, "link"));
  expect(workspace.root).toBe(root);
  expect(pathWithin(workspace, join(root, "src/a.ts"))).toBe("src/a.ts");
  expect(pathWithin(workspace, join(folder, "link/src/gone/a.ts"))).toBe("src/gone/a.ts");
  expect(pathWithin(workspace, "src/../b.ts")).toBe("b.ts");
  expect(pathWithin(workspace, "..hidden")).toBe("..hidden");
  expect(pathWithin(workspace, root)).toBe(".");
  expect(pathWithin(workspace, join(folder, "beds2/a.ts"))).toBe(join(folder, "beds2/a.ts"));
});

test("a project goes on when its repository gets a remote, and is another one's no longer", async () => {
  const tl = new Throughline(guardStore(memoryStore()));
  const folder = repository(join(temporaryFolder(), "beds"));
  const before = await projectOfWorkspace(tl, await identifyWorkspace(folder));
  expect(before).toBe("beds");
  git(folder, "remote", "add", "origin", "git@example.com:garden/beds");
  expect(await projectOfWorkspace(tl, await identifyWorkspace(folder))).toBe("beds");
  expect(await tl.projects.get("beds")).toMatchObject({ repository: "example.com/garden/beds" });
  git(folder, "remote", "set-url", "origin", "git@example.com:fork/beds");
  expect(await projectOfWorkspace(tl, await identifyWorkspace(folder))).toMatch(/^beds-[0-9a-f]{6}$/);
  expect(await projectOfWorkspace(tl, { root: folder, repository: null, name: "x" })).toBeUndefined();
});
