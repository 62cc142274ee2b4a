import { appendFileSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { finish, runCommand, runJson, startCommand } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { transcript } from "../test/transcript.ts";

test("import takes files and folders, twice without a duplicate, and grown files on from where they were", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "logs"));
  const file = join(folder, "logs", "one.jsonl");
  writeFileSync(file, transcript("one", 2));
  writeFileSync(join(folder, "logs", "notes.txt"), "not looked at");
  const first = await runCommand(folder, ["import", "logs", "--store", "a.db"]);
  expect(first).toEqual({
    exitCode: 0,
    errors: "",
    output: "Files: 1 read, 0 of them unchanged\nSessions: 1 new, 0 grown\nMessages: 4 new\nProblems: 0\n",
  });
  expect(await runJson(folder, ["import", "logs", "--store", "a.db"])).toMatchObject({
    files: 1,
    unchanged_files: 1,
    sessions_created: 0,
    messages_added: 0,
    problems: [],
    problems_omitted: 0,
    unreadable: [],
    interrupted: false,
  });
  appendFileSync(file, transcript("one", 3).split("\n").slice(4).join("\n"));
  const grown = await runJson(folder, ["import", "logs", "--store", "a.db"]);
  expect(grown).toMatchObject({ sessions_created: 0, sessions_grown: 1, messages_added: 2 });
  const { items } = await runJson(folder, ["search", '"bulb 2"', "--store", "a.db"]);
  expect(items).toMatchObject([{ role: "assistant", seq: 6, tool_id: "claude-code" }]);
  expect(await runJson(folder, ["show", "claude-code:one", "--store", "a.db"])).toMatchObject({
    message_count: 6,
  });
});

test("without a path the tool's own folder is read, by its name or not; a path of that name comes first", async () => {
  const folder = temporaryFolder();
  const own = join(folder, "home", ".claude", "projects", "garden");
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "one.jsonl"), transcript("one", 1));
  expect(await runJson(folder, ["import"])).toMatchObject({ sessions_created: 1, messages_added: 2 });
  expect(statSync(join(folder, "data", "throughline", "throughline.db")).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, "data", "throughline")).mode & 0o777).toBe(0o700);
  expect(await runJson(folder, ["import", "claude-code"])).toMatchObject({ files: 1, unchanged_files: 1 });
  mkdirSync(join(folder, "claude-code"));
  writeFileSync(join(folder, "claude-code", "two.jsonl"), transcript("two", 1));
  expect(await runJson(folder, ["import", "claude-code"])).toMatchObject({ files: 1, sessions_created: 1 });
});

test("a place that can't be read is told with file and line, and the rest is kept", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "torn.jsonl");
  writeFileSync(
    file,
    `${transcript("torn", 1)}{"broken\n${transcript("torn", 2).split("\n").slice(2).join("\n")}`,
  );
  const { exitCode, output, errors } = await runCommand(folder, ["import", file, "--store", "a.db"]);
  expect(exitCode).toBe(0);
  expect(errors).toMatch(new RegExp(`^${file}:3: .*\n$`));
  expect(output).toContain("Messages: 4 new\nProblems: 1\n");
});

test("what could not be read at all makes the exit code 1; the rest is imported", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "good.jsonl"), transcript("good", 1));
  writeFileSync(join(folder, "notes.txt"), "tulips");
  const missing = await runCommand(folder, ["import", "good.jsonl", "missing.jsonl", "--store", "a.db"]);
  expect(missing.exitCode).toBe(1);
  expect(missing.errors).toBe(`${join(folder, "missing.jsonl")}: does not exist\n`);
  expect(missing.output).toContain("Messages: 2 new\n");
  const nothing = await runCommand(folder, ["import", "missing.jsonl", "--store", "new.db"]);
  expect(nothing).toMatchObject({ exitCode: 1, errors: missing.errors });
  expect(existsSync(join(folder, "new.db"))).toBe(false);
  const foreign = await runCommand(folder, ["import", "notes.txt", "--store", "a.db"]);
  expect(foreign.exitCode).toBe(1);
  expect(foreign.errors).toBe(`${join(folder, "notes.txt")}: not a format that is known here; left out\n`);
  expect(foreign.output).toContain("Files: 0 read, 0 of them unchanged, 1 left out\n");
  expect(foreign.output).toContain("Problems: 1\n");
});

