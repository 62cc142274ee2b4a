import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import type { Throughline } from "@throughline/core";
import { openThroughline } from "../open-throughline.ts";
import { clearSettings } from "../test/clear-settings.ts";
import { runCommand, startCommand } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

interface Batch {
  readonly session_id: string | null;
  readonly project_id: string | null;
  readonly recorded: readonly string[];
  readonly known: number;
}

interface Watching {
  readonly child: ChildProcess;
  /** What was recorded so far. */
  readonly batches: readonly Batch[];
  /** Ends it as a supervisor does. Answers the exit code. */
  readonly end: () => Promise<number | null>;
}

/** A repository with a store beside it. */
async function makeWorkspace() {
  clearSettings();
  const folder = temporaryFolder();
  const root = join(folder, "garden");
  // What makes a folder a repository, without git.
  for (const part of ["objects", "refs"]) mkdirSync(join(root, ".git", part), { recursive: true });
  writeFileSync(join(root, ".git/HEAD"), "ref: refs/heads/main\n");
  writeFileSync(join(root, ".git/config"), '[remote "origin"]\n\turl = https://example.com/ada/garden.git\n');
  writeFileSync(join(root, ".gitignore"), "*.log\n");
  const throughline = await openThroughline(`sqlite:${join(folder, "a.db")}`);
  onTestFinished(async () => throughline.close());
  return { folder, root, throughline };
}

async function startWatching(folder: string, args: readonly string[] = []): Promise<Watching> {
  const child = startCommand(folder, [
    "watch",
    "garden",
    "--store",
    "a.db",
    "--json",
    "--wait",
    "0.1",
    ...args,
  ]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit").then(([code]) => code as number | null);
  if (child.stdout === null || child.stderr === null) throw new Error("The process has no pipes.");
  const batches: Batch[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => batches.push(JSON.parse(line) as Batch));
  const [said] = (await once(child.stderr, "data")) as [Buffer];
  expect(said.toString()).toMatch(/^Watching .*garden\. Ctrl-C ends it\.\n$/);
  const errors = text(child.stderr);
  const end = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    const code = await ended;
    expect(await errors).toBe("");
    return code;
  };
  return { child, batches, end };
}

async function fileOf({ resources }: Throughline, path: string) {
  const { items } = await resources.list({ limit: 1_000 });
  return items.find((item) => item.path === path);
}

test("changes belong to the project, and to the session that is active as soon as there is one", async () => {
  const { folder, root, throughline } = await makeWorkspace();
  const { batches, end } = await startWatching(folder);
  const recorded = () => batches.flatMap((batch) => batch.recorded);
  writeFileSync(join(root, "a.log"), "ignored");
  writeFileSync(join(root, "a.ts"), "one");
  await expect.poll(recorded, { timeout: 20_000 }).toEqual(["a.ts"]);
  const [{ project_id: project } = { project_id: null }] = batches;
  expect(batches).toMatchObject([{ session_id: null, project_id: "garden" }]);
  const hash = createHash("sha256").update("one").digest("hex");
  expect(await fileOf(throughline, "a.ts")).toMatchObject({ editCount: 1, size: 3, contentHash: hash });
  // What there is to find in its content comes a little later.
  await expect.poll(async () => (await fileOf(throughline, "a.ts"))?.tokenCount, { timeout: 20_000 }).toBe(1);

  await throughline.sessions.create({ title: "Elsewhere", workspacePath: "/elsewhere" });
  const { id } = await throughline.sessions.create({ project, workspacePath: join(root, "sub") });
  mkdirSync(join(root, "sub"));
  writeFileSync(join(root, "sub/b.bin"), "\0binary");
  await expect.poll(recorded, { timeout: 20_000 }).toEqual(["a.ts", "sub/b.bin"]);
  rmSync(join(root, "a.ts"));
  await expect.poll(recorded, { timeout: 20_000 }).toEqual(["a.ts", "sub/b.bin", "a.ts"]);
  expect(batches.slice(1)).toMatchObject([{ session_id: id }, { session_id: id }]);
  expect((await throughline.context.get(id)).context.filesAccessed).toMatchObject([
    { path: "sub/b.bin", kind: "EDIT" },
    { path: "a.ts", kind: "EDIT" },
  ]);
  expect(await fileOf(throughline, "sub/b.bin")).toMatchObject({ size: 7, contentHash: null });
  expect(await fileOf(throughline, "a.ts")).toMatchObject({ editCount: 2 });

  // A session that has ended is given nothing more.
  await throughline.sessions.end(id);
  writeFileSync(join(root, "sub/c.ts"), "");
  await expect.poll(recorded, { timeout: 20_000 }).toContain("sub/c.ts");
  expect(batches.at(-1)).toMatchObject({ session_id: null, project_id: project });
  expect(await end()).toBe(0);
});

