import * as fc from "fast-check";
import { expect, test } from "vitest";
import { matchInTurns } from "./match-in-turns.ts";
import { compileTextQuery } from "./match-text.ts";
import { parseTextQuery } from "./text-query.ts";
import { tokenize } from "./tokenize.ts";
import { tokenizeInSteps } from "./tokenize-in-steps.ts";

const piece = fc.constantFrom("a", "a", "b", "b", "aB", "a_b", "日本語");
const words = fc.array(piece, { minLength: 1, maxLength: 40 }).map((all) => all.join(" "));
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom("", "", "", "", "-"),
      fc.array(piece, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((clauses) =>
    clauses.map(([sign, phrase, isPrefix]) => `${sign}"${phrase.join(" ")}"${isPrefix ? "*" : ""}`).join(" "),
  );

test("a match of any steps is the match of the whole text", () => {
  let matched = 0;
  fc.assert(
    fc.property(words, query, fc.integer({ min: 1, max: 9 }), (text, asked, length) => {
      const matcher = compileTextQuery(parseTextQuery(asked));
      const stepped = matcher.begin();
      for (const step of tokenizeInSteps(text, length)) stepped.add(step);
      const whole = matcher.match(tokenize(text));
      expect(stepped.end()).toEqual(whole);
      if (whole.matched) matched += 1;
    }),
    { numRuns: 1_500 },
  );
  expect(matched).toBeGreaterThan(150);
});

test("a large text matches as it does at once, and others have a turn after each 64 Ki units", async () => {
  const text = `${"word getUser ".repeat(10_000)}quince`;
  let turns = 0;
  const rest = async (): Promise<void> => void (turns += 1);
  for (const asked of ["word quince", '"user word"', "user* -quince"]) {
    const matcher = compileTextQuery(parseTextQuery(asked));
    turns = 0;
    expect(await matchInTurns(matcher, text, rest)).toEqual(matcher.match(tokenize(text)));
    expect(turns).toBe(Math.ceil(text.length / (64 * 1024 + 8)));
  }
  turns = 0;
  const { matched } = await matchInTurns(compileTextQuery(parseTextQuery("nowhere")), text, rest);
  expect([matched, turns]).toEqual([false, 0]);
});
