import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchText } from "./match-text.ts";
import { makeSnippet, makeSnippetInTurns } from "./snippet.ts";
import { parseTextQuery } from "./text-query.ts";

/** The snippet with brackets around what is highlighted. */
function show(text: string, input: string, length?: number): string {
  const snippet = makeSnippet(text, parseTextQuery(input), length === undefined ? {} : { length });
  let shown = "";
  let position = 0;
  for (const [start, end] of snippet.highlights) {
    shown += `${snippet.text.slice(position, start)}[${snippet.text.slice(start, end)}]`;
    position = end;
  }
  return shown + snippet.text.slice(position);
}

describe("highlights", () => {
  test.each([
    ["The quick brown fox", "fox", "The quick brown [fox]"],
    ["  The \n\n quick\tbrown fox ", '"quick brown"', "The [quick brown] fox"],
    ["Ein CAFÉ hier", "cafe", "Ein [CAFÉ] hier"],
    ["call getUserById()", "user", "call get[User]ById()"],
    ["call getUserById()", "getuserbyid", "call [getUserById]()"],
    ["call getUserById()", '"user by"', "call get[UserBy]Id()"],
    ["call getUserById()", "us*", "call get[User]ById()"],
    ["call getUserById()", "get_user_by_id", "call [getUserById]()"],
    ["call user.getById()", "user_get", "call [user.get]ById()"],
    ["In GitHub Actions", '"github actions"', "In [GitHub Actions]"],
    ["In GitHub Actions", "hub", "In Git[Hub] Actions"],
    ["In GitHub Actions", "GitHub", "In [GitHub] Actions"],
    ["In src/GitHub/b.ts a/c", "src/gi*", "In [src/GitHub/b.ts] a/c"],
    ["call get_user_by_id()", "getUserById", "call [get_user_by_id]()"],
    ["docs/JavaScript.md", "javascript", "docs/[JavaScript].md"],
    ["see src/auth/login.ts.", "src/auth/login.ts", "see [src/auth/login.ts]."],
    ["see src/auth/login.ts.", "src/auth/lo*", "see [src/auth/login.ts]."],
    ["authentication", "auth*", "[authentication]"],
    ["これは日本語です", "日本語", "これは[日本語]です"],
    ["これは日本語です", "本", "これは日[本]語です"],
    ["これは日本語です", "す", "これは日本語で[す]"],
    ["か\u3099くせい", "が", "[か\u3099]くせい"],
    ["one two three", '"one two" "two three"', "[one two three]"],
    ["one two", "one -two", "[one] two"],
    ["one two", "three", "one two"],
    ["one", "", "one"],
    ["", "one", ""],
    [" \n ", "one", ""],
    ["a\0b \ud800 c", "b c", "a\0[b] \ud800 [c]"],
  ])("%j searched for %s", (text, input, shown) => {
    expect(show(text, input)).toBe(shown);
  });
});

describe("cuts", () => {
  const filler = "lorem ipsum dolor sit amet ".repeat(20);

  test.each([
    ["the beginning without a hit", filler, "nothing", 20, "lorem ipsum dolor…"],
    ["around a hit", `${filler}needle ${filler}`, "needle", 30, "…amet [needle] lorem ipsum…"],
    ["up to the end", `${filler}needle`, "needle", 30, "…ipsum dolor sit amet [needle]"],
    ["where most clauses are", `one ${filler}one two`, "one two", 20, "…sit amet [one] [two]"],
    [
      "where most hits are, if clauses are as many",
      `one ${filler}one one ${filler}`,
      "one",
      20,
      "…[one] [one] lorem…",
    ],
    ["nothing off white space", ` one${" ".repeat(30)}two `, "two", 20, "one [two]"],
    ["a hit longer than the snippet", "one two three four", '"one two three"', 8, "[one two]…"],
    ["a word longer than the snippet", "x".repeat(50), "x*", 10, `[${"x".repeat(10)}]…`],
    ["no pair apart", "😀".repeat(50), "x", 5, "😀😀…"],
    ["no character from its marks", "e\u0301".repeat(50), "x", 5, "e\u0301e\u0301…"],
    ["no joined emoji apart", "👩‍💻".repeat(9), "x", 12, "👩‍💻👩‍💻…"],
    [
      "text without spaces between characters",
      "今天的天气很好我们去公园散步吧",
      "公园",
      6,
      "…去[公园]散步吧",
    ],
  ])("%s", (_name, text, input, length, shown) => {
    expect(show(text, input, length)).toBe(shown);
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])("a length of %s is refused", (length) => {
    expect(() => show("one", "one", length)).toThrow(RangeError);
  });
});

