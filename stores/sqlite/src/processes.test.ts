/** Several processes append to one file: nothing is lost or doubled, and nobody starves. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { guardStore } from "@throughline/core";
import { bundleProgram } from "@throughline/test-servers";
import { expect, test } from "vitest";
import { sqliteStore } from "./sqlite-store.ts";
import { tenant } from "./test/records.ts";

const program = await bundleProgram(join(import.meta.dirname, "test/hot-writer.ts"));
const WRITERS = 4;
/** What each of them has to get done while the others never rest. How evenly they share is for the benchmarks. */
const COMMITS = 100;

/** Starts writers, stops all of them once each has made its commits, and answers how many each of them made. */
async function runWriters(path: string): Promise<number[]> {
  const writers = Array.from({ length: WRITERS }, (_, index) => {
    const args = [program, path, `w${index}`];
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    return { child, lines: createInterface(child.stdout) };
  });
  // A process that fails says nothing, and ends.
  const begun = await Promise.all(
    writers.map(({ child, lines }) => Promise.race([once(lines, "line"), once(child, "exit")])),
  );
  expect(begun.map(String)).toEqual(Array(WRITERS).fill("ready"));
  const counts = Array<number>(WRITERS).fill(0);
  const ended = Promise.all(writers.map(({ child }) => once(child, "close")));
  const enough = Promise.withResolvers<void>();
  for (const [index, { child, lines }] of writers.entries()) {
    lines.on("line", (line) => {
      counts[index] = Number(line);
      if (Math.min(...counts) >= COMMITS) enough.resolve();
    });
    child.stdin.write("go\n");
  }
  await Promise.race([enough.promise, ended]);
  for (const { child } of writers) child.stdin.end();
  expect((await ended).map(([code]: unknown[]) => code)).toEqual(Array(WRITERS).fill(0));
  return counts;
}

test("[C20] four processes append to one session and to their own", async () => {
  const folder = await mkdtemp(join(tmpdir(), "throughline-processes-"));
  const path = join(folder, "store.db");
  try {
    const commits = await runWriters(path);
    const store = guardStore(await sqliteStore({ path }));
    const keys = ["shared", "w0", "w1", "w2", "w3"].map((id) => [id]);
    const counts = keys.map((prefix) => ({ type: "count", kind: "messages", shape: "key", prefix }) as const);
    const { answers } = await store.read({
      tenant,
      requests: [{ type: "get", kind: "sessions", keys }, ...counts],
    });
    const [sessions, ...counted] = answers;
    const lasts = sessions.map((row) => row?.lastSeq);
    expect(counted).toEqual(lasts);
    expect(lasts.reduce((sum: number, last) => sum + Number(last), 0)).toBe(
      commits.reduce((sum, count) => sum + count, 0),
    );
    expect(await store.check()).toEqual([]);
    await store.close();
    expect(Math.min(...commits)).toBeGreaterThanOrEqual(COMMITS);
  } finally {
    await rm(folder, { recursive: true });
  }
});
