import { classOf, separator } from "./character-class.ts";
import { scanText } from "./scan-text.ts";
import type { Tokens } from "./tokenize.ts";

/** UTF-16 units of a step: a few milliseconds of work. */
const stepLength = 64 * 1024;

/**
 * The tokens of a text, step by step, so that whoever reads a large one can let others have a turn in between: all steps
 * together hold what `tokenize` gives. A step ends where nothing hangs together; where there is no such place (one
 * endless word) it is longer. An empty text has no step.
 */
export function* tokenizeInSteps(text: string, length: number = stepLength): Generator<Tokens, void> {
  for (let from = 0; from < text.length;) {
    const to = findBorder(text, from + length);
    const words: string[] = [];
    const whole: string[] = [];
    const add = (token: string): void => void whole.push(token);
    scanText(text, { word: (token) => void words.push(token), whole: add, part: add }, from, to);
    yield { words, whole };
    from = to;
  }
}

/** The first separator from `offset` on: no token, no identifier and no run of pairs goes over it. */
function findBorder(text: string, offset: number): number {
  for (let index = offset; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    if (!isSurrogate && classOf(code) === separator) return index;
  }
  return text.length;
}
