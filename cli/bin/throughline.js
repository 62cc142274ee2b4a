#!/usr/bin/env node
// npm links the command before anything is built: in a clone it runs from the sources, published from what was built. It is
// CommonJS (see package.json beside it), which starts sooner: an agent waits for its hooks.
const { existsSync } = require("node:fs");

const source = `${__dirname}/../src/main.ts`;
if (existsSync(source)) runFromSources();
else require(`${__dirname}/../dist/quick-start.cjs`);

function runFromSources() {
  const { spawn } = require("node:child_process");
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
}
