/** Drivers are optional: whoever uses such a store without its driver is told what to install. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isolated } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

/** Makes Node answer as it does where a package is not installed. */
const hide = (name: string) => `
import { registerHooks } from "node:module";
registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== ${JSON.stringify(name)} && !specifier.startsWith(${JSON.stringify(`${name}/`)})) {
      return next(specifier, context);
    }
    return next("package-that-is-not-installed", context);
  },
});
`;

test.each([
  ["pg", "postgres://me:geheim@127.0.0.1:1/d"],
  ["mongodb", "mongodb://me:geheim@127.0.0.1:1/d"],
])("without the driver %s its store says what to install, and all others work", (driver, store) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "hide.mjs"), hide(driver));
  const run = (url: string, command = "sessions") =>
    spawnSync(
      process.execPath,
      ["--conditions=throughline-source", "--import", "./hide.mjs", main, command, "--store", url],
      { cwd: folder, env: isolated(folder), encoding: "utf8" },
    );
  const { status, stdout, stderr } = run(store);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^throughline: The driver of \w+ is missing[^\n]*\n$/);
  expect(stderr).toContain(`npm install ${driver}`);
  const diagnosis = run(store, "doctor");
  expect(diagnosis.status).toBe(1);
  expect(diagnosis.stdout).toMatch(/^Problem: The driver of .*\n {2}What to do: Install it /m);
  expect(run("memory:").status).toBe(0);
  expect(run("sqlite:a.db", "import").status).toBe(0);
});
