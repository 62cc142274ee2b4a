import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

test("config shows what holds and where it came from, without secrets", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "throughline.toml");
  writeFileSync(
    path,
    'tenant = "acme"\n[storage]\nconnection_string = "postgres://me:${SECRET}@h/d"\nauto_save = false\nmin_pool_size = 6\nmax_pool_size = 7\n',
  );
  const { exitCode, output, errors } = await runCommand(folder, ["config", "--json"], {
    SECRET: "geheim",
    THROUGHLINE_PORT: "9000",
  });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  expect(JSON.parse(output)).toMatchObject({ file: path });
  const { items } = JSON.parse(output) as { items: { name: string }[] };
  const item = (name: string) => items.find((candidate) => candidate.name === name);
  expect(item("store")).toEqual({
    name: "store",
    value: "postgres://me:***@h/d",
    source: "file",
    from: `${path}: storage.connection_string`,
  });
  expect(item("tenant")).toMatchObject({ value: "acme", source: "file", from: `${path}: tenant` });
  expect(item("port")).toMatchObject({ value: 9000, source: "environment", from: "THROUGHLINE_PORT" });
  expect(item("durability")).toMatchObject({ value: "power-loss", source: "default", from: null });
  expect(item("storage.auto_save")).toMatchObject({
    value: false,
    note: expect.stringContaining("no effect") as string,
  });
  expect(item("storage.max_pool_size")).toEqual({
    name: "storage.max_pool_size",
    value: 7,
    source: "file",
    from: `${path}: storage.max_pool_size`,
  });
  expect(item("storage.min_pool_size")).toMatchObject({
    note: expect.stringContaining("no effect") as string,
  });
  const people = await runCommand(folder, ["config", "--store", "memory:"], { SECRET: "geheim" });
  expect(people.output).toMatch(/^store +memory: +--store$/m);
  expect(people.output + people.errors).not.toContain("geheim");
});

test("config agrees with the other commands on what a store is", async () => {
  const folder = temporaryFolder();
  const path = await runCommand(folder, ["config"], { THROUGHLINE_STORE: "./x.db" });
  expect(path.output).toMatch(/^store +sqlite:\.\/x\.db +THROUGHLINE_STORE$/m);
  expect(await runCommand(folder, ["sessions"], { THROUGHLINE_STORE: "./x.db" })).toMatchObject({
    exitCode: 0,
  });
  const word = await runCommand(folder, ["config"], { THROUGHLINE_STORE: "sessions" });
  expect(word.output).toMatch(/^store +sessions +THROUGHLINE_STORE \(refused: .*no URL of a store/m);
  expect(await runCommand(folder, ["sessions"], { THROUGHLINE_STORE: "sessions" })).toMatchObject({
    exitCode: 2,
  });
});

test("a long value makes no other line longer", async () => {
  const store = `sqlite:/${"long/".repeat(20)}x.db`;
  const { output } = await runCommand(temporaryFolder(), ["config", "--store", store]);
  const [wide = "", ...lines] = output.split("\n").toSorted((one, other) => other.length - one.length);
  expect(wide).toContain(`${store}  --store`);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});