describe("long texts", () => {
  const filler = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. ".repeat(40_000);

  test.each([
    ["needle", "needle"],
    ["getuserbyid", "getUserById"],
    ["src/need*", "src/needle.ts"],
    ["get_user", "getUser"],
    ["getUser", "get user"],
    ["日本", "日本"],
  ])("finds %s after two million characters", (input, found) => {
    const { text, highlights } = makeSnippet(`${filler}${found} ${filler}`, parseTextQuery(input));
    expect(highlights.map(([start, end]) => text.slice(start, end))).toEqual([found]);
  });

  // The bound is generous for slow machines; without bounds on the work each of these takes seconds.
  test.each([
    ["nothing", filler],
    ["nothing", "今天的天气很好".repeat(300_000)],
    ["a", "a ".repeat(1_000_000)],
    ["ab*", "aB".repeat(1_000_000)],
    ["x", `e${"\u0301".repeat(2_000_000)}`],
    ["x", " ".repeat(2_000_000)],
  ])("looking for %s takes bounded time", (input, text) => {
    const start = process.cpuUsage();
    makeSnippet(text, parseTextQuery(input));
    // Of this process alone: other tests share the machine.
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(1_000);
  });
});

const piece = fc.constantFrom(
  ..."one two getUserById get_user GitHub Hub aB user by src/auth.ts café cafe\u0301 日本語 天 か\u3099 👩‍💻 😀 Ｆｕｌｌ ß \ud800 \0 … - / .".split(
    " ",
  ),
  " ",
  "\n\n   ",
  "x".repeat(40),
);
const nastyText = fc
  .array(fc.tuple(piece, fc.constantFrom("", " ", " ")), { maxLength: 60, size: "max" })
  .map((all) => all.flat().join(""));
const nastyQuery = fc.array(piece, { minLength: 1, maxLength: 4 }).map((all) => all.join(" "));

test("a snippet is a bounded, well cut line whose highlights match", { timeout: 60_000 }, () => {
  let highlighted = 0;
  fc.assert(
    fc.property(nastyText, nastyQuery, fc.integer({ min: 1, max: 200 }), (text, input, length) => {
      const query = parseTextQuery(input);
      const snippet = makeSnippet(text, query, { length });
      expect(snippet.text.length).toBeLessThanOrEqual(length + 2);
      expect(snippet.text).not.toMatch(/\s\s|^\s|\s$|\n/u);
      expect(text.isWellFormed() && !snippet.text.isWellFormed()).toBe(false);
      const line = text.trim().replaceAll(/\s+/gu, " ");
      const body = [
        snippet.text,
        snippet.text.slice(1),
        snippet.text.slice(0, -1),
        snippet.text.slice(1, -1),
      ];
      expect(body.some((part) => line.includes(part))).toBe(true);
      const alternatives = query.required.map((clause) => ({ required: [clause], excluded: [] }));
      let position = 0;
      for (const [start, end] of snippet.highlights) {
        expect(start >= position && end > start && end <= snippet.text.length).toBe(true);
        position = end;
        const found = snippet.text.slice(start, end);
        const isCut = end - start >= length || length < 50;
        expect(isCut || alternatives.some((alternative) => matchText(found, alternative).matched)).toBe(true);
        highlighted++;
      }
      const isFound = alternatives.some((alternative) => matchText(text, alternative).matched);
      // A shorter snippet may have no room for one character with its marks.
      const hasRoom = length >= 8;
      expect(snippet.highlights.length > 0 ? isFound : !(isFound && hasRoom)).toBe(true);
    }),
    { numRuns: 1000 },
  );
  expect(highlighted).toBeGreaterThan(200);
});

test("a large text is searched in turns with others, and what stands over the end of a step is found", async () => {
  const filler = "lorem ipsum ".repeat(500_000);
  let turns = 0;
  const rest = async (): Promise<void> => void (turns += 1);
  const find = (text: string, input: string) => makeSnippetInTurns(text, parseTextQuery(input), rest);
  for (const place of [3 * 1024 * 1024 - 5, 5 * 1024 * 1024]) {
    const text = `${filler.slice(0, place)} a getNeedleByName ${filler.slice(place)}`;
    turns = 0;
    const snippet = await find(text, "get_needle_by_name");
    expect(snippet).toEqual(makeSnippet(text, parseTextQuery("get_needle_by_name")));
    expect(snippet.highlights).toHaveLength(1);
    expect(turns).toBeGreaterThanOrEqual(2);
  }
  turns = 0;
  expect((await find(filler, "nothing")).highlights).toEqual([]);
  expect(turns).toBeGreaterThan(5);
});
