/** Several processes write to one schema: nothing is lost or doubled, and nobody starves. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { guardStore } from "@throughline/core";
import { bundleProgram, testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { expect, test } from "vitest";
import { postgresStore } from "./postgres-store.ts";
import type { HotWriterReport } from "./test/hot-writer.ts";
import { dropSchema } from "./test/raw-connection.ts";
import { tenant } from "./test/records.ts";

const program = await bundleProgram(join(import.meta.dirname, "test/hot-writer.ts"));
const WRITERS = 8;
const MILLISECONDS = 2_000;

async function runWriters(schema: string): Promise<HotWriterReport[]> {
  const children = Array.from({ length: WRITERS }, (_, index) =>
    spawn(process.execPath, [program, testPostgresUrl(), schema, `w${index}`, String(MILLISECONDS)], {
      stdio: ["pipe", "pipe", "inherit"],
    }),
  );
  // A process that fails says nothing, and ends.
  const begun = await Promise.all(
    children.map((child) => Promise.race([once(child.stdout, "data"), once(child, "exit")])),
  );
  expect(begun.map(String)).toEqual(Array(WRITERS).fill("ready\n"));
  for (const { stdin } of children) stdin.end("go\n");
  return Promise.all(children.map(async ({ stdout }) => JSON.parse(await text(stdout)) as HotWriterReport));
}

test("[C4, C20, M8] eight processes append to one session and to their own, and change one record", async () => {
  const schema = testPostgresSchema();
  try {
    const reports = await runWriters(schema);
    const store = guardStore(await postgresStore({ url: testPostgresUrl(), schema }));
    const keys = ["shared", ...reports.map((_, index) => `w${index}`)].map((id) => [id]);
    const counts = keys.map((prefix) => ({ type: "count", kind: "messages", shape: "key", prefix }) as const);
    const { answers } = await store.read({
      tenant,
      requests: [{ type: "get", kind: "sessions", keys, select: "all" }, ...counts],
    });
    const [sessions, ...counted] = answers;
    const lasts = sessions.map((row) => row?.lastSeq);
    const shown = JSON.stringify(reports);
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    expect(counted).toEqual(lasts);
    expect(sum(lasts.map(Number)), shown).toBe(sum(reports.map(({ appended }) => appended)));
    expect(sessions[0]?.forks, shown).toBe(sum(reports.map(({ changed }) => changed)));
    expect(await store.check()).toEqual([]);
    await store.close();
    // Bounds for a busy machine of two slow cores.
    expect(Math.min(...reports.map(({ appended }) => appended)), shown).toBeGreaterThan(0);
    expect(Math.max(...reports.map(({ longestMs }) => longestMs)), shown).toBeLessThan(8_000);
  } finally {
    await dropSchema(schema);
  }
});
