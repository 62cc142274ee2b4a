import { foldCharacters } from "./fold.ts";

/** What a code point is to the tokenizer. Words are made of `lower`, `upper` and `caseless` ones. */
export type CharacterClass = number;
/** Between words: white space, punctuation, symbols, emoji, controls, lone surrogates. */
export const separator: CharacterClass = 1;
/** A small letter. */
export const lower: CharacterClass = 2;
/** A capital letter. */
export const upper: CharacterClass = 3;
/** A digit, or a letter of a script without case. */
const caseless: CharacterClass = 4;
/** A letter of a script written without spaces, of which pairs are indexed. */
export const unspaced: CharacterClass = 5;
/** Belongs to the character before it: marks, invisible characters, parts of Korean syllables. */
export const extender: CharacterClass = 6;
/** Punctuation that joins the parts of an identifier. */
export const joiner: CharacterClass = 7;

/**
 * The ASCII characters beside `a` to `z` and `0` to `9` that may occur in a token (inside a whole identifier, and `/` alone
 * between the parts of identifiers). A backend that splits at spaces must take them as parts of tokens.
 */
export const tokenPunctuation = "_-./\\:@#";

const word = /[\p{L}\p{N}]/u;
const capital = /[\p{Lu}\p{Lt}]/u;
const small = /\p{Ll}/u;
const withoutSpaces =
  /[\p{Script=Han}\p{Script=Bopomofo}\p{Script=Hangul}\p{scx=Hiragana}\p{scx=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Beside marks: vowels and endings of decomposed Korean syllables, and the half-width voicing marks of kana. */
const extending = /[\p{M}\p{Default_Ignorable_Code_Point}\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f]/u;

/** Zero means: not looked at yet. Every code point is classified once, when it is first met. */
const classes = new Uint8Array(0x110000);
/** Folds of the code points that don't fold to themselves; at most as many as Unicode has. */
const folds = new Map<number, string>();

/** The class of a code point; a lone surrogate is a separator. */
export function classOf(codePoint: number): CharacterClass {
  const known = classes[codePoint];
  return known === undefined || known === 0 ? classify(codePoint) : known;
}

/** Whether a code point of this class is part of a word that stands between spaces. */
export function isWordClass(found: CharacterClass | undefined): boolean {
  return found === lower || found === upper || found === caseless;
}

/** The fold of one code point that stands without marks. */
export function foldCodePoint(codePoint: number): string {
  return folds.get(codePoint) ?? String.fromCodePoint(codePoint);
}

function classify(codePoint: number): CharacterClass {
  const character = String.fromCodePoint(codePoint);
  const folded = foldCharacters(character);
  const found = findClass(character, folded);
  if (folded !== character) folds.set(codePoint, folded);
  classes[codePoint] = found;
  return found;
}

function findClass(character: string, folded: string): CharacterClass {
  if (extending.test(character)) return extender;
  if (folded === "" || !word.test(character)) return separator;
  if (withoutSpaces.test(character)) return unspaced;
  if (capital.test(character)) return upper;
  return small.test(character) ? lower : caseless;
}

// ASCII is classified here by hand: the patterns above cost milliseconds when they are first used, at every start.
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Z]/.test(character)) folds.set(code, character.toLowerCase());
  classes[code] = findAsciiClass(character);
}

function findAsciiClass(character: string): CharacterClass {
  if (tokenPunctuation.includes(character)) return joiner;
  if (/[0-9]/.test(character)) return caseless;
  if (/[a-z]/.test(character)) return lower;
  return /[A-Z]/.test(character) ? upper : separator;
}

/** The classes of the first 128 code points, for loops over ASCII text. */
export const asciiClasses: Uint8Array = classes.slice(0, 128);
