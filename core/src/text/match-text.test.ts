import { describe, expect, test } from "vitest";
import { compileTextQuery, matchText } from "./match-text.ts";
import { parseTextQuery } from "./text-query.ts";
import { tokenize } from "./tokenize.ts";

function matches(input: string, text: string): boolean {
  return matchText(text, parseTextQuery(input)).matched;
}

test.each([
  ["fox quick", "The quick brown fox"],
  ["cafe", "Ein Café"],
  ['"brown fox"', "The quick brown\n\nfox"],
  ["getUserById", "call getUserById()"],
  ["getUserById", "call get_user_by_id()"],
  ["getUserById", "get user by id"],
  ["getUserById", "GETUSERBYID"],
  ["getuserbyid", "call getUserById()"],
  ["get_user_by_id", "getUserById"],
  ["user", "getUserById"],
  ["src/auth/login.ts", "see src/auth/login.ts."],
  ["login.ts", "see src/auth/login.ts."],
  ["javascript", "docs/JavaScript.md"],
  ["docs/javascript.md", "docs/JavaScript.md"],
  ["auth*", "authentication"],
  ["getuser*", "getUserById"],
  ["src/auth/lo*", "src/auth/login.ts"],
  ['"quick bro"*', "quick brown"],
  ["fox -dog", "the fox"],
  ["github actions", "GitHub Actions"],
  ['"GitHub Actions"', "the GitHub actions"],
  ["日本", "これは日本語です"],
  ["本語", "日本語"],
  ["日", "日本語"],
  ["本", "日本語"],
  ["語", "日本語"],
  ['"語 abc"', "日本語 abc"],
  ["日本語abc", "日本語ABC"],
])("%s finds %j", (input, text) => {
  expect(matches(input, text)).toBe(true);
});

test.each([
  ["fox cat", "The quick brown fox"],
  ['"fox brown"', "brown fox"],
  ["auth", "authentication"],
  ["fox -dog", "the fox and the dog"],
  ["fox -getUserById", "the fox get_user_by_id"],
  ['"brown fox"', "brown"],
  ['"github actions"', "GitHub Actions"],
  ["日語", "日本語"],
  ['"本 abc"', "日本語 abc"],
  ["", "anything"],
  ["-dog", "the fox"],
  ['"javascript_python"', "JavaScript PythonScript"],
])("%s doesn't find %j", (input, text) => {
  expect(matches(input, text)).toBe(false);
});

describe("what a match tells", () => {
  test.each([
    ["fox", "fox fox dog", [2]],
    ["fox dog", "fox fox dog", [2, 1]],
    ["a*", "ab ac b", [2]],
    ['"a a"', "a a a", [2]],
    ["getUserById", "getUserById get_user_by_id getuserbyid", [3]],
    ["getuserbyid", "getUserById getuserbyid", [2]],
  ])("%s in %j occurs %j times", (input, text, frequency) => {
    expect(matchText(text, parseTextQuery(input)).frequency).toEqual(frequency);
  });

  test("the length is the number of words, and a text that doesn't match has no frequencies", () => {
    const matcher = compileTextQuery(parseTextQuery("one getUser"));
    expect(matcher.match(tokenize("one getUser"))).toEqual({ matched: true, frequency: [1, 1], length: 3 });
    expect(matcher.match(tokenize("one two"))).toEqual({ matched: false, frequency: [0, 0], length: 2 });
  });
});
