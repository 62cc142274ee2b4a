import * as fc from "fast-check";
import { expect, test } from "vitest";
import { tokenPunctuation } from "./character-class.ts";
import { partsSeparator, scanText } from "./scan-text.ts";
import { tokenize } from "./tokenize.ts";

interface Located {
  readonly token: string;
  readonly start: number;
  readonly end: number;
}

function scan(
  text: string,
  from?: number,
  to?: number,
): { words: Located[]; whole: Located[]; parts: Located[] } {
  const words: Located[] = [];
  const whole: Located[] = [];
  const parts: Located[] = [];
  scanText(
    text,
    {
      word: (token, start, end) => words.push({ token, start, end }),
      whole: (token, start, end) => whole.push({ token, start, end }),
      part: (token, start, end) => parts.push({ token, start, end }),
    },
    from,
    to,
  );
  return { words, whole, parts };
}

const piece = fc.constantFrom(
  ..."a B ab HTTPServer2 getUser GitHub éÀb _ - -- . / :: # @ \\ ' \" * é e\u0301 \u0301 \u00ad ß Ж й ½ ﷺ 日 日本語 か\u3099 ｶﾞ 한 \u1112\u1161\u11ab กิน हिन्दी 😀 👩‍💻 \ud800 \udc00 \0".split(
    " ",
  ),
  " ",
  "\n",
  "x".repeat(130),
);
const nastyText = fc
  .array(fc.oneof({ weight: 9, arbitrary: piece }, fc.string({ unit: "binary", maxLength: 3 })))
  .map((all) => all.join(""));

test("tells where tokens stand", () => {
  expect(scan("Go a.getUser: 日本語!")).toEqual({
    words: [
      { token: "go", start: 0, end: 2 },
      { token: "a", start: 3, end: 4 },
      { token: "getuser", start: 5, end: 12 },
      { token: "日本", start: 14, end: 16 },
      { token: "本語", start: 15, end: 17 },
      { token: "語", start: 16, end: 17 },
    ],
    whole: [{ token: "a.getuser", start: 3, end: 12 }],
    parts: [
      { token: "a", start: 3, end: 4 },
      { token: "get", start: 5, end: 8 },
      { token: "user", start: 8, end: 12 },
      { token: "/", start: 12, end: 12 },
    ],
  });
});

test("reads a stretch as if it were the text", () => {
  fc.assert(
    fc.property(nastyText, nastyText, nastyText, (before, text, after) => {
      const shift = ({ token, start, end }: Located): Located => ({
        token,
        start: start - before.length - 1,
        end: end - before.length - 1,
      });
      const { words, whole, parts } = scan(
        `${before} ${text} ${after}`,
        before.length + 1,
        before.length + 1 + text.length,
      );
      expect({ words: words.map(shift), whole: whole.map(shift), parts: parts.map(shift) }).toEqual(
        scan(text),
      );
    }),
    { numRuns: 1000 },
  );
});

test("texts set apart by a space give their tokens one after the other", () => {
  fc.assert(
    fc.property(nastyText, nastyText, (first, second) => {
      const [a, b] = [tokenize(first), tokenize(second)];
      expect(tokenize(`${first} ${second}`)).toEqual({
        words: [...a.words, ...b.words],
        whole: [...a.whole, ...b.whole],
      });
    }),
    { numRuns: 1000 },
  );
});

test("a token is clean, in order, and what its place in the text says", () => {
  const allowed = new RegExp(`^[\\p{L}\\p{N}\\p{M}${RegExp.escape(tokenPunctuation)}]{1,128}$`, "u");
  fc.assert(
    fc.property(nastyText, (text) => {
      const { words, whole, parts } = scan(text);
      for (const [index, { token, start, end }] of words.entries()) {
        expect(token).toMatch(/^[\p{L}\p{N}\p{M}]{1,128}$/u);
        expect(token).toBe(token.toLowerCase());
        expect(start).toBeGreaterThanOrEqual(words[index - 1]?.start ?? 0);
        expect(tokenize(text.slice(start, end)).words[0]).toBe(token);
      }
      for (const { token, start, end } of whole) {
        expect(token).toMatch(allowed);
        expect(token).toBe(token.toLowerCase());
        expect(tokenize(text.slice(start, end)).whole[0]).toBe(token);
        expect(words.filter((word) => word.start >= start && word.end <= end).length).toBeGreaterThan(1);
      }
      for (const [index, { token, start, end }] of parts.entries()) {
        expect(start).toBeGreaterThanOrEqual(parts[index - 1]?.end ?? 0);
        if (token === partsSeparator) continue;
        // A part is a word of its own, and its identifier goes on from it or ended with it.
        expect(tokenize(text.slice(start, end))).toEqual({ words: [token], whole: [] });
        expect(parts[index + 1]?.start).toBeGreaterThanOrEqual(end);
      }
    }),
    { numRuns: 1000 },
  );
});

test("the parts of a word are the word", () => {
  fc.assert(
    fc.property(nastyText, (text) => {
      const { words, parts } = scan(text);
      // Beyond the limit only the beginning of a word is kept, and it isn't parted.
      for (const { token, start, end } of words.filter((word) => word.end - word.start <= 64)) {
        const own = parts.filter((part) => part.start >= start && part.end <= end && part.end > part.start);
        expect(own.map((part) => part.token).join("") || token).toBe(token);
      }
    }),
    { numRuns: 1000 },
  );
});
