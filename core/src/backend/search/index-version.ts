import { tokenizerVersion } from "../../text/tokenize.ts";

/** Raise it with every change to how segments are written. */
const formatVersion = 1;

/** The first letter that each version of Unicode brought, oldest first. */
const firstLetters: readonly (readonly [version: string, letter: string])[] = [
  ["12", "\u{119a0}"],
  ["13", "\u{10e80}"],
  ["14", "\u{10570}"],
  ["15", "\u{11f02}"],
  ["15.1", "\u{2ebf0}"],
  ["16", "\u{105c0}"],
  ["17", "\u{10940}"],
];

/**
 * What the content of an index depends on: its format, the tokenizer, and the engine's Unicode tables, which say what a
 * letter is. Browsers do not tell their version of Unicode, but they tell whether a letter is one.
 */
export const indexVersion = `${formatVersion}.${tokenizerVersion}.${findUnicodeVersion()}`;

function findUnicodeVersion(): string {
  const known = firstLetters.filter(([, letter]) => /^\p{L}$/u.test(letter));
  return known.at(-1)?.[0] ?? "11";
}
