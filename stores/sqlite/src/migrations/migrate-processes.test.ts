import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { bundleProgram } from "@throughline/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "./migrate.ts";
import { latestVersion } from "./migrations.ts";
import { readNumber, readRows } from "./schema-database.ts";
import { schemaOf } from "./test/schema-of.ts";

const program = await bundleProgram(join(import.meta.dirname, "test/migrate-process.ts"));
const journals = ["delete", "wal"];

let folder = "";
/** The schema of each version. */
const schemas: unknown[][] = [[]];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "throughline-migrate-"));
  const database = new DatabaseSync(":memory:");
  for (let version = 1; version <= latestVersion; version += 1) {
    await migrate(database, { to: version });
    schemas.push(schemaOf(database));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function newFile(name: string, journal: string): string {
  const file = join(folder, name);
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = ${journal}`);
  database.close();
  return file;
}

/** Starts the program, and waits until it has opened the file. */
async function start(file: string, mode: string): Promise<ChildProcessByStdio<Writable, Readable, Readable>> {
  const child = spawn(process.execPath, [program, file, mode], { stdio: "pipe" });
  await once(child.stdout, "data");
  return child;
}

test.each(journals)(
  "[M11] four processes that start at once make one schema (journal: %s)",
  async (journal) => {
    const file = newFile(`four-${journal}.db`, journal);
    const children = await Promise.all(Array.from({ length: 4 }, () => start(file, "once")));
    const ends = children.map(async (child) => {
      const [output, errors] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, "exit"),
      ]);
      return { code: child.exitCode, output, errors };
    });
    for (const child of children) child.stdin.write("go\n");
    const database = new DatabaseSync(file);
    const ended = await Promise.all(ends);
    const [[incarnation] = []] = readRows(
      database,
      "SELECT value FROM store_info WHERE name = 'incarnation'",
    );
    expect(ended).toEqual(children.map(() => ({ code: 0, output: incarnation, errors: "" })));
    expect(schemaOf(database)).toEqual(schemas[latestVersion]);
    database.close();
  },
);

test.each(journals)("[M11] a killed migration leaves one version whole (journal: %s)", async (journal) => {
  const file = newFile(`killed-${journal}.db`, journal);
  for (let round = 0; round < 8; round += 1) {
    const child = await start(file, "forever");
    const exit = once(child, "exit");
    const delay = Math.random() * 30;
    await sleep(delay);
    child.kill("SIGKILL");
    expect(await exit).toEqual([null, "SIGKILL"]);
    const database = new DatabaseSync(file);
    const version = readNumber(database, "PRAGMA user_version");
    const message = `round ${round}, killed after ${delay} ms at version ${version}`;
    expect(schemaOf(database), message).toEqual(schemas[version]);
    expect(readRows(database, "PRAGMA integrity_check"), message).toEqual([["ok"]]);
    database.close();
  }
  const database = new DatabaseSync(file);
  await migrate(database);
  expect(schemaOf(database)).toEqual(schemas[latestVersion]);
  database.close();
});
