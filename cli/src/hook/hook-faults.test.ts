import { appendFileSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { finish, runJson, startCommand } from "../test/run-command.ts";
import { silentServer } from "../test/silent-server.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import {
  callHook,
  contextOf,
  holdRecording,
  quick,
  silence,
  spoolFolder,
  useOf,
  waitingEvents,
} from "./test/call-hook.ts";

const patient = { timeout: 60_000, interval: 50 };

/** Waits until nothing is left to record. */
async function settled(folder: string): Promise<void> {
  await vi.waitFor(() => expect(waitingEvents(folder)).toEqual([]), patient);
}

test("hooks at once are each recorded once, by processes that nobody waits for", async () => {
  const folder = temporaryFolder();
  for (let round = 0; round < 20; round += 1) {
    const once = useOf(folder, "Write", { file_path: `${round}.ts`, content: "the words of a file" });
    // A tool that is set up twice tells of the same use twice.
    const other = round % 2 === 0 ? once : useOf(folder, "Read", { file_path: "shared.ts" });
    const answers = await Promise.all([once, other].map((event) => callHook(folder, event)));
    expect(answers).toEqual([silence, silence]);
  }
  await settled(folder);
  const paths = (await contextOf(folder)).files_accessed.map(({ path }) => path);
  const written = Array.from({ length: 20 }, (_, round) => `${round}.ts`);
  expect(paths.filter((path) => path !== "shared.ts")).toEqual(written);
  expect(paths).toHaveLength(30);
});

test("a process that is killed while it records loses and doubles nothing", async () => {
  const folder = temporaryFolder();
  const lock = holdRecording(folder);
  const count = 12;
  const paths = Array.from({ length: count }, (_, index) => `${index}.ts`);
  for (const path of paths) {
    expect(await callHook(folder, useOf(folder, "Edit", { file_path: path }))).toEqual(silence);
  }
  expect(waitingEvents(folder)).toHaveLength(count);
  lock.release();
  let killed = 0;
  while (waitingEvents(folder).length > 0) {
    const before = waitingEvents(folder).length;
    const recorder = startCommand(folder, ["hook", "--drain"], quick);
    const ended = finish(recorder);
    // It dies right after it has taken away one, at whatever it is by then.
    await vi.waitFor(() => expect(waitingEvents(folder).length).toBeLessThan(before), {
      ...patient,
      interval: 1,
    });
    if (recorder.kill("SIGKILL")) killed += 1;
    await ended;
  }
  expect(killed).toBeGreaterThan(2);
  expect((await contextOf(folder)).files_accessed.map(({ path }) => path)).toEqual(paths);
});

test("a store that can't be written is told, and what waits is recorded when it can", async () => {
  const folder = temporaryFolder();
  const store = join(folder, "store.db");
  // Its place is taken.
  mkdirSync(store);
  const args = ["--store", "store.db"];
  const told = await callHook(folder, useOf(folder, "Edit", { file_path: "a.ts" }), [...args, "--wait"]);
  expect(told).toEqual({
    exitCode: 0,
    output: "",
    errors: expect.stringMatching(/^throughline: .*wait to be recorded: .+\n$/) as string,
  });
  const again = await callHook(folder, useOf(folder, "Edit", { file_path: "b.ts" }), args);
  expect(again).toMatchObject({ exitCode: 0, errors: told.errors });
  expect(waitingEvents(folder)).toHaveLength(2);
  const doctor = await runJson(folder, ["doctor", "--store", "other.db"]);
  expect(doctor).toMatchObject({ warnings: [{}, { problem: "hook_events_waiting" }] });
  renameSync(store, `${store}.away`);
  await callHook(folder, useOf(folder, "Edit", { file_path: "c.ts" }), args);
  await settled(folder);
  const { files_accessed: files } = await contextOf(folder, "claude-code:s1", args);
  expect(files.map(({ path }) => path)).toEqual(["a.ts", "b.ts", "c.ts"]);
});

test("a spool that can't be written makes the hook record at once", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "data", "throughline"), "in the way");
  const args = ["--store", "store.db"];
  const event = useOf(folder, "Edit", { file_path: "a.ts" });
  const { exitCode, output, errors } = await callHook(folder, event, args);
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: "" });
  expect(errors).toContain("can't be kept");
  expect((await contextOf(folder, "claude-code:s1", args)).files_accessed).toMatchObject([{ path: "a.ts" }]);
  const lost = await callHook(folder, event, ["--store", "data"]);
  expect(lost).toMatchObject({
    exitCode: 0,
    output: "",
    errors: expect.stringContaining("is lost") as string,
  });
});

