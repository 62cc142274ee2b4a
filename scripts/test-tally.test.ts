import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { repositoryRoot } from "./list-packages.ts";
import { formatTally } from "./test-tally.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "throughline-tally-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs vitest, with our configuration, over one test file in a folder of its own. */
async function runTests(source: string): Promise<{ status: number | null; lines: string[]; errors: string }> {
  await cp(join(repositoryRoot, "scripts"), join(folder, "scripts"), {
    recursive: true,
    filter: (path) => !path.endsWith(".test.ts"),
  });
  for (const file of ["vitest.config.ts", "test-servers/src/programs-setup.ts"]) {
    await cp(join(repositoryRoot, file), join(folder, file));
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "scratch", type: "module" }));
  await symlink(join(repositoryRoot, "node_modules"), join(folder, "node_modules"), "junction");
  await writeFile(
    join(folder, "scripts/scratch.test.ts"),
    `import { describe, beforeAll, test } from "vitest";\n${source}`,
  );
  const vitest = join(folder, "node_modules/vitest/vitest.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, "run"], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, lines: stdout.trimEnd().split("\n"), errors: stderr };
}

test("passes and skips end the run well, skips with their reasons before the last line", async () => {
  const { status, lines } = await runTests(`
    test("one", () => {});
    test("two", (context) => context.skip("there is no server"));
  `);
  expect(lines.slice(-2)).toEqual(["skipped: two (there is no server)", "1 passed, 0 failed, 1 skipped"]);
  expect(lines.filter((line) => /^\d+ passed, \d+ failed/.test(line))).toHaveLength(1);
  expect(lines.join("\n")).toMatch(/Databases: SQLite 3\./);
  expect(status).toBe(0);
});

test("a failing test, a broken suite and an unhandled error are failures", async () => {
  const { status, lines } = await runTests(`
    test("fails", () => { throw new Error("planted"); });
    describe("broken", () => {
      beforeAll(() => { throw new Error("planted"); });
      test("never runs", () => {});
    });
    test("leaves an error behind", () => { void Promise.reject(new Error("planted")); });
  `);
  expect(lines.at(-1)).toBe("1 passed, 3 failed, 1 skipped");
  expect(status).toBe(1);
});

test("a worker that dies is a failure, and says which file it was at", async () => {
  const { status, lines, errors } = await runTests(`
    test("dies", async () => {
      process.kill(process.pid, "SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });
  `);
  expect(lines.at(-1)).toBe("0 passed, 2 failed");
  expect(errors).toMatch(/exited unexpectedly with signal SIGKILL.*scripts\/scratch\.test\.ts/);
  expect(status).toBe(1);
});

test("a file that does not load is a failure", async () => {
  const { status, lines } = await runTests(`import "./does-not-exist.ts";`);
  expect(lines.at(-1)).toBe("0 passed, 1 failed");
  expect(status).toBe(1);
});

test("without skips the line has two numbers", () => {
  expect(formatTally({ passed: 3, failed: 0, skipped: [] })).toBe("3 passed, 0 failed\n");
});
