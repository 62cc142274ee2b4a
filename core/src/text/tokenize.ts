import { scanText } from "./scan-text.ts";

/**
 * The version of the rules by which texts are split into tokens. Raise it with every change after which some text has
 * other tokens than before.
 *
 * A store keeps it with its index, and builds the index anew when it differs. The same goes for the version of Unicode
 * (`process.versions.unicode` in Node): letters, capitals and folds are what the engine's tables say.
 */
export const tokenizerVersion = 1;

/**
 * The tokens of a text. A token is never empty, is at most 128 UTF-16 units long, and holds letters, digits and marks in
 * folded form, and in `whole` also `tokenPunctuation`: never white space, quotes, `*`, NUL, capitals or lone
 * surrogates. So tokens may be joined with spaces.
 */
export interface Tokens {
  /** The words in the order of the text: split at joiners (`get_user` is `get user`), not at capitals. */
  words: string[];
  /**
   * What else identifiers are found by, in the order in which they end. An identifier of several words is here whole
   * (`get_user`). One in which capitals part words is here in parts, with `/` after the last (`getUser` is `get user /`).
   * The `/` keeps phrases inside one identifier: it is part of no query.
   */
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
    part(token) {
      whole.push(token);
    },
  });
  return { words, whole };
}
