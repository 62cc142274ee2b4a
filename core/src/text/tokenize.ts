import { scanText } from "./scan-text.ts";

/**
 * The tokens of a text. A token is never empty, is at most 128 UTF-16 units long, and holds letters, digits and marks in
 * folded form, and in `whole` also `tokenPunctuation`: never white space, quotes, `*`, NUL, capitals or lone
 * surrogates. So tokens may be joined with spaces.
 */
export interface Tokens {
  /** The words in the order of the text, identifiers split; phrases are looked for here. */
  words: string[];
  /** The identifiers of more than one word, whole, in the order in which they end. */
  whole: string[];
}

/** Splits a text into tokens by the rules of `scanText`, in time linear in its length. */
export function tokenize(text: string): Tokens {
  const words: string[] = [];
  const whole: string[] = [];
  scanText(text, {
    word(token) {
      words.push(token);
    },
    whole(token) {
      whole.push(token);
    },
  });
  return { words, whole };
}
