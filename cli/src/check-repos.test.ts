import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openThroughline } from "./open-throughline.ts";
import { clearSettings } from "./test/clear-settings.ts";
import { runJson } from "./test/run-command.ts";
import { startServing } from "./test/start-serving.ts";
import { temporaryFolder } from "./test/temporary-folder.ts";

/** A store that knows of two clones, of which one is gone, in two tenants. */
async function fill(folder: string, file: string): Promise<void> {
  clearSettings();
  mkdirSync(join(folder, "here"), { recursive: true });
  const throughline = await openThroughline(`sqlite:${join(folder, file)}`);
  for (const tl of [throughline, throughline.withTenant("other")]) {
    for (const key of ["here", "gone"]) {
      await tl.repoCache.set({ key, url: "https://example.com/a.git", localPath: join(folder, key) });
    }
  }
  await throughline.close();
}

function keysIn({ items }: Readonly<Record<string, unknown>>): readonly string[] {
  return (items as readonly { resource_key: string }[]).map(({ resource_key }) => resource_key).toSorted();
}

test("a server forgets clones that are gone when it starts, and no folder is touched", async () => {
  const folder = temporaryFolder();
  await fill(folder, "a.db");
  const { url, child, ended } = await startServing(folder, "a.db");
  const read = async () =>
    keysIn((await (await fetch(`${url}/repo-cache`)).json()) as Record<string, unknown>);
  await expect.poll(read, { timeout: 20_000 }).toEqual(["here"]);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

test("looking clones up forgets those that are gone, unless other machines may have them, or the settings say never", async () => {
  const folder = temporaryFolder();
  await fill(folder, "a.db");
  const repos = async (environment: Readonly<Record<string, string>>) =>
    keysIn(await runJson(folder, ["repos", "--store", "a.db"], environment));
  const kept: readonly Readonly<Record<string, string>>[] = [
    { THROUGHLINE_REPOS_CHECK: "never" },
    { THROUGHLINE_HOST: "0.0.0.0" },
    { THROUGHLINE_ALLOW_HOSTS: "garden.example.com" },
  ];
  for (const environment of kept) {
    expect(await repos(environment)).toEqual(["gone", "here"]);
  }
  expect(await repos({ THROUGHLINE_HOST: "0.0.0.0", THROUGHLINE_REPOS_CHECK: "always" })).toEqual(["here"]);
  expect(await repos({ THROUGHLINE_TENANT: "other" })).toEqual(["here"]);
});
