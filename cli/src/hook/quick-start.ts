/** What the published program begins with, in one small file: most of a hook's time is that of starting. */
import { answerHook } from "./answer-hook.ts";
import { endAtOnce } from "./end-at-once.ts";
import { isHookCall, isRecordingCall } from "./hook-arguments.ts";

/** Beside this one when both are built; by a variable, so that it stays a file of its own. */
const wholeProgram = "./main.js";

async function start([...args]: readonly string[]): Promise<void> {
  // Everything but a hook whose event is only kept.
  if (!isHookCall(args) || isRecordingCall(args)) return void (await import(wholeProgram));
  if (await answerHook(args.slice(1))) endAtOnce();
}

void start(process.argv.slice(2));
