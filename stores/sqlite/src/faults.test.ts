/** What the store says, and keeps, when the file or the disk is not as it should be. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GuardedStore, type ThroughlineError, guardStore } from "@throughline/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase } from "./driver.ts";
import { type SqliteStoreOptions, sqliteStore } from "./sqlite-store.ts";
import { insertSession, newMessage, tenant } from "./test/records.ts";

let folder = "";
let path = "";
let stores: GuardedStore[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-faults-"));
  path = join(folder, "store.db");
  stores = [];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  rmSync(folder, { recursive: true });
});

async function open(options: Partial<SqliteStoreOptions> = {}): Promise<GuardedStore> {
  const store = guardStore(await sqliteStore({ path, ...options }));
  stores.push(store);
  return store;
}

async function append(store: GuardedStore, id: string, content = ""): Promise<unknown> {
  const messages = [newMessage({ id, content })];
  const writes = [
    insertSession({ id: "s" }),
    { type: "append", session: ["s"], messages, exists: "fail" },
  ] as const;
  return (await store.commit({ tenant, writes })).position;
}

async function readIds(store: GuardedStore): Promise<unknown[]> {
  const request = {
    type: "query",
    kind: "messages",
    shape: "key",
    prefix: ["s"],
    direction: "forward",
    limit: 1_000,
  } as const;
  return (await store.read({ tenant, requests: [request] })).answers[0].rows.map(({ id }) => id);
}

/** How a call was refused. */
async function reasonOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { code, reason, outcome } = error as ThroughlineError;
    return `${code} ${String(reason)} ${String(outcome)}`;
  }
  return "nothing was refused";
}

test("a new file and its folder belong to their owner alone", async () => {
  path = join(folder, "new", "folder", "store.db");
  await append(await open(), "a");
  expect(statSync(join(folder, "new")).mode & 0o777).toBe(0o700);
  for (const name of [path, `${path}-wal`, `${path}-shm`])
    expect(statSync(name).mode & 0o777, name).toBe(0o600);
});

test("a folder is not a database", async () => {
  mkdirSync(path);
  expect(await reasonOf(open())).toBe("unavailable cannot_open refused");
});

test("a file in the place of the folder", async () => {
  writeFileSync(path, "");
  path = join(path, "store.db");
  expect(await reasonOf(open())).toBe("unavailable cannot_open refused");
});

