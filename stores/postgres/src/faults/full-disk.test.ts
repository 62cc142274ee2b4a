/** A server whose disk is full: what can't be written is refused, and writes go on once there is room. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ToldHistory,
  beginHistory,
  findBrokenPromises,
  testKinds,
  writeEntry,
} from "@throughline/conformance";
import { guardStore, isThroughlineError } from "@throughline/core";
import { startOrSkip, startPostgres } from "@throughline/test-servers";
import { type TestContext, expect, onTestFinished, test } from "vitest";
import { postgresStore } from "../postgres-store.ts";
import { withClient } from "../test/raw-connection.ts";

/** A folder on a disk of its own that is small, but holds a new server, with its programs if they have to be copied. */
function mountDisk(context: TestContext): string {
  const disk = mkdtempSync(join(tmpdir(), "throughline-full-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=400m,mode=755", "tmpfs", disk], { stdio: "ignore" });
  } catch {
    rmdirSync(disk);
    context.skip("no small disk can be mounted here");
  }
  onTestFinished(() => {
    execFileSync("umount", ["--lazy", disk]);
    rmdirSync(disk);
  });
  return disk;
}

/** Writes zeros until nothing more fits. */
function fillDisk(path: string): void {
  const file = openSync(path, "w");
  try {
    for (const size of [1_048_576, 4_096]) writeUntilFull(file, Buffer.alloc(size));
  } finally {
    closeSync(file);
  }
}

function writeUntilFull(file: number, content: Buffer): void {
  try {
    while (writeSync(file, content) === content.length);
  } catch {
    // That it fails is what it is for.
  }
}

async function openOnSmallDisk(context: TestContext) {
  const disk = mountDisk(context);
  const server = await startOrSkip(context, () => startPostgres({ parentFolder: disk }));
  onTestFinished(() => server.stop());
  const raw = await postgresStore({ url: server.url, schema: "small", kinds: testKinds });
  const store = guardStore(raw, { resendForMs: 1_000 });
  onTestFinished(() => store.close());
  await beginHistory(store, "h");
  const told = new ToldHistory();
  const write = async (id: string): Promise<void> => {
    told.acknowledged.set(id, await writeEntry(store, "h", id));
  };
  return { server, store, told, write, filler: join(disk, "filler") };
}

test("[C1, C38] a full disk refuses commits whole; they work again when there is room", async (context) => {
  const { store, told, write, filler } = await openOnSmallDisk(context);
  await write("first");
  fillDisk(filler);
  const reasons = new Set<string>();
  for (let count = 0; told.refused.size < 10 && count < 5_000; count += 1) {
    const id = `full-${count}`;
    try {
      await write(id);
    } catch (error) {
      if (!isThroughlineError(error)) throw error;
      told.refused.add(id);
      reasons.add(`${error.code} ${error.reason} ${error.outcome} ${error.retryable}`);
    }
  }
  expect(told.refused.size).toBe(10);
  expect([...reasons]).toEqual(["unavailable disk_full refused true"]);
  const { answers } = await store.read({
    tenant: "t",
    requests: [{ type: "get", kind: "sessions", keys: [["h"]] }],
  });
  expect(answers[0][0]?.["messageCount"]).toBeGreaterThan(0);
  rmSync(filler);
  await write("last");
  expect(await findBrokenPromises(store, "h", told)).toEqual([]);
});

test("[M5] a server that stops because its log can't grow loses nothing, and takes the rest when it is back", async (context) => {
  const { server, store, told, write, filler } = await openOnSmallDisk(context);
  for (let count = 0; count < 20; count += 1) await write(`before-${count}`);
  fillDisk(filler);
  // The next commit needs a new file of the log.
  await withClient((client) => client.query("SELECT pg_switch_wal()"), server.url);
  const error: unknown = await write("between").catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "unavailable", outcome: "unknown", retryable: true });
  rmSync(filler);
  await server.restart();
  await write("between");
  await write("last");
  expect(await findBrokenPromises(store, "h", told)).toEqual([]);
});