test("an edit that a hook reports, or another watcher, is not recorded again", async () => {
  const { folder, root, throughline } = await makeWorkspace();
  const { id } = await throughline.sessions.create({ workspacePath: root });
  const { batches, end } = await startWatching(folder);
  // However late the hook reports, the edit is not older than the file.
  const at = new Date(Date.now() + 60_000);
  await throughline.context.record(id, { files: [{ path: "a.ts", kind: "EDIT", at }] });
  writeFileSync(join(root, "a.ts"), "one");
  writeFileSync(join(root, "b.ts"), "one");
  await expect.poll(() => batches.flatMap(({ recorded }) => recorded), { timeout: 20_000 }).toEqual(["b.ts"]);
  expect(await end()).toBe(0);
  const { context } = await throughline.context.get(id);
  expect(context.filesAccessed.map(({ path }) => path).toSorted()).toEqual(["a.ts", "b.ts"]);
});

test("without a repository changes belong to a session alone; one that was named and is deleted ends the watch", async () => {
  const { folder, root, throughline } = await makeWorkspace();
  rmSync(join(root, ".git"), { recursive: true });
  const { id } = await throughline.sessions.create({ workspacePath: "/elsewhere" });
  const unnamed = startCommand(folder, ["watch", "garden", "--store", "a.db", "--wait", "0.1", "--poll"]);
  const errors: string[] = [];
  unnamed.stderr?.on("data", (data: Buffer) => errors.push(data.toString()));
  await expect.poll(() => errors.join(""), { timeout: 20_000 }).toMatch(/^Watching/);
  writeFileSync(join(root, "a.ts"), "one");
  await expect.poll(() => errors.join(""), { timeout: 20_000 }).toMatch(/no session is active here/);
  unnamed.kill("SIGTERM");
  expect(await once(unnamed, "exit")).toEqual([0, null]);
  expect((await throughline.resources.list()).items).toEqual([]);

  const { child, batches } = await startWatching(folder, ["--session", id]);
  writeFileSync(join(root, "b.ts"), "one");
  await expect
    .poll(() => batches, { timeout: 20_000 })
    .toMatchObject([{ session_id: id, recorded: ["b.ts"] }]);
  await throughline.sessions.delete(id);
  const ended = once(child, "exit");
  writeFileSync(join(root, "c.ts"), "one");
  expect(await ended).toEqual([1, null]);
});

test("a burst of 10,000 changes is recorded whole, also when it ends with SIGTERM", async () => {
  const { folder, root, throughline } = await makeWorkspace();
  const { id } = await throughline.sessions.create({ workspacePath: root });
  const { end } = await startWatching(folder);
  const names = Array.from({ length: 10_000 }, (_, index) => `part-${index % 20}/file-${index}.ts`);
  for (let part = 0; part < 20; part += 1) mkdirSync(join(root, `part-${part}`));
  for (const name of names) writeFileSync(join(root, name), "first");
  // The last state counts, whatever was seen of those before.
  for (const name of names.slice(-500)) writeFileSync(join(root, name), "the last");
  expect(await end()).toBe(0);
  const { totals } = await throughline.context.get(id);
  expect(totals.files).toBeGreaterThanOrEqual(names.length);
  const sizes = new Map<string, number | null>();
  for (let cursor: string | undefined; ;) {
    const page = await throughline.resources.list({ limit: 1_000, ...(cursor && { cursor }) });
    for (const { path, size } of page.items) sizes.set(path, size);
    if (page.next === undefined) break;
    cursor = page.next;
  }
  expect(sizes.size).toBe(names.length);
  expect(names.slice(-500).map((name) => sizes.get(name))).toEqual(names.slice(-500).map(() => 8));
});

test("what can't be watched is refused, and makes no database", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  for (const [args, message, code] of [
    [["nowhere"], /^throughline: There is no folder nowhere\./, 1],
    [["file"], /^throughline: file is no folder\./, 1],
    [[".", "--wait", "0"], /from 0\.05 to 3600/, 2],
    [[".", "--idle", "soon"], /--idle takes minutes/, 2],
  ] as const) {
    const { exitCode, output, errors } = await runCommand(folder, ["watch", ...args, "--store", "b.db"]);
    expect({ exitCode, output }).toEqual({ exitCode: code, output: "" });
    expect(errors).toMatch(message);
  }
  const unknown = await runCommand(folder, ["watch", ".", "--session", "@last", "--store", "memory:"]);
  expect(unknown).toMatchObject({ exitCode: 1, output: "" });
});
