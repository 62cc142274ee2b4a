import { expect, test } from "vitest";
import { parseTextQuery, type TextClause } from "./text-query.ts";

function showClause({ words, prefix, whole, parts }: TextClause): string {
  const star = prefix === true ? "*" : "";
  const others = [parts?.join(" "), whole].filter((form) => form !== undefined);
  return `[${[`${words.join(" ")}${star}`, ...others].join(" or ")}]`;
}

function show(input: string): string {
  const { required, excluded } = parseTextQuery(input);
  return [...required.map(showClause), ...excluded.map((clause) => `-${showClause(clause)}`)].join(" ");
}

test.each([
  ["hello world", "[hello] [world]"],
  ["  Héllo,\tworld!  ", "[hello] [world]"],
  ['"get user"', "[get user]"],
  ['say "get user" now', "[say] [get user] [now]"],
  ['say"get user"now', "[say] [get user] [now]"],
  ["“curly quotes”", "[curly quotes]"],
  ['"not closed', "[not closed]"],
  ['one " two', "[one] [two]"],
  ['"" one', "[one]"],
  ["getUserById", "[getuserbyid or get user by id]"],
  ["GitHub Actions", "[github or git hub] [actions]"],
  ['"GitHub Actions"', "[github actions]"],
  ["user.getById", "[user getbyid or user get by id or user.getbyid]"],
  ["getUser(OpenAI)", "[getuser or get user] [openai or open ai]"],
  ["-getUser one", "[one] -[getuser or get user]"],
  ["getUs*", "[getus* or get us]"],
  ["get_user_by_id", "[get user by id or get_user_by_id]"],
  ['"getUserById"', "[getuserbyid]"],
  ['"get_user_by_id"', "[get user by id]"],
  ['"call getUserById"', "[call getuserbyid]"],
  ["src/auth/login.ts", "[src auth login ts or src/auth/login.ts]"],
  ["don't", "[don t]"],
  ["foo(bar)", "[foo] [bar]"],
  ["one,two", "[one] [two]"],
  ["auth*", "[auth*]"],
  ["**bold**", "[bold*]"],
  ["src/auth*", "[src auth* or src/auth]"],
  ["a*b", "[a] [b]"],
  ["foo(bar)*", "[foo] [bar]"],
  ['"x y"*', "[x y*]"],
  ["one -two", "[one] -[two]"],
  ['one -"two three"', "[one] -[two three]"],
  ["-one two", "[two] -[one]"],
  ["one - two --three", "[one] [two] [three]"],
  ["one-two", "[one two or one-two]"],
  ["日本語", "[日本 本語]"],
  ["語", "[語*]"],
  ["日本", "[日本]"],
  ["日本語abc", "[日本 本語 語 abc]"],
  ["日本語getUser", "[日本 本語 語 getuser]"],
  ["abc語", "[abc 語*]"],
  ['"東京 日本"', "[東京 京 日本]"],
  ["東京 日本", "[東京] [日本]"],
  ["src/日本語.md", "[src 日本 本語 語 md]"],
])("%s is read as %s", (input, clauses) => {
  expect(show(input)).toBe(clauses);
});

test.each(["", "  ", "...", '""', '"', "-", "*", "👍", "\0", "-one", '-"one two" -three', "\ud800"])(
  "%j is empty",
  (input) => {
    expect(parseTextQuery(input)).toEqual({ required: [], excluded: [] });
  },
);

test("refuses more than 32 clauses, excluded ones counted", () => {
  const words = Array.from({ length: 32 }, (_, index) => `w${index}`).join(" ");
  expect(parseTextQuery(words).required).toHaveLength(32);
  expect(() => parseTextQuery(`${words} -more`)).toThrow(
    new RangeError("A search may have at most 32 words and phrases"),
  );
  expect(() => parseTextQuery(`${words},more`)).toThrow(RangeError);
});

test("refuses more than 64 words in a phrase", () => {
  const words = Array.from({ length: 64 }, () => "w").join(" ");
  expect(parseTextQuery(`"${words}"`).required[0]?.words).toHaveLength(64);
  expect(() => parseTextQuery(`"${words} w"`)).toThrow(new RangeError("A phrase may have at most 64 words"));
  expect(parseTextQuery("語".repeat(65)).required[0]?.words).toHaveLength(64);
  expect(() => parseTextQuery("語".repeat(66))).toThrow(RangeError);
});

test("an identifier of more than 64 parts is looked for by its words only", () => {
  expect(parseTextQuery("aB".repeat(32)).required[0]?.parts).toHaveLength(33);
  expect(parseTextQuery("aBc.".repeat(32)).required[0]?.parts).toHaveLength(64);
  const long = parseTextQuery("aBc.".repeat(33));
  expect(long.required[0]?.words).toHaveLength(33);
  expect(long.required[0]).not.toHaveProperty("parts");
  expect(parseTextQuery(`${"aBc.".repeat(33)} aB`).required[1]?.parts).toEqual(["a", "b"]);
});
