import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { IgnoreRules } from "./ignore-rules.ts";
import type { Change } from "./waiting-changes.ts";
import { watchFailure } from "./watch-errors.ts";
import { watchFolder } from "./watch-folder.ts";

/** Watches a folder in this process. */
async function watching(
  folder: string,
  record: (changes: readonly Change[]) => Promise<void> = async () => {},
) {
  const seen: string[] = [];
  const told: string[] = [];
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  const ended = watchFolder({
    root: folder,
    folder,
    rules: new IgnoreRules(folder, undefined),
    own: [join(folder, "own.db")],
    wait: 50,
    poll: false,
    signal: stop.signal,
    record: async (changes) => {
      await record(changes);
      seen.push(...changes.map(({ path }) => path));
    },
    tell: (line) => void told.push(line),
    onReady: ready.resolve,
  });
  const end = async (): Promise<void> => {
    stop.abort();
    await ended;
  };
  // A test that has failed leaves nothing running.
  onTestFinished(async () => end().catch(() => undefined));
  await Promise.race([ready.promise, ended]);
  return { seen, told, ended, end };
}

test("links are not followed, folders that come are watched, and our own files are no change", async () => {
  const folder = temporaryFolder();
  symlinkSync(folder, join(folder, "loop"));
  const { seen, end } = await watching(folder);
  writeFileSync(join(folder, "own.db-wal"), "");
  mkdirSync(join(folder, "deep/er"), { recursive: true });
  writeFileSync(join(folder, "deep/er/a.ts"), "1");
  await expect.poll(() => seen, { timeout: 20_000 }).toEqual(["deep/er/a.ts"]);
  rmSync(join(folder, "deep"), { recursive: true });
  await expect.poll(() => seen, { timeout: 20_000 }).toEqual(["deep/er/a.ts", "deep/er/a.ts"]);
  await end();
});

test("a folder that is ignored no longer is watched from then on", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, ".gitignore"), "build/\n");
  mkdirSync(join(folder, "build"));
  const { seen, end } = await watching(folder);
  writeFileSync(join(folder, "build/a"), "1");
  writeFileSync(join(folder, ".gitignore"), "");
  await expect.poll(() => seen, { timeout: 20_000 }).toContain("build/a");
  writeFileSync(join(folder, "build/b"), "1");
  await expect.poll(() => seen, { timeout: 20_000 }).toContain("build/b");
  await end();
});

test("what can't be recorded is tried again, with what came meanwhile", async () => {
  const folder = temporaryFolder();
  let failures = 0;
  const { seen, told, end } = await watching(folder, async () => {
    failures += 1;
    if (failures === 1) throw new Error("The store is away.");
  });
  writeFileSync(join(folder, "a"), "1");
  await expect
    .poll(() => told, { timeout: 20_000 })
    .toEqual(["changes that wait, and are tried again in 1 s: 1. The store is away."]);
  writeFileSync(join(folder, "b"), "1");
  await expect.poll(() => seen, { timeout: 20_000 }).toEqual(expect.arrayContaining(["a", "b"]));
  await end();
});

test("what can't be recorded at the end is said", async () => {
  const folder = temporaryFolder();
  const { told, end } = await watching(folder, async () => {
    throw new Error("The store is away.");
  });
  writeFileSync(join(folder, "a"), "1");
  await expect(end()).rejects.toThrow("The store is away.");
  expect(told.at(-1)).toBe("changes that are not recorded: 1.");
});

test.each([
  ["removed", (folder: string) => rmSync(folder, { recursive: true })],
  ["renamed", (folder: string) => renameSync(folder, `${folder}-moved`)],
])("a folder that is %s ends the watch", async (_, lose) => {
  const folder = join(temporaryFolder(), "workspace");
  mkdirSync(folder);
  writeFileSync(join(folder, "a"), "1");
  const { ended } = await watching(folder);
  lose(folder);
  await expect(ended).rejects.toMatchObject({ code: "not_found", reason: "folder" });
});

test("the system's limits are told with what to do", () => {
  const limit = watchFailure(Object.assign(new Error("no space"), { code: "ENOSPC" }), "/w");
  expect(limit).toMatchObject({ code: "unavailable", reason: "watch_limit" });
  expect(limit.message).toMatch(/max_user_watches.*--poll/);
  expect(watchFailure(new Error("odd"), "/w")).toMatchObject({ reason: "watch" });
});
