/** Eight processes append to one tenant: nothing is lost or doubled, positions have no gaps, and nobody starves. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { guardStore } from "@throughline/core";
import { bundleProgram } from "@throughline/test-servers";
import { expect, test } from "vitest";
import { mongodbStore } from "./mongodb-store.ts";
import type { HotWriterReport } from "./test/hot-writer-report.ts";
import { testTenant as tenant } from "./test/records.ts";
import { dropDatabase, newDatabaseUrl } from "./test/test-database.ts";

const program = await bundleProgram(join(import.meta.dirname, "test/hot-writer.ts"));
const writers = Array.from({ length: 8 }, (_, index) => `w${index}`);
const MILLISECONDS = 4_000;

async function runWriters(url: string): Promise<HotWriterReport[]> {
  const children = writers.map((writer) =>
    spawn(process.execPath, [program, url, writer, String(MILLISECONDS)], {
      stdio: ["pipe", "pipe", "inherit"],
    }),
  );
  // A process that fails says nothing, and ends.
  const begun = await Promise.all(
    children.map((child) => Promise.race([once(child.stdout, "data"), once(child, "exit")])),
  );
  expect(begun.map(String)).toEqual(writers.map(() => "ready\n"));
  for (const { stdin } of children) stdin.end("go\n");
  return Promise.all(children.map(async ({ stdout }) => JSON.parse(await text(stdout)) as HotWriterReport));
}

test("[C4, C20, F6, M8] eight processes append to one session and to their own", async () => {
  const url = newDatabaseUrl();
  try {
    const reports = await runWriters(url);
    const store = guardStore(await mongodbStore({ url }));
    const keys = ["shared", ...writers].map((id) => [id]);
    const counts = keys.map((prefix) => ({ type: "count", kind: "messages", shape: "key", prefix }) as const);
    const { position, answers } = await store.read({
      tenant,
      requests: [{ type: "get", kind: "sessions", keys }, ...counts],
    });
    const [sessions, ...counted] = answers;
    const lasts = sessions.map((row) => row?.lastSeq);
    expect(counted).toEqual(lasts);
    const commits = reports.map((report) => report.commits);
    const appended = commits.reduce((sum, count) => sum + count, 0);
    expect(lasts.reduce((sum: number, last) => sum + Number(last), 0)).toBe(appended);
    // Each append is a position, and so is each session, which all but the first writer found there.
    expect(position).toBe(appended + keys.length);
    expect(await store.check()).toEqual([]);
    await store.close();
    // oxlint-disable-next-line no-console -- How serial a tenant's commits are is worth seeing.
    console.info(
      `${appended} commits in ${MILLISECONDS} ms by ${writers.length} processes: ${commits.join(", ")}`,
    );
    expect(Math.min(...commits), JSON.stringify(reports)).toBeGreaterThan(0);
  } finally {
    await dropDatabase(url);
  }
});
