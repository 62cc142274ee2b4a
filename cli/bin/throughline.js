#!/usr/bin/env node
// npm links the command before anything is built: in a clone it runs from the sources, published from what was built.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../src/main.ts", import.meta.url));
if (existsSync(source)) {
  const options = ["--conditions=throughline-source", source, ...process.argv.slice(2)];
  const command = spawn(process.execPath, options, { stdio: "inherit" });
  // The command decides how it ends, and this process waits for it. A terminal sends Ctrl-C to both.
  process.on("SIGINT", () => {
    if (!process.stdin.isTTY) command.kill("SIGINT");
  });
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => command.kill(signal));
  command.on("exit", (status, signal) => {
    process.exitCode = status ?? 1;
    if (signal === null) return;
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
} else {
  await import(new URL("../dist/main.js", import.meta.url).href);
}