test("a file that is no database is left as it was", async () => {
  const text = "This is a letter, not a database. ".repeat(100);
  writeFileSync(path, text);
  expect(await reasonOf(open())).toBe("unavailable not_a_database refused");
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("a database of another program is left as it was", async () => {
  const other = openDatabase(path, { readOnly: false });
  other.exec("CREATE TABLE songs (title TEXT)");
  other.close();
  const before = readFileSync(path);
  expect(await reasonOf(open())).toBe("unavailable not_a_throughline_database refused");
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("an empty file becomes a store", async () => {
  writeFileSync(path, "");
  expect(await append(await open(), "a")).toBe(1);
});

test("a truncated file is damaged", async () => {
  const store = await open();
  for (let index = 0; index < 50; index += 1) await append(store, `m${index}`, "x".repeat(5_000));
  await store.close();
  truncateSync(path, Math.floor(statSync(path).size / 2));
  const reasons: string[] = [];
  try {
    const damaged = await open();
    reasons.push(await reasonOf(readIds(damaged)), await reasonOf(append(damaged, "new")));
    expect((await damaged.check()).map(({ problem }) => problem)).toContain("damaged_file");
  } catch (error) {
    reasons.push(`unavailable ${String((error as ThroughlineError).reason)} refused`);
  }
  expect(reasons).toContain("unavailable damaged refused");
});

test("pages that were overwritten are found, and tell so", async () => {
  await (await open()).close();
  // What is there before any record is the schema, without which nothing opens.
  const schemaSize = statSync(path).size;
  const store = await open();
  for (let index = 0; index < 50; index += 1) await append(store, `m${index}`, "x".repeat(5_000));
  await store.close();
  const file = openSync(path, "r+");
  const size = statSync(path).size;
  for (let offset = schemaSize; offset + 4_096 <= size; offset += 4_096)
    writeSync(file, Buffer.alloc(4_096, 0xa5), 0, 4_096, offset);
  closeSync(file);
  const damaged = await open();
  expect(await reasonOf(readIds(damaged))).toBe("unavailable damaged refused");
  expect((await damaged.check()).length).toBeGreaterThan(0);
});

test("a store that is open for reading reads, and refuses the rest", async () => {
  const writer = await open();
  await append(writer, "a");
  const reader = await open({ readOnly: true });
  expect(await readIds(reader)).toEqual(["a"]);
  expect(await reasonOf(append(reader, "b"))).toBe("unavailable read_only refused");
  await append(writer, "c");
  expect(await readIds(reader)).toEqual(["a", "c"]);
});

test("opening for reading makes nothing", async () => {
  expect(await reasonOf(open({ readOnly: true }))).toBe("unavailable cannot_open refused");
  expect(() => statSync(path)).toThrow("ENOENT");
});

test("a file that may not be written is refused, and works when it may again", async (context) => {
  await (await open()).close();
  chmodSync(path, 0o400);
  // The administrator may write everything.
  if (process.getuid?.() === 0) context.skip("permissions don't bind this user");
  expect(await reasonOf(open())).toBe("unavailable read_only refused");
  chmodSync(path, 0o600);
  expect(await append(await open(), "a")).toBe(1);
});

test("another connection's lock delays commits, and no reads", async () => {
  const store = await open();
  await append(store, "a");
  const other = openDatabase(path, { readOnly: false });
  other.exec("BEGIN EXCLUSIVE");
  const commit = append(store, "b");
  expect(await readIds(store)).toEqual(["a"]);
  const aborted = store.commit(
    { tenant, writes: [insertSession({ id: "t" })] },
    { signal: AbortSignal.timeout(30) },
  );
  await expect(aborted).rejects.toThrow("timeout");
  setTimeout(() => other.exec("COMMIT"), 50);
  expect(await commit).toBe(2);
  expect(await readIds(store)).toEqual(["a", "b"]);
  other.close();
});

test("a full disk refuses commits whole; they work again when there is room", async (context) => {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], { stdio: "ignore" });
  } catch {
    context.skip("no small disk can be mounted here");
  }
  try {
    path = join(disk, "store.db");
    const store = await open();
    expect(await append(store, "first")).toBe(1);
    const filler = join(disk, "filler");
    fillDisk(filler);
    const refused: string[] = [];
    for (let index = 0; index < 5; index += 1)
      refused.push(await reasonOf(append(store, `full-${index}`, "x".repeat(400_000))));
    expect(new Set(refused)).toEqual(new Set(["unavailable disk_full refused"]));
    expect(await readIds(store)).toEqual(["first"]);
    rmSync(filler);
    expect(await append(store, "last", "x".repeat(100_000))).toBe(2);
    expect(await readIds(store)).toEqual(["first", "last"]);
    expect(await store.check()).toEqual([]);
    await store.close();
  } finally {
    execFileSync("umount", ["--lazy", disk]);
  }
});

/** Writes zeros until nothing more fits. */
function fillDisk(file: string): void {
  const descriptor = openSync(file, "w");
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(4_096));
  } catch {
    closeSync(descriptor);
  }
}

test("options that make no sense are refused", async () => {
  expect(await reasonOf(sqliteStore({ path: "" }))).toBe("invalid option undefined");
  expect(await reasonOf(sqliteStore({ path: ":memory:" }))).toBe("invalid option undefined");
  expect(await reasonOf(sqliteStore({ path, durability: "most" as "power-loss" }))).toBe(
    "invalid option undefined",
  );
  expect(await reasonOf(sqliteStore({ path, sync: true } as SqliteStoreOptions))).toBe(
    "invalid option undefined",
  );
});
