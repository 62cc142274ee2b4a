import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openThroughline } from "../open-throughline.ts";
import { finish, runCommand, runJson, startCommand } from "../test/run-command.ts";
import { startServing } from "../test/start-serving.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { transcript } from "../test/transcript.ts";
import {
  callHook,
  contextOf,
  holdRecording,
  silence,
  spoolFolder,
  useOf,
  waitingEvents,
} from "./test/call-hook.ts";

const patient = { timeout: 60_000, interval: 50 };

test("what an agent does becomes the context of its session, in the order that it happened", async () => {
  const folder = temporaryFolder();
  const events = [
    { session_id: "s1", cwd: folder, hook_event_name: "SessionStart", source: "startup", model: "m" },
    useOf(folder, "Read", { file_path: join(folder, "src/a.ts") }),
    useOf(folder, "Edit", { file_path: join(folder, "src/a.ts"), old_string: "the words of a file" }),
    useOf(folder, "Read", { file_path: "/elsewhere/b.ts" }),
    useOf(folder, "Grep", { pattern: "roses" }),
    useOf(folder, "AskUserQuestion", { questions: [], answers: { "Which bed?": "The long one" } }),
  ];
  for (const event of events) expect(await callHook(folder, event, ["--wait"])).toEqual(silence);
  expect(await contextOf(folder)).toMatchObject({
    files_accessed: [
      { path: "src/a.ts", kind: "VIEW" },
      { path: "src/a.ts", kind: "EDIT" },
      { path: "/elsewhere/b.ts", kind: "VIEW" },
    ],
    recent_searches: [{ query: "roses" }],
    decisions: [{ decision: "Which bed? – The long one" }],
  });
  const shown = await runJson(folder, ["show", "claude-code:s1"]);
  expect(shown).toMatchObject({ model: "m", workspace_path: folder, ended_at: null });
  await callHook(folder, { session_id: "s1", cwd: folder, hook_event_name: "SessionEnd" }, ["--wait"]);
  expect(await runJson(folder, ["show", "claude-code:s1"])).toMatchObject({
    ended_at: expect.any(String) as string,
  });
  await callHook(folder, { session_id: "s1", hook_event_name: "SessionStart", source: "resume" }, ["--wait"]);
  expect(await runJson(folder, ["show", "claude-code:s1"])).toMatchObject({ ended_at: null });
});

test("what Codex gives as an argument, and in its hooks, goes to its own session", async () => {
  const folder = temporaryFolder();
  const turn = { type: "agent-turn-complete", "thread-id": "t1", cwd: folder, "input-messages": ["x"] };
  const notified = startCommand(folder, ["hook", "--wait", JSON.stringify(turn)]);
  // Nobody closes the standard input of such a program.
  expect(await finish(notified)).toEqual(silence);
  const patch = "*** Begin Patch\n*** Update File: src/a.ts\n*** End Patch";
  const event = useOf(folder, "apply_patch", { command: patch }, { session_id: "t1", turn_id: "1" });
  expect(await callHook(folder, event, ["--wait"])).toEqual(silence);
  expect((await contextOf(folder, "codex:t1")).files_accessed).toMatchObject([
    { path: "src/a.ts", kind: "EDIT" },
  ]);
});

test("hooks and imports meet in one session, whichever comes first, and no deleted one comes back", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "one.jsonl");
  writeFileSync(file, transcript("one", 2));
  const one = { session_id: "one", transcript_path: file };
  await callHook(folder, useOf(folder, "Read", { file_path: "a.ts" }, one), ["--wait"]);
  expect(await runJson(folder, ["import", file])).toMatchObject({ sessions_created: 0, messages_added: 4 });
  const { items } = await runJson(folder, ["sessions"]);
  expect(items).toHaveLength(1);
  // What is said after that is there when the agent stops.
  appendFileSync(file, transcript("one", 3).split("\n").slice(4).join("\n"));
  await callHook(folder, { ...one, cwd: folder, hook_event_name: "Stop" }, ["--wait"]);
  expect(await runJson(folder, ["show", "claude-code:one"])).toMatchObject({ message_count: 6 });
  const agent = { ...one, agent_id: "a7" };
  await callHook(folder, useOf(folder, "Read", { file_path: "b.ts" }, agent), ["--wait"]);
  expect((await contextOf(folder, "claude-code:one/a7")).files_accessed).toMatchObject([{ path: "b.ts" }]);
  expect((await runJson(folder, ["sessions"])).items).toHaveLength(1);

  await runCommand(folder, ["delete", "claude-code:one"]);
  const late = await callHook(folder, useOf(folder, "Read", { file_path: "c.ts" }, one), ["--wait"]);
  expect(late).toEqual(silence);
  expect(await runJson(folder, ["import", file])).toMatchObject({ sessions_created: 0, messages_added: 0 });
  expect(await runJson(folder, ["sessions"])).toEqual({ items: [] });
  expect(waitingEvents(folder)).toEqual([]);
});