test("what is no event is set aside, told, and stands in nobody's way", async () => {
  const folder = temporaryFolder();
  const wrong = ["", "{", "[]", "7", '{"hook_event_name":"Stop"}', `{"session_id":"s"}`, "\0\u{d800}"];
  for (const text of wrong) {
    const { exitCode, output, errors } = await callHook(folder, text);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: "" });
    expect(errors).toMatch(/^throughline: the event is set aside: .+\n$/);
  }
  // What no store takes is known when it is recorded.
  const climbing = useOf(folder, "Read", { file_path: "a\0b" });
  const refused = await callHook(folder, climbing, ["--wait", "--mistyped"]);
  expect(refused).toMatchObject({ exitCode: 0, errors: expect.stringContaining("set aside") as string });
  appendFileSync(join(spoolFolder(folder), "events", "000-damaged.json"), "{");
  const event = { tool: "claude-code", session: "s1", type: "of a later version" };
  const later = JSON.stringify({ id: "later", at: 1, cwd: folder, environment: {}, event });
  appendFileSync(join(spoolFolder(folder), "events", "000-later.json"), later);
  // As one of another user is that can't be read.
  const closed = join(spoolFolder(folder), "events", "000-closed.json");
  mkdirSync(closed);
  const unread = await callHook(folder, useOf(folder, "Read", { file_path: "b.ts" }), ["--wait"]);
  expect(unread).toMatchObject({ exitCode: 0, errors: expect.stringContaining("wait to be") as string });
  expect(waitingEvents(folder)).toEqual(["000-closed.json"]);
  rmdirSync(closed);
  expect(await callHook(folder, useOf(folder, "Read", { file_path: "a.ts" }), ["--wait"])).toEqual(silence);
  const lines = readFileSync(join(spoolFolder(folder), "rejected.jsonl"), "utf8")
    .trim()
    .split("\n");
  expect(lines).toHaveLength(wrong.length + 3);
  expect((await contextOf(folder)).files_accessed).toMatchObject([{ path: "b.ts" }, { path: "a.ts" }]);
  expect(await runJson(folder, ["doctor"])).toMatchObject({
    warnings: [{ problem: "hook_events_rejected" }],
  });
});

test("what can't be set aside waits, and those behind it are recorded", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(spoolFolder(folder), "rejected.jsonl"), { recursive: true });
  for (const path of ["a\0b", "a.ts"]) {
    const told = await callHook(folder, useOf(folder, "Read", { file_path: path }), ["--wait"]);
    expect(told).toMatchObject({ exitCode: 0, errors: expect.stringContaining("wait to be") as string });
  }
  expect(waitingEvents(folder)).toHaveLength(1);
  expect((await contextOf(folder)).files_accessed).toMatchObject([{ path: "a.ts" }]);
});

test("large events are read, larger ones left, and a caller who leaves the end open is not waited for", async () => {
  const folder = temporaryFolder();
  const endless = startCommand(folder, ["hook"]);
  endless.stdin?.write('{"session_id": "s1"');
  const answered = finish(endless);
  // Nothing else has this event, and its store says nothing.
  writeFileSync(join(folder, "in-the-way"), "");
  const elsewhere = { XDG_DATA_HOME: join(folder, "in-the-way") };
  const silent = ["--store", `http://127.0.0.1:${await silentServer()}`];
  const unheard = callHook(folder, useOf(folder, "Read", { file_path: "lost.ts" }), silent, elsewhere);
  const large = { file_path: "large.ts", content: "x".repeat(20_000_000) };
  expect(await callHook(folder, useOf(folder, "Write", large), ["--wait"])).toEqual(silence);
  const { errors } = await callHook(folder, useOf(folder, "Write", { content: "x".repeat(34_000_000) }));
  expect(errors).toContain("longer than 32 MiB");
  const open = startCommand(folder, ["hook", "--wait"]);
  open.stdin?.write(JSON.stringify(useOf(folder, "Read", { file_path: "open.ts" })));
  expect(await finish(open)).toEqual(silence);
  expect(await answered).toMatchObject({
    exitCode: 0,
    output: "",
    errors: expect.stringContaining("did not end within") as string,
  });
  expect(await unheard).toMatchObject({
    exitCode: 0,
    errors: expect.stringContaining("is lost: its store did not take it") as string,
  });
  expect((await contextOf(folder)).files_accessed.map(({ path }) => path)).toEqual(["large.ts", "open.ts"]);
});
