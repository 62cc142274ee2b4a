/** Counts by a real tokenizer, offline, where the package is installed. */
import { makeRest } from "../../backend/search/rest.ts";
import type { ExactFamily } from "../../text/token-families.ts";

interface Encoding {
  countTokens(text: string, options: { readonly disallowedSpecial: Set<string> }): number;
  clearMergeCache(): void;
  setMergeCacheSize(size: number): void;
}

/** A quarter of a second and some 90 MB of memory for the larger: only what is needed is loaded, once. */
const load: Readonly<Record<ExactFamily, () => Promise<Encoding>>> = {
  o200k: async () => import("gpt-tokenizer/encoding/o200k_base"),
  cl100k: async () => import("gpt-tokenizer/encoding/cl100k_base"),
};

const loaded = new Map<ExactFamily, Promise<Encoding | undefined>>();

/** What looks like a token for control is text like any other. */
const asText = { disallowedSpecial: new Set<string>() };

/** Characters that are counted without a pause. */
const sliceLength = 4_096;
/** The same of a text that goes on without a place to cut: merging it takes time by its square. */
const runLength = 512;
/** Parts of texts that a tokenizer remembers: to drop the oldest of many takes it long. */
const rememberedParts = 4_096;
/** Characters after which what tokenizers remember is dropped: it holds on to the texts that it is of. */
const rememberedLength = 4 * 1024 * 1024;

let countedLength = 0;

/**
 * Counts tokens, in slices between which others have a turn. Undefined where the tokenizer is not installed.
 *
 * @returns also whether it is exact: a run of letters or signs that is longer than a slice is cut within a token
 */
export async function countByTokenizer(
  family: ExactFamily,
  text: string,
): Promise<{ readonly count: number; readonly isExact: boolean } | undefined> {
  const encoding = await encodingOf(family);
  if (encoding === undefined) return undefined;
  const rest = makeRest();
  let count = 0;
  let isExact = true;
  let searched = 0;
  for (let begin = 0; begin < text.length;) {
    const { end, isBetween } = nextCut(text, begin, searched);
    if (!isBetween) searched = begin + sliceLength;
    count += encoding.countTokens(text.slice(begin, end), asText);
    isExact &&= isBetween;
    begin = end;
    await rest();
  }
  countedLength += text.length;
  if (countedLength > rememberedLength) {
    encoding.clearMergeCache();
    countedLength = 0;
  }
  return { count, isExact };
}

async function encodingOf(family: ExactFamily): Promise<Encoding | undefined> {
  let encoding = loaded.get(family);
  if (encoding === undefined) {
    encoding = load[family]().then(
      (found) => {
        found.setMergeCacheSize(rememberedParts);
        return found;
      },
      () => undefined,
    );
    loaded.set(family, encoding);
  }
  return encoding;
}

/** Where a slice ends, and whether no token goes on there; up to `searched` there is no such place. */
function nextCut(
  text: string,
  begin: number,
  searched: number,
): { readonly end: number; readonly isBetween: boolean } {
  const limit = begin + sliceLength;
  if (limit >= text.length) return { end: text.length, isBetween: true };
  for (let end = limit; end > Math.max(begin, searched); end -= 1)
    if (isBetweenTokens(text, end)) return { end, isBetween: true };
  const end = begin + runLength;
  return { end: isWithinPair(text, end) ? end + 1 : end, isBetween: false };
}

/**
 * Tokenizers first divide a text by a pattern, and look for tokens within each part. Where letters end and something else
 * begins a new part begins, too, in both patterns, and so where digits end; but for an apostrophe (`don't`) and marks
 * (accents).
 */
function isBetweenTokens(text: string, index: number): boolean {
  const before = sortOf(text.charAt(index - 1));
  const after = sortOf(text.charAt(index));
  return (before === "letter" || before === "digit") && after !== before && after !== "goes on";
}

function sortOf(character: string): "letter" | "digit" | "goes on" | "other" {
  if (/[\p{M}\p{Cs}']/u.test(character)) return "goes on";
  if (/\p{L}/u.test(character)) return "letter";
  return /\p{N}/u.test(character) ? "digit" : "other";
}

function isWithinPair(text: string, index: number): boolean {
  const [before, after] = [text.charCodeAt(index - 1), text.charCodeAt(index)];
  return before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000;
}
