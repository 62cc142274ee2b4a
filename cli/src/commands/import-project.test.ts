import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand, runJson } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { transcript } from "../test/transcript.ts";

/** A session that began in a folder. */
function sessionIn(folder: string, session: string, prompts = 1): string {
  return transcript(session, prompts).replaceAll("/home/mara/garden", folder);
}

test("import gives sessions the project of the repository that they began in", async () => {
  const folder = temporaryFolder();
  const beds = join(folder, "beds");
  for (const place of [beds, join(folder, "clone"), join(folder, "plain"), join(folder, "logs")])
    mkdirSync(place);
  const git = (...words: string[]) => execFileSync("git", words, { cwd: folder, stdio: "ignore" });
  for (const [place, remote] of [
    ["beds", "git@example.com:garden/roses.git"],
    ["clone", "https://mara:secret@example.com/garden/roses"],
  ] as const) {
    git("init", "--quiet", place);
    git("-C", place, "remote", "add", "origin", remote);
  }
  const file = (name: string) => join(folder, "logs", `${name}.jsonl`);
  writeFileSync(file("one"), sessionIn(beds, "one"));
  writeFileSync(file("two"), sessionIn(join(folder, "clone"), "two"));
  writeFileSync(file("three"), sessionIn(join(folder, "plain"), "three"));
  writeFileSync(file("four"), sessionIn(join(folder, "gone"), "four"));
  const run = (...words: string[]) => runJson(folder, ["import", "logs", ...words, "--store", "a.db"]);
  const projects = async () => {
    const { items } = await runJson(folder, ["sessions", "--store", "a.db"]);
    const sessions = items as { readonly external_key: string; readonly project_id: string | null }[];
    return Object.fromEntries(sessions.map((session) => [session.external_key, session.project_id]));
  };
  await run("--no-project");
  expect(new Set(Object.values(await projects()))).toEqual(new Set([null]));
  // What grows gets the project that it had not; what has one keeps it.
  appendFileSync(file("one"), sessionIn(beds, "one", 2).split("\n").slice(2).join("\n"));
  expect(await run()).toMatchObject({ sessions_grown: 1, messages_added: 2 });
  expect(await projects()).toEqual({ one: "roses", two: null, three: null, four: null });
  appendFileSync(file("one"), sessionIn(beds, "one", 3).split("\n").slice(4).join("\n"));
  rmSync(file("two"));
  writeFileSync(file("five"), sessionIn(join(folder, "clone"), "five"));
  expect(await run("--project", "other")).toMatchObject({ sessions_created: 1, messages_added: 4 });
  expect(await projects()).toMatchObject({ one: "roses", five: "other" });
  writeFileSync(file("six"), sessionIn(join(folder, "clone"), "six"));
  expect(await run()).toMatchObject({ sessions_created: 1 });
  expect(await projects()).toMatchObject({ six: "roses" });
  expect(await run()).toMatchObject({ sessions_created: 0, messages_added: 0, files: 5, unchanged_files: 5 });
  const wrong = await runCommand(folder, ["import", "logs", "--project", "", "--store", "a.db"]);
  expect(wrong.exitCode).toBe(2);
  expect(wrong.errors).toContain("project must not be empty");
});
