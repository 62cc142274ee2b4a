#!/usr/bin/env node
// npm links the command before anything is built: in a clone it runs from the sources, published from what was built. It is
// CommonJS (see package.json beside it), which starts sooner: an agent waits for its hooks.
const { existsSync } = require("node:fs");

const source = `${__dirname}/../src/main.ts`;
const fitting = nodeThatFits();
if (fitting === undefined) process.exitCode = 1;
else if (existsSync(source)) runFromSources(fitting);
else require(`${__dirname}/../dist/quick-start.cjs`);

/**
 * The Node that runs this; in a clone, where that one is too old, the one that `npm ci` brought. Says so where there is none.
 * @returns {string | undefined}
 */
function nodeThatFits() {
  const { engines } = require("../package.json");
  const [neededMajor, neededMinor] = engines.node.match(/\d+/g).map(Number);
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return process.execPath;
  const ofClone = `${__dirname}/../../node_modules/node/bin/node`;
  if (existsSync(source) && existsSync(ofClone)) return ofClone;
  process.stderr.write(
    `throughline: Node ${neededMajor}.${neededMinor} or newer is needed, and this is Node ${process.versions.node}.\n`,
  );
  return undefined;
}

/** @param {string} node */
function runFromSources(node) {
  const { spawn } = require("node:child_process");
  const options = ["--conditions=throughline-source", source, ...process.argv.slice(2)];
  const command = spawn(node, options, { stdio: "inherit" });
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
