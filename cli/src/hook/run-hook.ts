import { answerHook, messageOf, tell } from "./answer-hook.ts";
import { endAtOnce } from "./end-at-once.ts";
import { isRecordingCall, readHookArguments } from "./hook-arguments.ts";

/** Carries out a call of `throughline hook` by an agent, whichever it is: the agent goes on whatever happens. */
export async function runHook(words: readonly string[]): Promise<void> {
  let waits = false;
  try {
    if (!isRecordingCall(words)) waits = await answerHook(words);
    else {
      const given = readHookArguments(words);
      if (given.drain === true) await (await import("./record-waiting.ts")).recordWaiting(given);
      else waits = await (await import("./record-now.ts")).recordNow(given);
    }
  } catch (error) {
    tell(messageOf(error));
  }
  if (waits) endAtOnce();
}
