import { expect, test } from "vitest";
import { runCommand, runJson } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { sqliteStore } from "@throughline/store-sqlite";
import { Throughline, guardStore } from "@throughline/core";
import { join } from "node:path";

async function fill(folder: string): Promise<void> {
  await using tl = new Throughline(guardStore(await sqliteStore({ path: join(folder, "s.db") })));
  for (const title of ["one", "two"]) {
    const { id } = await tl.sessions.create({ project: "garden", user: "mara", title });
    await tl.messages.append(id, [{ role: "user", content: `Prune ${title}` }]);
  }
  await tl.memories.set({ project: "garden", key: "soil", value: "loam" });
  await tl.commands.record({ user: "mara", command: "/prune" });
}

test("delete --project and --user take all of it, once --yes is said", async () => {
  const folder = temporaryFolder();
  await fill(folder);
  const run = (...words: string[]) => runCommand(folder, ["delete", ...words, "--store", "s.db"]);
  const asked = await run("--project", "garden");
  expect(asked).toMatchObject({ exitCode: 2, output: "" });
  expect(asked.errors).toMatch(
    /garden has 2 sessions, which would go to the trash; memories .* Nothing was removed: say --yes/,
  );
  const deleted = await run("--project", "garden", "--yes");
  expect(deleted).toMatchObject({ exitCode: 0, errors: "" });
  expect(deleted.output).toMatch(/^Deleted the project garden\.\nRemoved:\n.*project memories: 1\n/s);
  expect(deleted.output).toMatch(/In the trash:\n {2}sessions: 2\n {2}messages: 2\n/);
  expect(deleted.output).toMatch(/Clean-up erases it after/);
  const erased = ["delete", "--user", "mara", "--erase", "--yes", "--store", "s.db"];
  expect(await runJson(folder, erased)).toMatchObject({
    user_id: "mara",
    erased: true,
    removed: { sessions: 2, messages: 2, command_usage: 1 },
    deleted: true,
  });
  const none = await run("--project", "none");
  expect(none).toMatchObject({ exitCode: 1, errors: "throughline: There is no project none.\n" });
  const nobody = await run("--user", "nobody", "--yes");
  expect(nobody.exitCode).toBe(1);
  expect(nobody.errors).toContain("There is no user nobody.");
  for (const words of [[], ["x", "--user", "mara"], ["--user", "mara", "--project", "garden", "--yes"]]) {
    const refused = await run(...words);
    expect(refused.exitCode).toBe(2);
    expect(refused.errors).toContain("delete takes one of a session");
  }
});

test("projects set renames a project and says which repository it is of", async () => {
  const folder = temporaryFolder();
  await fill(folder);
  const set = ["projects", "set", "garden", "--store", "s.db"];
  const { output } = await runCommand(folder, [...set, "--name", "The garden"]);
  expect(output).toBe("garden (The garden) is the project of no repository.\n");
  expect(await runJson(folder, [...set, "--repository", "https://x:y@example.com/ada/garden"])).toMatchObject(
    { project_id: "garden", name: "The garden", repository: "example.com/ada/garden" },
  );
  expect(await runJson(folder, [...set, "--repository", ""])).toMatchObject({ repository: null });
});