test("a folder with nothing known, and a word that is neither a path nor a tool, are told", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "logs"));
  writeFileSync(join(folder, "logs", "notes.txt"), "tulips");
  const empty = await runCommand(folder, ["import", "logs", "--store", "a.db"]);
  expect(empty).toMatchObject({
    exitCode: 0,
    errors: "throughline: nothing that is known here was found in logs.\n",
    output: expect.stringContaining("Files: 0 read") as string,
  });
  const mistyped = await runCommand(folder, ["import", "claude-cod", "--store", "b.db"]);
  expect(mistyped).toEqual({
    exitCode: 2,
    output: "",
    errors: expect.stringMatching(
      /no file, folder or tool claude-cod\. Did you mean claude-code\? The tools are: .*codex/,
    ) as string,
  });
  expect(existsSync(join(folder, "b.db"))).toBe(false);
});

test("an export of ChatGPT is named; imported again, its conversations are unchanged", async () => {
  const folder = temporaryFolder();
  const author = { role: "user" };
  const message = { author, content: { content_type: "text", parts: ["Which tulips are red?"] } };
  const mapping = { a: { id: "a", parent: null, children: [], message } };
  const text = JSON.stringify([{ conversation_id: "c", title: "Tulips", current_node: "a", mapping }]);
  writeFileSync(join(folder, "conversations.json"), text);
  writeFileSync(join(folder, "user.json"), "{}");
  const unnamed = await runCommand(folder, ["import", "chatgpt"]);
  expect(unnamed.errors).toContain("chatgpt keeps no sessions on this machine. Name a path.\n");
  const first = await runCommand(folder, ["import", "chatgpt", ".", "--store", "a.db"]);
  expect(first).toMatchObject({ exitCode: 0, errors: "" });
  expect(first.output).toContain("Sessions: 1 new, 0 grown\nMessages: 1 new\nProblems: 0\n");
  writeFileSync(join(folder, "later.json"), text);
  const again = await runCommand(folder, ["import", "later.json", "--store", "a.db"]);
  expect(again.output).toContain("Sessions: 0 new, 0 grown, 1 unchanged\n");
  const native = await runCommand(folder, ["export", "chatgpt:c", "--format", "native", "--store", "a.db"]);
  expect(native.output).toBe(text.slice(1, -1));
});

test("nothing to import is said, and makes no database", async () => {
  const folder = temporaryFolder();
  const { exitCode, output, errors } = await runCommand(folder, ["import"]);
  expect(exitCode).toBe(0);
  expect(output).toMatch(/^Files: 0 read/);
  // And nothing of a database that is not there.
  expect(errors).toMatch(/^throughline: no folder of sessions was found; looked for [^\n]* Name a path\.\n$/);
  expect(errors).toContain(`looked for ${join(folder, "home", ".claude", "projects")}`);
  expect(existsSync(join(folder, "data"))).toBe(false);
});

test("Ctrl-C ends after the running batch, and the next import goes on", async () => {
  const folder = temporaryFolder();
  const prompts = 6_000;
  writeFileSync(join(folder, "long.jsonl"), transcript("long", prompts));
  const child = startCommand(folder, ["import", "long.jsonl", "--store", "a.db", "--json"]);
  const finished = finish(child);
  const log = join(folder, "a.db-wal");
  for (let wait = 0; wait < 1_000; wait += 1) {
    if (existsSync(log) && statSync(log).size > 500_000) break;
    await sleep(10);
  }
  child.kill("SIGINT");
  const { exitCode, output, errors } = await finished;
  expect(exitCode).toBe(130);
  expect(errors).toBe("throughline: stopped. The same command goes on from here.\n");
  const stopped = JSON.parse(output) as { interrupted: boolean; messages_added: number };
  expect(stopped.interrupted).toBe(true);
  expect(stopped.messages_added).toBeGreaterThan(0);
  expect(stopped.messages_added).toBeLessThan(2 * prompts);
  const rest = await runJson(folder, ["import", "long.jsonl", "--store", "a.db"]);
  expect(rest).toMatchObject({ messages_added: 2 * prompts - stopped.messages_added, messages_kept: 0 });
});
