import { expect, test } from "vitest";
import { tokenLengthLimit } from "./scan-text.ts";
import { tokenize, tokenizerVersion } from "./tokenize.ts";

/** Tokens as they read best in a table: the words, then after a bar by what else identifiers are found. */
function show(text: string): string {
  const { words, whole } = tokenize(text);
  return [words.join(" "), ...(whole.length > 0 ? [whole.join(" ")] : [])].join(" | ");
}

test.each([
  ["", ""],
  [" .,;!? ", ""],
  ["The quick, brown fox.", "the quick brown fox"],
  ["don't", "don t"],
  ["café CAFÉ cafe\u0301", "cafe cafe cafe"],
  ["Straße und STRASSE", "strasse und strasse"],
  ["ÄB ABÉ Éa1", "ab abe ea1"],
  ["Привет, ёж", "привет еж"],
  ["co\u00adoperate zero\u200dwidth", "cooperate zerowidth"],
  ["x² ½ ①", "x2 12 1"],
  ["हिन्दी पाठ", "हिन्दी पाठ"],
])("words of %j", (text, tokens) => {
  expect(show(text)).toBe(tokens);
});

test.each([
  ["getUserById", "getuserbyid | get user by id /"],
  ["GetUserByID GETUSERBYID", "getuserbyid getuserbyid | get user by id /"],
  ["GitHub Actions", "github actions | git hub /"],
  ["GitHub OpenAI", "github openai | git hub / open ai /"],
  ["get_user_by_id", "get user by id | get_user_by_id"],
  ["HTTPServer2", "httpserver2 | http server2 /"],
  ["S3Bucket a1B2C3 2D", "s3bucket a1b2c3 2d | s3 bucket /"],
  ["straßeÄndern", "strasseandern | strasse andern /"],
  ["e\u0301A\u0301e\u0301 ABÉd", "eae abed | e ae / ab ed /"],
  ["src/auth/login.ts", "src auth login ts | src/auth/login.ts"],
  ["docs/JavaScript.md", "docs javascript md | docs/javascript.md docs java script md /"],
  ["get_user JavaScript", "get user javascript | get_user java script /"],
  ["user.getById", "user getbyid | user.getbyid user get by id /"],
  ["@scope/package-name,", "scope package name | scope/package-name"],
  ["foo::bar", "foo bar | foo::bar"],
  ["v1.2.3.", "v1 2 3 | v1.2.3"],
  ["https://example.com/a#b", "https example com a b | https://example.com/a#b"],
  ["C:\\Users\\me", "c users me | c:\\users\\me"],
  ["home/me/.config/x", "home me config x | home/me/.config/x"],
  ["__init__ --flag ./a", "init flag a"],
  ["mcp__server__tool", "mcp server tool | mcp__server__tool"],
  ["wait...what this--that a..b", "wait what this that a b"],
  ["a____b", "a b"],
  ["(one)[two]{three}", "one two three"],
])("identifiers in %j", (text, tokens) => {
  expect(show(text)).toBe(tokens);
});

test.each([
  ["日本語", "日本 本語 語"],
  ["語", "語"],
  ["日本語ABCです", "日本 本語 語 abc です す"],
  ["東京、日本", "東京 京 日本 本"],
  ["src/日本", "src 日本 本"],
  ["か\u3099く ｶﾞ", "がく く ガ"],
  ["한국어 \u1112\u1161\u11ab", "한국 국어 어 한"],
  ["ラーメン 々", "ラー ーメ メン ン 々"],
  ["𠮷野家", "𠮷野 野家 家"],
  ["กินข้าว", "กิน นข้ ข้า าว ว"],
])("pairs in %j", (text, tokens) => {
  expect(show(text)).toBe(tokens);
});

test.each([
  ["a\0b", "a b"],
  ["a\ud800b\udc00c", "a b c"],
  ["👨‍👩‍👧x👍🏽y", "x y"],
  ["\u0301a \u0301", "a"],
  ["a\u200b", "a"],
  ["\ufeffa", "a"],
  ["𝐀𝐁 Ｆｕｌｌ", "ab full"],
])("awkward %j", (text, tokens) => {
  expect(show(text)).toBe(tokens);
});

test("the version stands for these tokens", () => {
  const sample = "Œuvre de l'été: getUserById(@a/b-c) — 日本語 x² ΑΣ हिन्दी v1.2.3_RC";
  // When other tokens are meant to come out, raise the version as well: stores then build their index anew.
  expect({ version: tokenizerVersion, ...tokenize(sample) }).toEqual({
    version: 1,
    words: "œuvre de l ete getuserbyid a b c 日本 本語 語 x2 ασ हिन्दी v1 2 3 rc".split(" "),
    whole: "get user by id / a/b-c v1.2.3_rc".split(" "),
  });
});

test("a long word keeps its first 128 units, and a long identifier has no whole form", () => {
  expect(tokenLengthLimit).toBe(128);
  expect(tokenize(`${"x".repeat(500)} b`)).toEqual({ words: ["x".repeat(128), "b"], whole: [] });
  expect(tokenize("я".repeat(500)).words).toEqual(["я".repeat(128)]);
  expect(tokenize(`a${"𐐨".repeat(500)}`).words).toEqual([`a${"𐐨".repeat(63)}`]);
  expect(tokenize(`a/${"x".repeat(126)}`).whole).toEqual([`a/${"x".repeat(126)}`]);
  expect(tokenize(`a/${"x".repeat(127)}`).whole).toEqual([]);
  expect(tokenize(`é/${"x".repeat(127)}`).whole).toEqual([]);
});

test("a long word is not parted at capitals, the words around it are", () => {
  const key = "aB".repeat(65);
  const cut = key.slice(0, 128).toLowerCase();
  expect(tokenize(`myKey=${key}`)).toEqual({ words: ["mykey", cut], whole: ["my", "key", "/"] });
  expect(tokenize(`myKey/${key}`)).toEqual({ words: ["mykey", cut], whole: ["my", "key", cut, "/"] });
  expect(tokenize(key.slice(2)).whole).toHaveLength(66);
});

test("a character with a thousand marks keeps the first sixteen", () => {
  expect(tokenize(`क${"ि".repeat(1000)}ख`).words).toEqual([`क${"ि".repeat(16)}ख`]);
});

// The bound is generous for slow machines; a step that is not linear takes minutes on texts of this length.
test.each([
  ["one letter", "a"],
  ["alternating case", "aB"],
  ["short words of mixed case", "aB "],
  ["joined words of mixed case", "aB."],
  ["dotted letters", "a."],
  ["joiners", "_"],
  ["letters between joiners", "a__"],
  ["marks", "\u0301\u0316"],
  ["marked letters", "क\u0301ि"],
  ["lone surrogates", "\ud800"],
  ["Chinese", "天气"],
  ["emoji", "👨‍👩‍👧"],
  ["spaces", " "],
])(
  "takes linear time over 512 Ki units of %s",
  (_name, piece) => {
    const text = piece.repeat((512 * 1024) / piece.length);
    const start = process.cpuUsage();
    tokenize(text);
    // Of this process alone: other tests share the machine.
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(5_000);
  },
  60_000,
);
