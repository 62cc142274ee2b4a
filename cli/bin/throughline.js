#!/usr/bin/env node
// npm links the command before anything is built: in a clone it runs from the sources, published from what was built.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../src/main.ts", import.meta.url));
if (existsSync(source)) {
  const options = ["--conditions=throughline-source", source, ...process.argv.slice(2)];
  const { status, signal } = spawnSync(process.execPath, options, { stdio: "inherit" });
  if (signal !== null) process.kill(process.pid, signal);
  process.exitCode = status ?? 1;
} else {
  await import(new URL("../dist/main.js", import.meta.url).href);
}
