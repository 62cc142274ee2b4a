import * as fc from "fast-check";
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
  ["hub", "GitHub"],
  ["us*", "getUserById"],
  ["getuserbyid", "GETUSERBYID"],
  ['"get user by id"', "call getUserById()"],
  ['"user by"', "call getUserById()"],
  ['"get us"*', "call getUserById()"],
  ['"call getUserById"', "call getUserByID()"],
  ["user_get_by_id", "user.getById()"],
  ["user.getById", "user_get_by_id"],
  ["src/auth_login", "lib/src/authLogin.ts"],
  ["GitHub", "git hub"],
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
  ['"github actions"', "GitHub Actions"],
  ['"typescript project"', "a TypeScript project"],
  ['"openai key"', "your OpenAI key"],
  ['"OpenAI key"', "your openai key"],
  ['"the openai api"*', "the OpenAI APIs"],
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
  ['"git hub actions"', "GitHub Actions"],
  ['"hub actions"', "GitHub Actions"],
  ['"hub open"', "GitHub OpenAI"],
  ['"hub op"*', "GitHub OpenAI"],
  ['"id get"', "getId getUser"],
  ['"hub get"*', "GitHub get_user"],
  ["get_user_by_id", "getuserbyid"],
  ['"getUserById"', "get_user_by_id"],
  ["fox -user", "the fox of getUserById"],
  ["日語", "日本語"],
  ['"本 abc"', "日本語 abc"],
  ["", "anything"],
  ["-dog", "the fox"],
  ['"javascript_python"', "JavaScript PythonScript"],
  ["/", "getUser src/auth"],
])("%s doesn't find %j", (input, text) => {
  expect(matches(input, text)).toBe(false);
});

const spellings = "getUserById GetUserByID get_user_by_id get-user-by-id GET_USER_BY_ID get.userById".split(
  " ",
);

test.each(spellings)("%s finds every other spelling, and each is found by its words", (spelling) => {
  for (const other of [...spellings, "get user by id"]) {
    expect({ other, found: matches(spelling, `call ${other}()`) }).toEqual({ other, found: true });
  }
  expect(matches('"get user by id"', `call ${spelling}()`)).toBe(true);
});

const name = fc.array(fc.stringMatching(/^[a-z]{2,5}$/u), { minLength: 2, maxLength: 5 });
const capitalize = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const toPascalCase = (words: readonly string[]): string => words.map(capitalize).join("");
const spell = fc.constantFrom<(words: readonly string[]) => string>(
  toPascalCase,
  ([first = "", ...rest]) => first + toPascalCase(rest),
  ([first = "", second = "", ...rest]) => [first + capitalize(second), ...rest].join("."),
  (words) => words.join("_"),
  (words) => words.join("-").toUpperCase(),
  (words) => words.join("::"),
);

test("any two spellings of a name find each other", () => {
  fc.assert(
    fc.property(name, name, spell, spell, (words, neighbour, searched, written) => {
      const text = `the ${written(words)} ${written(neighbour)}`;
      expect(matches(searched(words), text)).toBe(true);
      expect(matches(`"${words.join(" ")}"`, text)).toBe(true);
    }),
  );
});

test("no phrase finds what parts of two names make side by side", () => {
  fc.assert(
    fc.property(name, name, spell, (words, neighbour, written) => {
      const text = `${toPascalCase([...words, "q9"])} ${written(neighbour)}`;
      const parts = `q9 ${neighbour[0]}`;
      expect(matches(`"${parts}"`, text) || matches(`"${parts}"*`, text)).toBe(false);
      expect(matches(parts, text)).toBe(true);
    }),
  );
});

describe("what a match tells", () => {
  test.each([
    ["fox", "fox fox dog", [2]],
    ["fox dog", "fox fox dog", [2, 1]],
    ["a*", "ab ac b", [2]],
    ['"a a"', "a a a", [2]],
    ["getUserById", "getUserById get_user_by_id getuserbyid", [3]],
    ["getuserbyid", "getUserById getuserbyid", [2]],
    ["user", "getUser setUser src/User.ts", [2]],
    ["src", "src/getUser.ts", [1]],
    ["getUser", "getUser", [1]],
  ])("%s in %j occurs %j times", (input, text, frequency) => {
    expect(matchText(text, parseTextQuery(input)).frequency).toEqual(frequency);
  });

  test("the length is the number of words, and a text that doesn't match has no frequencies", () => {
    const matcher = compileTextQuery(parseTextQuery("one getUser"));
    expect(matcher.match(tokenize("one getUser"))).toEqual({ matched: true, frequency: [1, 1], length: 2 });
    expect(matcher.match(tokenize("one two"))).toEqual({ matched: false, frequency: [0, 0], length: 2 });
  });
});
