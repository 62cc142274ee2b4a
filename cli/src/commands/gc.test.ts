import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { openThroughline } from "../open-throughline.ts";
import { runCommand, runJson } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

async function createSessions(folder: string, titles: readonly string[]): Promise<string[]> {
  const throughline = await openThroughline(`sqlite:${join(folder, "s.db")}`);
  const ids: string[] = [];
  for (const title of titles) {
    const createdAt = new Date(Date.UTC(2020, 0, 1 + ids.length));
    const { id } = await throughline.sessions.create({ title, createdAt });
    await throughline.sessions.update(id, { metadata: { n: ids.length } });
    ids.push(id);
  }
  await throughline.close();
  return ids;
}

test("gc lists what it would do, then does it", async () => {
  const folder = temporaryFolder();
  const [old = "", held = ""] = await createSessions(folder, ["one", "two"]);
  const run = (...args: string[]) => runJson(folder, [...args, "--store", "s.db"]);
  expect(await run("hold", held, "--reason", "an audit")).toMatchObject({
    session_id: held,
    reason: "an audit",
  });
  expect(await run("gc", "--dry-run")).toMatchObject({ dry_run: true, sessions: [] });
  const settings = join(folder, "throughline.yaml");
  writeFileSync(settings, "retention:\n  ttl_days: 365\n  trash_days: never\n");
  const planned = await runCommand(folder, ["gc", "--dry-run", "--store", "s.db"]);
  expect(planned.output).toContain("Would be done: 1 into the trash.");
  expect(planned.output).toMatch(new RegExp(`${old} +into the trash +inactive for too long`));
  expect(await run("gc")).toMatchObject({
    trashed: 1,
    pruned: true,
    sessions: [{ session_id: old, action: "trash", reason: "ttl" }],
  });
  rmSync(settings);
  expect(await run("sessions")).toMatchObject({ items: [{ session_id: held }] });
  const refused = await runCommand(folder, ["delete", held, "--erase", "--store", "s.db"]);
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.errors).toContain("held");
  expect(await run("release", held)).toEqual({ session_id: held, held: false });
  expect((await runCommand(folder, ["gc", "--store", "s.db"])).output).toBe("Nothing to do.\n");
});

test("gc lists what goes of what sessions carry, and why, by settings of a file and of the environment", async () => {
  const folder = temporaryFolder();
  const throughline = await openThroughline(`sqlite:${join(folder, "s.db")}`);
  const ids: string[] = [];
  for (const key of ["first", "second", "third"]) {
    ids.push((await throughline.memories.set({ project: "web", key, value: "v" })).memoryId);
    // Of one millisecond the ids decide.
    await setTimeout(2);
  }
  await throughline.commands.record({ user: "u", command: "build" });
  await throughline.close();
  writeFileSync(join(folder, "throughline.yaml"), "retention:\n  max_memories: 2\n");
  const environment = { THROUGHLINE_RETENTION_COMMANDS_TTL_DAYS: "0.000000001" };
  const args = ["gc", "--store", "s.db"];
  const planned = await runCommand(folder, [...args, "--dry-run"], environment);
  expect(planned.output).toBe(
    [
      "Would be done: 1 removed of project_memories, 1 removed of command_usage.",
      "",
      "KIND              REMOVE                    OF           WHY",
      `project_memories  ${ids[0]} (first)  project web  more than may stay (max)`,
      "command_usage     build                     user u       not used for too long (ttl_days)",
      "",
    ].join("\n"),
  );
  const dry: unknown = JSON.parse(
    (await runCommand(folder, [...args, "--dry-run", "--json"], environment)).output,
  );
  const real: unknown = JSON.parse((await runCommand(folder, [...args, "--json"], environment)).output);
  expect(real).toEqual({ ...(dry as object), dry_run: false, pruned: true });
  expect(real).toMatchObject({
    removed: { project_memories: 1, command_usage: 1 },
    records: [
      { kind: "project_memories", id: ids[0], reason: "max", title: "first", project_id: "web" },
      { kind: "command_usage", id: "build", reason: "ttl", user_id: "u" },
    ],
  });
});

test("delete --erase says what went, also of a session in the trash", async () => {
  const folder = temporaryFolder();
  const [first = "", second = ""] = await createSessions(folder, ["one", "two"]);
  const hidden = await runCommand(folder, ["delete", first, "--receipt", "--store", "s.db"]);
  expect(hidden.output).toMatch(
    /^Deleted .*\(one\)\. To bring it back: .*\nHidden:\n {2}sessions: 1\nClean-up erases it after /,
  );
  const erased = await runCommand(folder, ["delete", first, "--erase", "--store", "s.db"]);
  expect(erased.output).toBe(`Erased ${first}. Nothing brings it back.\nRemoved:\n  sessions: 1\n`);
  expect(await runJson(folder, ["delete", second.slice(-8), "--erase", "--store", "s.db"])).toMatchObject({
    session_id: second,
    deleted: true,
    erased: true,
    removed: { sessions: 1 },
  });
  const back = await runCommand(folder, ["undelete", first, "--store", "s.db"]);
  expect(back.exitCode).toBe(1);
  expect((await runCommand(folder, ["delete", "none-such", "--erase", "--store", "s.db"])).exitCode).toBe(1);
});
