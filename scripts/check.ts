/**
 * Runs all checks in sequence and names those that failed.
 * With `--without-tests` it leaves the tests out, for a caller that runs them itself.
 */
import { spawnSync } from "node:child_process";
import { runCommand } from "./run-command.ts";

const steps = ["format", "lint", "types", "unused", "duplicates", "rules", "capabilities", "packages"];

const failed: string[] = [];
for (const step of steps) {
  const startedAt = performance.now();
  const { succeeded, output } = runCommand("npm", ["run", "--silent", `check:${step}`]);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (!succeeded) {
    failed.push(`check:${step}`);
    console.log(output);
  }
  console.log(`check:${step} ${succeeded ? "passed" : "FAILED"} (${seconds} s)`);
}

if (!process.argv.includes("--without-tests")) {
  const { status } = spawnSync("npm", ["test", "--silent"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) failed.push("test");
}

if (failed.length > 0) {
  console.error(`Failed: ${failed.join(", ")}. Each runs alone with "npm run <name>".`);
  process.exit(1);
}
