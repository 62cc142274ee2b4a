import * as fc from "fast-check";
import { expect, test } from "vitest";
import { tokenPunctuation } from "./character-class.ts";
import { scanText } from "./scan-text.ts";
import { tokenize } from "./tokenize.ts";

interface Located {
  readonly token: string;
  readonly start: number;
  readonly end: number;
}

function scan(text: string, from?: number, to?: number): { words: Located[]; whole: Located[] } {
  const words: Located[] = [];
  const whole: Located[] = [];
  scanText(
    text,
    {
      word: (token, start, end) => words.push({ token, start, end }),
      whole: (token, start, end) => whole.push({ token, start, end }),
    },
    from,
    to,
  );
  return { words, whole };
}

const piece = fc.constantFrom(
  ..."a B ab HTTPServer2 getUser _ - -- . / :: # @ \\ ' \" * é e\u0301 \u0301 \u00ad ß Ж й ½ ﷺ 日 日本語 か\u3099 ｶﾞ 한 \u1112\u1161\u11ab กิน हिन्दी 😀 👩‍💻 \ud800 \udc00 \0".split(
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
  expect(scan("Go getUser: 日本語!")).toEqual({
    words: [
      { token: "go", start: 0, end: 2 },
      { token: "get", start: 3, end: 6 },
      { token: "user", start: 6, end: 10 },
      { token: "日本", start: 12, end: 14 },
      { token: "本語", start: 13, end: 15 },
      { token: "語", start: 14, end: 15 },
    ],
    whole: [{ token: "getuser", start: 3, end: 10 }],
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
      const { words, whole } = scan(
        `${before} ${text} ${after}`,
        before.length + 1,
        before.length + 1 + text.length,
      );
      expect({ words: words.map(shift), whole: whole.map(shift) }).toEqual(scan(text));
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
      const { words, whole } = scan(text);
      for (const [index, { token, start, end }] of words.entries()) {
        expect(token).toMatch(/^[\p{L}\p{N}\p{M}]{1,128}$/u);
        expect(token).toBe(token.toLowerCase());
        expect(start).toBeGreaterThanOrEqual(words[index - 1]?.start ?? 0);
        expect(tokenize(text.slice(start, end)).words[0]).toBe(token);
      }
      for (const { token, start, end } of whole) {
        expect(token).toMatch(allowed);
        expect(token).toBe(token.toLowerCase());
        expect(tokenize(text.slice(start, end)).whole.at(-1)).toBe(token);
        expect(words.filter((word) => word.start >= start && word.end <= end).length).toBeGreaterThan(1);
      }
    }),
    { numRuns: 1000 },
  );
});
