import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Throughline, guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { activeSession, workspaceOfSession } from "./active-session.ts";
import { identifyWorkspace, projectOfWorkspace } from "./identify-workspace.ts";

/** What makes a folder a repository, without git. */
function makeRepository(root: string, remote: string): void {
  for (const part of ["objects", "refs"]) mkdirSync(join(root, ".git", part), { recursive: true });
  writeFileSync(join(root, ".git/HEAD"), "ref: refs/heads/main\n");
  writeFileSync(join(root, ".git/config"), `[remote "origin"]\n\turl = ${remote}\n`);
}

async function setUp() {
  const folder = temporaryFolder();
  const root = join(folder, "garden");
  makeRepository(root, "https://example.com/ada/garden.git");
  mkdirSync(join(root, "beds"));
  let time = Date.now();
  const throughline = new Throughline(guardStore(memoryStore(), { clock: () => time }));
  onTestFinished(async () => throughline.close());
  const workspace = await identifyWorkspace(join(root, "beds"));
  const project = await projectOfWorkspace(throughline, workspace);
  const find = async (user = "local") =>
    (await activeSession(throughline, workspace, { user, project, idle: 3_600_000 }))?.id;
  const make = async (input: Parameters<typeof throughline.sessions.create>[0]) => {
    time += 1_000;
    return (await throughline.sessions.create(input)).id;
  };
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  return { folder, root, throughline, workspace, project: project ?? "", find, make, pass };
}

test("the session that was active last in the workspace is found, however its folder is written", async () => {
  const { folder, root, throughline, find, make, pass } = await setUp();
  symlinkSync(root, join(folder, "link"));
  expect(await find()).toBeUndefined();
  const first = await make({ workspacePath: root });
  const linked = await make({ workspacePath: join(folder, "link/beds") });
  expect(await find()).toBe(linked);
  await make({ workspacePath: `${root}-other` });
  await make({ workspacePath: root, user: "ada" });
  await make({ workspacePath: root, listed: false });
  expect(await find()).toBe(linked);
  await throughline.sessions.end(linked);
  expect(await find()).toBe(first);
  await throughline.sessions.update(first, { status: "archived" });
  expect(await find()).toBeUndefined();
  expect(await find("ada")).toBeDefined();
  pass(3_700_000);
  expect(await find("ada")).toBeUndefined();
});

test("a session of the project stands in, unless it runs in another copy on this machine", async () => {
  const { folder, project, find, make } = await setUp();
  const copy = join(folder, "copy");
  makeRepository(copy, "git@example.com:ada/garden.git");
  await make({ project, workspacePath: copy });
  expect(await find()).toBeUndefined();
  // Its folder was moved, or is on another machine.
  rmSync(copy, { recursive: true });
  expect(await find()).toBeDefined();
  const none = await make({ project });
  expect(await find()).toBe(none);
});

test("a repository within the workspace has sessions of its own, and a folder without one names files as its hooks do", async () => {
  const { folder, root, throughline, find, make } = await setUp();
  const inner = join(root, "beds/inner");
  makeRepository(inner, "https://example.com/ada/inner.git");
  await make({ workspacePath: inner });
  expect(await find()).toBeUndefined();
  const plain = join(folder, "plain");
  mkdirSync(join(plain, "sub"), { recursive: true });
  const workspace = await identifyWorkspace(plain);
  const id = await make({ workspacePath: join(plain, "sub") });
  const options = { user: "local", project: undefined, idle: 3_600_000 };
  const session = await activeSession(throughline, workspace, options);
  expect(session).toMatchObject({ id });
  if (session === undefined) return;
  expect(await workspaceOfSession(session, workspace)).toMatchObject({ root: join(plain, "sub") });
  expect(await workspaceOfSession({ ...session, workspacePath: join(folder, "gone") }, workspace)).toBe(
    workspace,
  );
});
