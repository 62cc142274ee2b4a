import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { gardenStore } from "../test/garden-store.ts";
import { runCommand, runJson } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

test("doctor says what it sees, what is wrong and what to do", async () => {
  const { folder, store } = await gardenStore();
  const file = join(folder, "garden.db");
  expect(await runJson(folder, ["doctor", "--store", store])).toMatchObject({
    store,
    durability: "power-loss",
    node: process.versions.node,
    sqlite: process.versions.sqlite,
    file: { path: file, mode: "0600", schema_version: 3 },
    problems: [],
    warnings: [],
  });
  chmodSync(file, 0o644);
  const open = await runCommand(folder, ["doctor", "--store", store]);
  expect(open.exitCode).toBe(0);
  expect(open.output).toMatch(/^Warning: Other users .* \(mode 0644\)\.\n {2}What to do: chmod 600 /m);
  writeFileSync(file, "x".repeat(9_000));
  const broken = await runCommand(folder, ["doctor", "--store", store]);
  expect(broken.exitCode).toBe(1);
  expect(broken.output).toMatch(
    /^Problem: This file is not an SQLite database.*\n {2}What to do: Choose another file with --store, or restore a backup/m,
  );
});

test("doctor advises no change of what is no database of ours", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "folder.db"));
  chmodSync(join(folder, "folder.db"), 0o777);
  writeFileSync(join(folder, "text.db"), "user:x:1000\n".repeat(100));
  const other = new DatabaseSync(join(folder, "other.db"));
  other.exec("CREATE TABLE recipes (name TEXT)");
  other.close();
  for (const [name, problem] of [
    ["folder.db", "cannot_open"],
    ["text.db", "not_a_database"],
    ["other.db", "not_a_throughline_database"],
  ] as const) {
    if (name !== "folder.db") chmodSync(join(folder, name), 0o644);
    const { exitCode, output } = await runCommand(folder, ["doctor", "--store", name, "--json"]);
    expect(exitCode).toBe(1);
    expect(JSON.parse(output)).toMatchObject({ problems: [{ problem }], warnings: [] });
    expect(output).not.toMatch(/chmod|docs\//);
  }
});

test("doctor makes no database", async () => {
  const folder = temporaryFolder();
  const diagnosis = await runJson(folder, ["doctor"]);
  expect(diagnosis).toMatchObject({ problems: [], warnings: [{ problem: "no_database" }] });
  expect(readdirSync(folder)).toEqual([]);
});
