import { setImmediate as nextTurn } from "node:timers/promises";
import type { Tokens } from "@throughline/core";
import { tokenize, tokenizeInSteps } from "@throughline/core";

/** UTF-16 units of a text that are tokenized in one go: a few milliseconds of work. */
export const UNITS_A_TURN = 64 * 1024;

/** The tokens of a text; while a large one is read, others have their turns. */
export async function tokenizeInTurns(
  text: string,
  rest: () => Promise<unknown> = nextTurn,
): Promise<Tokens> {
  if (text.length <= UNITS_A_TURN) return tokenize(text);
  const words: string[] = [];
  const whole: string[] = [];
  for (const step of tokenizeInSteps(text, UNITS_A_TURN)) {
    for (const word of step.words) words.push(word);
    for (const token of step.whole) whole.push(token);
    await rest();
  }
  return { words, whole };
}
