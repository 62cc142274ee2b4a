/** Tokens of a text by what sorts of characters stand in it: where there is no tokenizer to count them. */
import { makeRest } from "../../backend/search/rest.ts";
import type { TokenFamily } from "../../text/token-families.ts";

/** Tokens that each of these is worth. */
interface TokenWeights {
  /** Words of ASCII letters, of 1 to 4, 5 to 8 and 9 to 12 letters; a capital after a small letter begins a new one. */
  readonly shortWord: number;
  readonly middleWord: number;
  readonly longWord: number;
  /** A letter of a word beyond the first 12. */
  readonly moreLetters: number;
  /** A letter of a word of capitals, beyond the first. */
  readonly capital: number;
  /** Three digits, or what is left of them. */
  readonly digits: number;
  /** Two or more spaces, or a space before a digit. */
  readonly spaces: number;
  /** Line ends in a row, with the spaces between them. */
  readonly lineEnds: number;
  /** ASCII signs in a row, and each of them beyond the first. */
  readonly signs: number;
  readonly moreSigns: number;
  /** Letters with accents and the like. */
  readonly latin: number;
  readonly greek: number;
  readonly cyrillic: number;
  readonly hebrew: number;
  readonly arabic: number;
  readonly indic: number;
  readonly thai: number;
  readonly kana: number;
  readonly han: number;
  readonly hangul: number;
  /** Any other character: signs, arrows, emoji. */
  readonly other: number;
}

const LOWER = 0;
const UPPER = 1;
const DIGIT = 2;
const SPACE = 3;
const LINE_END = 4;
const SIGN = 5;
const FOREIGN = 6;

/** The sort of each ASCII character. */
const sorts = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[a-z]/.test(character)) return LOWER;
  if (/[A-Z]/.test(character)) return UPPER;
  if (/[0-9]/.test(character)) return DIGIT;
  if (/[\n\r]/.test(character)) return LINE_END;
  return /\s/.test(character) ? SPACE : SIGN;
});

function sortOf(code: number): number {
  return code < 128 ? (sorts[code] as number) : FOREIGN;
}

/** The sum of the weights of what stands in a text: no whole number. */
function sumWeights(text: string, weights: TokenWeights): number {
  let sum = 0;
  let index = 0;
  const end = (sort: number): number => {
    let at = index + 1;
    while (at < text.length && sortOf(text.charCodeAt(at)) === sort) at += 1;
    return at;
  };
  while (index < text.length) {
    const code = text.charCodeAt(index);
    const sort = sortOf(code);
    const begin = index;
    if (sort === FOREIGN) {
      sum += foreignWeight(code, weights);
      // A pair of surrogates is one character.
      index += code >= 0xd800 && code < 0xdc00 ? 2 : 1;
      continue;
    }
    index = end(sort);
    const length = index - begin;
    if (sort === UPPER) {
      const capitals = length;
      if (index < text.length && sortOf(text.charCodeAt(index)) === LOWER) index = end(LOWER);
      sum += wordWeight(index - begin, weights);
      if (index === begin + capitals) sum += (capitals - 1) * weights.capital;
    } else if (sort === LOWER) {
      sum += wordWeight(length, weights);
    } else if (sort === DIGIT) {
      sum += Math.ceil(length / 3) * weights.digits;
    } else if (sort === SIGN) {
      sum += weights.signs + (length - 1) * weights.moreSigns;
    } else if (sort === LINE_END) {
      sum += weights.lineEnds;
    } else {
      const next = index < text.length ? sortOf(text.charCodeAt(index)) : LINE_END;
      // One space goes with the word behind it; spaces before a line end go with that.
      if (next === DIGIT || (length > 1 && next !== LINE_END)) sum += weights.spaces;
    }
  }
  return sum;
}

function wordWeight(length: number, weights: TokenWeights): number {
  if (length <= 4) return weights.shortWord;
  if (length <= 8) return weights.middleWord;
  return weights.longWord + Math.max(0, length - 12) * weights.moreLetters;
}

function foreignWeight(code: number, weights: TokenWeights): number {
  if (code < 0x370) return code < 0xc0 ? weights.other : weights.latin;
  if (code >= 0x370 && code < 0x400) return weights.greek;
  if (code >= 0x400 && code < 0x530) return weights.cyrillic;
  if (code >= 0x590 && code < 0x600) return weights.hebrew;
  if (code >= 0x600 && code < 0x780) return weights.arabic;
  if (code >= 0x900 && code < 0xe00) return weights.indic;
  if (code >= 0xe00 && code < 0xe80) return weights.thai;
  if (code >= 0x1e00 && code < 0x1f00) return weights.latin;
  if (code >= 0x3040 && code < 0x3100) return weights.kana;
  if (code >= 0x3400 && code < 0xa000) return weights.han;
  if (code >= 0xac00 && code < 0xd7b0) return weights.hangul;
  return weights.other;
}

/** Fitted to what the tokenizers count; docs/tokens.md says on which texts, and how far it is off on others. */
const o200k: TokenWeights = {
  shortWord: 0.99,
  middleWord: 1.1,
  longWord: 1.74,
  moreLetters: 0.6,
  capital: 0.07,
  digits: 1.48,
  spaces: 1.4,
  lineEnds: 0.41,
  signs: 0.62,
  moreSigns: 0.18,
  latin: 0.55,
  greek: 0.45,
  cyrillic: 0.31,
  hebrew: 0.46,
  arabic: 0.38,
  indic: 0.4,
  thai: 0.43,
  kana: 0.75,
  han: 0.75,
  hangul: 0.75,
  other: 1.2,
};

const cl100k: TokenWeights = {
  shortWord: 1.03,
  middleWord: 1.09,
  longWord: 1.83,
  moreLetters: 0.6,
  capital: 0.04,
  digits: 1.54,
  spaces: 1.39,
  lineEnds: 0.51,
  signs: 0.54,
  moreSigns: 0.21,
  latin: 1.61,
  greek: 1.06,
  cyrillic: 0.53,
  hebrew: 1.17,
  arabic: 0.88,
  indic: 1.33,
  thai: 0.97,
  kana: 1.03,
  han: 1.19,
  hangul: 1.26,
  other: 1.09,
};

/** What stands for each family, and how many of its tokens make one of those. */
const models: Readonly<Record<TokenFamily, readonly [TokenWeights, number]>> = {
  o200k: [o200k, 1],
  cl100k: [cl100k, 1],
  // What Anthropic billed for contexts that grew by a known text, by what o200k counts in it.
  claude: [o200k, 1.25],
  claude5: [o200k, 1.65],
  gemini: [o200k, 1],
  // Its vocabulary is that of cl100k with more words of other languages.
  llama: [cl100k, 1],
};

/** Characters that are looked at without a pause. */
const sliceLength = 256 * 1024;

/** An estimate of a text's tokens: the same everywhere, at least 1 where there is text. */
export async function estimateTokens(family: TokenFamily, text: string): Promise<number> {
  const [weights, factor] = models[family];
  const rest = makeRest();
  let sum = 0;
  for (let begin = 0; begin < text.length; begin += sliceLength) {
    sum += sumWeights(text.slice(begin, begin + sliceLength), weights);
    await rest();
  }
  return text === "" ? 0 : Math.max(1, Math.round(sum * factor));
}