test("a session keeps the project that it has, and a new one gets that of its repository", async () => {
  const folder = temporaryFolder();
  for (const name of [".git/objects", ".git/refs", "src"]) {
    mkdirSync(join(folder, "beds", name), { recursive: true });
  }
  writeFileSync(join(folder, "beds", ".git", "HEAD"), "ref: refs/heads/main\n");
  writeFileSync(
    join(folder, "beds", ".git", "config"),
    '[remote "origin"]\n\turl = https://github.com/garden/beds.git\n',
  );
  const store = join(folder, "a.db");
  const throughline = await openThroughline(`sqlite:${store}`);
  await throughline.sessions.create({ tool: "claude-code", externalKey: "s1", project: "elsewhere" });
  await throughline.close();
  const src = join(folder, "beds", "src");
  for (const session_id of ["s1", "s2"]) {
    const event = useOf(src, "Edit", { file_path: join(src, "a.ts") }, { session_id });
    expect(await callHook(folder, event, ["--wait", "--store", store])).toEqual(silence);
    const { files_accessed: files } = await contextOf(folder, `claude-code:${session_id}`, [
      "--store",
      store,
    ]);
    expect(files).toMatchObject([{ path: "src/a.ts" }]);
  }
  const shown = await Promise.all(
    ["s1", "s2"].map((key) => runJson(folder, ["show", `claude-code:${key}`, "--store", store])),
  );
  expect(shown).toMatchObject([{ project_id: "elsewhere" }, { project_id: expect.any(String) as string }]);
  expect(shown[1]?.["project_id"]).not.toBe("elsewhere");
});

test("an event goes to the store that its hook was configured for, and no secret is written down", async () => {
  const folder = temporaryFolder();
  const lock = holdRecording(folder);
  writeFileSync(join(folder, "throughline.yaml"), "store: sqlite:./of-the-file.db\n");
  expect(await callHook(folder, useOf(folder, "Edit", { file_path: "a.ts" }))).toEqual(silence);
  const server = "postgres://me:hidden@127.0.0.1:1/db?sslkey=hidden";
  const environment = { THROUGHLINE_API_KEY: "hidden", THROUGHLINE_STORE: server };
  await callHook(folder, useOf(folder, "Edit", { file_path: "b.ts" }), [], environment);
  for (const name of waitingEvents(folder)) {
    const kept = readFileSync(join(spoolFolder(folder), "events", name), "utf8");
    expect(kept).not.toMatch(/hidden|words of a file/);
  }
  lock.release();
  const unknown = await callHook(folder, useOf(folder, "Read", { file_path: "c.ts" }), ["--wait"]);
  expect(unknown.errors).toContain("name no such server");
  // Who knows the password finds that nobody answers there.
  const known = await callHook(folder, useOf(folder, "Bash", {}), ["--wait"], environment);
  expect(known.errors).toMatch(/wait to be recorded: .*can't be reached/);
  expect(known.errors).not.toContain("hidden");
  expect(waitingEvents(folder)).toHaveLength(1);
  expect(existsSync(join(folder, "of-the-file.db"))).toBe(true);
  expect((await contextOf(folder)).files_accessed.map(({ path }) => path)).toEqual(["a.ts", "c.ts"]);
});

test("a configuration file of the folder that an agent works in says nothing of where its events go", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "throughline.yaml"), "store: sqlite:./of-a-stranger.db\n");
  const event = useOf(folder, "Edit", { file_path: "a.ts" });
  expect(await callHook(folder, event, ["--wait"], { HOME: temporaryFolder() })).toEqual(silence);
  expect(existsSync(join(folder, "of-a-stranger.db"))).toBe(false);
  const own = join(folder, "data", "throughline", "throughline.db");
  const { files_accessed: files } = await contextOf(folder, "claude-code:s1", ["--store", own]);
  expect(files).toMatchObject([{ path: "a.ts" }]);
});

test("serve and import record what waits for their store", async () => {
  const folder = temporaryFolder();
  holdRecording(folder);
  const edit = async (path: string, store: string) =>
    callHook(folder, useOf(folder, "Edit", { file_path: path }), ["--store", store]);
  await edit("a.ts", "a.db");
  await edit("b.ts", "b.db");
  const serving = await startServing(folder, "a.db");
  await vi.waitFor(() => expect(waitingEvents(folder)).toHaveLength(1), patient);
  await edit("c.ts", "a.db");
  await vi.waitFor(() => expect(waitingEvents(folder)).toHaveLength(1), patient);
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toBe(0);
  writeFileSync(join(folder, "one.jsonl"), transcript("one", 1));
  await runJson(folder, ["import", "one.jsonl", "--store", "b.db"]);
  expect(waitingEvents(folder)).toEqual([]);
  const paths = async (store: string) =>
    (await contextOf(folder, "claude-code:s1", ["--store", store])).files_accessed.map(({ path }) => path);
  expect(await paths("a.db")).toEqual(["a.ts", "c.ts"]);
  expect(await paths("b.db")).toEqual(["b.ts"]);
});
