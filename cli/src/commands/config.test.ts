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
    'tenant = "acme"\n[storage]\nconnection_string = "postgres://me:${SECRET}@h/d"\nauto_save = false\n',
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
  const people = await runCommand(folder, ["config", "--store", "memory:"], { SECRET: "geheim" });
  expect(people.output).toMatch(/^store +memory: +--store$/m);
  expect(people.output + people.errors).not.toContain("geheim");
});
