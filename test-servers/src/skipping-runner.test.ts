import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));
const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** What the project of a scratch run finds where its server should be. */
const missing = 'throw new MissingServerError("a server that nobody installed");';
const broken = 'throw new Error("the server did not start");';
const found = 'return { url: "postgres://127.0.0.1:1/", description: "PostgreSQL 0 (planted)" };';

type Outcome = { status: number | null; output: string; results: string[] };

/** Runs vitest over a file of which every part fails if it runs without a server. */
async function runProject(start: string, environment: Record<string, string>): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "throughline-skipping-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await symlink(modules, join(folder, "node_modules"), "junction");
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  await mkdir(join(folder, "tests"));
  await writeFile(
    join(folder, "setup.ts"),
    `import { MissingServerError } from ${JSON.stringify(join(here, "missing-server.ts"))};
     import { provideServer } from ${JSON.stringify(join(here, "run-server.ts"))};
     export const setup = (project) => provideServer(project, "postgres", "planted", async () => { ${start} });`,
  );
  await writeFile(
    join(folder, "tests/scratch.test.ts"),
    `import { beforeAll, describe, expect, inject, test } from "vitest";
     const needsServer = () => expect(inject("postgres")).toHaveProperty("url");
     beforeAll(needsServer);
     test("first", needsServer);
     describe("inner", () => { beforeAll(needsServer); test("second", needsServer); });`,
  );
  const settings = { globalSetup: ["./setup.ts"], runner: join(here, "skipping-runner.ts") };
  await writeFile(
    join(folder, "vitest.config.ts"),
    `export default { test: ${JSON.stringify({ ...settings, reporters: ["verbose"] })} };`,
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(modules, "vitest/vitest.mjs"), "run"],
    { cwd: folder, encoding: "utf8", env: { ...process.env, CI: "", ...environment } },
  );
  const results = /Tests\s+(.*)/.exec(stripColours(stdout))?.[1]?.split(" | ") ?? [];
  return { status, output: stripColours(stdout + stderr), results };
}

function stripColours(text: string): string {
  // oxlint-disable-next-line no-control-regex -- that is how a terminal's colours begin
  return text.replaceAll(/\u001B\[[0-9;]*m/g, "");
}

test("where the server is missing, tests are skipped with the reason, and no hook runs", async () => {
  const { status, output, results } = await runProject(missing, {});
  expect(results.join()).toContain("2 skipped");
  expect(results.join()).not.toMatch(/passed|failed/);
  expect(output).toContain("needs a server that nobody installed");
  expect(status).toBe(0);
});

test("where nothing may be missing, the file fails with the reason", async () => {
  const { status, output } = await runProject(missing, { CI: "true" });
  expect(output).toContain("a server that nobody installed");
  expect(output).toMatch(/Test Files\s+1 failed/);
  expect(status).toBe(1);
});

test("a server that is there but does not start is never a skip", async () => {
  const { status, output } = await runProject(broken, {});
  expect(output).toContain("the server did not start");
  expect(output).toMatch(/Test Files\s+1 failed/);
  expect(status).toBe(1);
});

test("where the server is there, tests run, and the console names it", async () => {
  const { status, output, results } = await runProject(found, {});
  expect(output).toContain("PostgreSQL 0 (planted)");
  expect(results.join()).toContain("2 passed");
  expect(status).toBe(0);
});
