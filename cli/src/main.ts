#!/usr/bin/env node
/** The command `throughline`. Whatever a command needs is loaded when it runs, so that help is quick. */
import { endQuietlyOnBrokenPipe } from "./terminal/broken-pipe.ts";
import { runProgram } from "./program.ts";

endQuietlyOnBrokenPipe();
process.exitCode = await runProgram(process.argv);
