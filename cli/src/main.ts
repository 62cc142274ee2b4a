#!/usr/bin/env node
/** The command `throughline`. Whatever a command needs is loaded when it runs, so that help is quick. */
import { isHookCall } from "./hook/hook-arguments.ts";
import { describeOldNode } from "./package-facts.ts";
import { watchOutput } from "./terminal/watch-output.ts";
import { runProgram } from "./program.ts";

watchOutput();
const problem = describeOldNode(process.versions.node);
if (isHookCall(process.argv.slice(2)))
  await (await import("./hook/run-hook.ts")).runHook(process.argv.slice(3));
else if (problem === undefined) process.exitCode = await runProgram(process.argv);
else {
  process.stderr.write(`throughline: ${problem} See https://nodejs.org.\n`);
  process.exitCode = 1;
}
