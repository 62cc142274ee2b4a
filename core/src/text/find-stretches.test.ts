import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findOccurrences, type Occurrence } from "./find-occurrences.ts";
import { findPhrase } from "./find-phrase.ts";
import { findStretches } from "./find-stretches.ts";
import { scanText } from "./scan-text.ts";
import { findForms, parseTextQuery, type TextClause } from "./text-query.ts";

interface LocatedToken {
  readonly token: string;
  readonly start: number;
  readonly end: number;
}

/** What is found when every character is read. */
function findByReadingAll(text: string, clauses: readonly TextClause[]): Occurrence[] {
  const words: LocatedToken[] = [];
  const whole: LocatedToken[] = [];
  scanText(text, {
    word: (token, start, end) => words.push({ token, start, end }),
    whole: (token, start, end) => whole.push({ token, start, end }),
    part: (token, start, end) => whole.push({ token, start, end }),
  });
  return clauses.flatMap((clause, index) => {
    const ends = new Map<number, number>();
    for (const form of findForms(clause)) {
      for (const tokens of [words, whole]) {
        const names = tokens.map(({ token }) => token);
        findPhrase(names, form, clause.prefix === true, (first) => {
          const begin = tokens[first] as LocatedToken;
          const last = tokens[first + form.length - 1] as LocatedToken;
          const next = tokens[first + form.length]?.start ?? last.end;
          const isHalf = last.token !== form.at(-1) && next > last.start;
          const end = isHalf ? Math.min(last.end, next) : last.end;
          ends.set(begin.start, Math.max(end, ends.get(begin.start) ?? 0));
        });
      }
    }
    return Array.from(ends, ([start, end]) => ({ start, end, clause: index }));
  });
}

const sorted = (all: readonly Occurrence[]) =>
  all.toSorted((a, b) => a.clause - b.clause || a.start - b.start || a.end - b.end);

const piece = fc.constantFrom(
  ..."one two three getUserById get_user user by id GitHub hub aB src/auth.ts café cafe\u0301 日本語 本 か\u3099 😀 Ｆｕｌｌ ﬁne \u212aelvin kelvin \u0130 STRASSE straße ΣΑΣ \ud800 \0 \u0301 — - .. ' / 12 3D".split(
    " ",
  ),
  "x".repeat(200),
  `a.${"y".repeat(130)}`,
);
const gap = fc.constantFrom(" ", " ", "\n", "\t ", " - ", "", "\u00a0", "\u2003");
const words = (maxLength: number) =>
  fc.array(fc.tuple(piece, gap), { minLength: 1, maxLength, size: "max" }).map((all) => all.flat().join(""));
const query = fc
  .array(
    fc.oneof(
      piece,
      words(3).map((phrase) => `"${phrase}"`),
      piece.map((word) => `${word.slice(0, 3)}*`),
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((all) => all.join(" "));
/** Among words that nobody looks for, so that most of the text need not be read. */
const text = fc
  .array(fc.tuple(words(4), fc.constantFrom("", " nobody looks for these words ".repeat(8))), {
    maxLength: 12,
  })
  .map((all) => all.flat().join(""));

test("finds what is found when every character is read", { timeout: 60_000 }, () => {
  let found = 0;
  let saved = 0;
  fc.assert(
    fc.property(text, query, (input, asked) => {
      const { required } = parseTextQuery(asked);
      const all = sorted(findByReadingAll(input, required));
      expect(sorted(findOccurrences(input, required))).toEqual(all);
      found += all.length;
      const stretches = findStretches(input, required, 0, input.length);
      if (stretches.reduce((sum, { start, end }) => sum + end - start, 0) < input.length / 2) saved += 1;
    }),
    { numRuns: 3000 },
  );
  expect(found).toBeGreaterThan(1000);
  expect(saved).toBeGreaterThan(500);
});

describe("what is read", () => {
  const filler = "lorem ipsum dolor sit amet ".repeat(20);

  test.each([
    ["a word", "needle", "Needle", ["Needle"]],
    ["a word in an identifier", "user", "getUserById()", ["getUserById()"]],
    ["words beyond ASCII", "needle", "one café two", ["café"]],
    ["a phrase", '"needle here"', "some needle -- here now", ["amet some needle -- here now"]],
    ["two places", "needle", `needle ${filler}needles`, ["needle", "needles"]],
    ["nothing", "needle", "", []],
  ])("of %s", (_name, asked, middle, pieces) => {
    const input = `${filler}${middle} ${filler}`;
    const stretches = findStretches(input, parseTextQuery(asked).required, 0, input.length);
    const read = stretches.map(({ start, end }) => input.slice(start, end));
    expect(read.length).toBe(pieces.length);
    for (const [index, part] of pieces.entries()) expect(part).toContain(read[index]);
  });

  test("is everything where that is less work", () => {
    const input = "a b a b a b";
    expect(findStretches(input, parseTextQuery("a").required, 0, input.length)).toEqual([
      { start: 0, end: input.length },
    ]);
  });
});
