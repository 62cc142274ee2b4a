import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { fts5Tokenizer, toFts5Query, toFts5Text } from "./fts5-query.ts";
import { compileTextQuery } from "./match-text.ts";
import { parseTextQuery, type TextQuery } from "./text-query.ts";
import { tokenize } from "./tokenize.ts";

const columns = { words: "words", whole: "whole" };
const database = new DatabaseSync(":memory:");
database.exec(
  `CREATE VIRTUAL TABLE texts USING fts5(words, whole, scope, content='', contentless_delete=1, tokenize="${fts5Tokenizer}")`,
);
const insert = database.prepare("INSERT INTO texts(rowid, words, whole, scope) VALUES (?, ?, ?, ?)");
const search = database.prepare("SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rowid");
afterAll(() => {
  database.close();
});

/** Indexes the texts in place of what was there; the scope of each is its index modulo two. */
function index(texts: readonly string[]): void {
  database.exec("DELETE FROM texts");
  for (const [row, text] of texts.entries()) {
    const { words, whole } = toFts5Text(tokenize(text));
    insert.run(row, words, whole, `all s-${row % 2}`);
  }
}

function findWithFts5(query: TextQuery, scope?: string[]): number[] {
  const expression = toFts5Query(query, columns, scope && { column: "scope", tokens: scope });
  return search.all(expression).map((row) => Number(row["rowid"]));
}

function findByScanning(texts: readonly string[], query: TextQuery): number[] {
  const matcher = compileTextQuery(query);
  return texts.flatMap((text, row) => (matcher.matchText(text).matched ? [row] : []));
}

describe("the expression", () => {
  test.each([
    ["one two", '{"words" "whole"} : "one" AND {"words" "whole"} : "two"'],
    ['"one two"*', '{"words" "whole"} : "one two" *'],
    ["getUser", '{"words" "whole"} : ("getuser" OR "get user")'],
    ["get_us*", '{"words" "whole"} : ("get us" * OR "get_us" *)'],
    [
      "one -two -three",
      '({"words" "whole"} : "one") NOT ({"words" "whole"} : "two" OR {"words" "whole"} : "three")',
    ],
  ])("of %s", (input, expression) => {
    expect(toFts5Query(parseTextQuery(input), columns)).toBe(expression);
  });

  test("leaves out the columns where no other holds such a token", () => {
    const scoped = { ...columns, others: /^s[0-9]*$/u };
    expect(toFts5Query(parseTextQuery("one get_us s1"), scoped)).toBe(
      '"one" AND ("get us" OR "get_us") AND {"words" "whole"} : "s1"',
    );
    expect(toFts5Query(parseTextQuery('s* so* "s1 s2" -"two s1"'), scoped)).toBe(
      '({"words" "whole"} : "s" * AND "so" * AND {"words" "whole"} : "s1 s2") NOT ("two s1")',
    );
  });

  test("quotes column names", () => {
    expect(toFts5Query(parseTextQuery("one"), { words: 'a"b', whole: "c d" })).toBe('{"a""b" "c d"} : "one"');
  });

  test("asks for each scope token", () => {
    index(["one", "one", "two"]);
    expect(findWithFts5(parseTextQuery("one"), ["all", "s-1"])).toEqual([1]);
    expect(findWithFts5(parseTextQuery("one two"), ["all"])).toEqual([]);
    expect(findWithFts5(parseTextQuery("one -two"), ["s-0"])).toEqual([0]);
    expect(findWithFts5(parseTextQuery("all*"))).toEqual([]);
  });

  test("is refused for an empty query or a scope token that would be split", () => {
    expect(() => toFts5Query(parseTextQuery("-one"), columns)).toThrow(RangeError);
    expect(() => toFts5Query(parseTextQuery("one"), columns, { column: "scope", tokens: ["a b"] })).toThrow(
      RangeError,
    );
    expect(() => toFts5Query(parseTextQuery("one"), columns, { column: "scope", tokens: [""] })).toThrow(
      RangeError,
    );
  });
});

test.each([
  ['"getuser httpserver"', [0], "words make phrases whatever their case"],
  ['"httpserver get"', [], "a phrase stays in its column"],
  ['"id get"', [], "a phrase of parts stays in one identifier"],
  ['"user http"', [], "a phrase of parts stays in one identifier"],
  ['"user ht"*', [], "a phrase of parts stays in one identifier"],
  ["http user", [0], "parts are found one by one"],
  ['"user by id"', [0, 1], "parts of identifiers make phrases"],
  ["get_user_by_id", [0, 1], "spellings of an identifier are one"],
  ["getuserby*", [0], "a word may go on"],
  ["get.us*", [0, 1], "a part may go on"],
])("%s finds rows %j both ways: %s", (input, rows) => {
  const texts = ["getUserById getUser HTTPServer", "get user by id"];
  index(texts);
  const query = parseTextQuery(input);
  expect({ fts5: findWithFts5(query), scan: findByScanning(texts, query) }).toEqual({
    fts5: rows,
    scan: rows,
  });
});

test("the largest query is still one expression", () => {
  const identifier = (clause: number): string =>
    Array.from({ length: 32 }, (_, part) => `w${clause}_${part}`).join("_");
  const identifiers = Array.from({ length: 32 }, (_, clause) => identifier(clause));
  index([identifiers.join(" "), identifiers.slice(1).join(" ")]);
  const all = parseTextQuery(identifiers.map((each) => `${each}*`).join(" "));
  const last = parseTextQuery([...identifiers.slice(1), `-${identifier(0)}`].join(" "));
  expect(all.required).toHaveLength(32);
  expect(all.required[0]?.words).toHaveLength(64);
  expect([findWithFts5(all, ["all"]), findWithFts5(last, ["all"])]).toEqual([[0], [1]]);
  const mixed = identifiers.map((_, clause) =>
    Array.from({ length: 32 }, (_each, part) => `aB${clause}x${part}`).join("."),
  );
  index([mixed.join(" "), mixed.slice(1).join(" ")]);
  const parted = parseTextQuery(mixed.map((each) => `${each}*`).join(" "));
  expect(parted.required[31]?.parts).toHaveLength(64);
  expect(findWithFts5(parted, ["all"])).toEqual([0]);
});

/** Few pieces, so that texts and queries meet; each is there for a rule that could differ between the two ways. */
const piece = fc.constantFrom(
  ..."a b ab abc get user getUser getUserById get_user HTTPServer2 src/auth src/auth/login.ts GitHub Actions hub OpenAI git_hub aB Bc bC foo::bar @a/b-c v1.2".split(
    " ",
  ),
  ..."GETUSER getuser srcAuth café CAFÉ cafe\u0301 Straße strasse Ｆｕｌｌ full ﬁn fin İ i ı x² Σ ς σ йод \u01c4".split(
    " ",
  ),
  ..."日 本 語 日本 日本語 日本語です 東京 か\u3099 が ｶﾞ 한국 \u1112\u1161\u11ab กิน हिन्दी ㊀ 一 㐀 𠮷 𠮷野".split(
    " ",
  ),
  ..."👍 👨‍👩‍👧 \u200d \u00ad \ufe0f \u0301 \ud800 \udc00 \0 ' ’ \" “ * - -- . .. / : :: # @ _ \\ ( ) { } + ^ AND OR NOT NEAR …".split(
    " ",
  ),
  "x".repeat(130),
  "x".repeat(128),
  `${"x".repeat(100)}/${"y".repeat(40)}`,
);
const glue = fc.constantFrom("", "", " ", " ", "\n", "-", '"', "_");
const nastyText = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.tuple(piece, glue) },
      fc.tuple(fc.string({ unit: "binary", maxLength: 3 }), glue),
    ),
    {
      maxLength: 12,
      size: "max",
    },
  )
  .map((pieces) => pieces.map((pair) => pair.join("")).join(""));

/** A query as a person may make it from a text: a chunk or a stretch of it, perhaps quoted, excluded, or cut short with a star. */
function queryFrom(texts: readonly string[]): fc.Arbitrary<string> {
  const stretch = fc
    .tuple(fc.constantFrom(...texts, "zero"), fc.nat(), fc.integer({ min: 1, max: 12 }))
    .map(([text, start, length]) => text.slice(start % (text.length + 1)).slice(0, length));
  const dress = fc.constantFrom<(part: string) => string>(
    (part) => part,
    (part) => part.toUpperCase(),
    (part) => part.toLowerCase(),
    (part) => `"${part}"`,
    (part) => `"${part}"*`,
    (part) => `${part}*`,
    (part) => `-${part}`,
    (part) => `-"${part}"`,
  );
  const chunk = fc.constantFrom(...texts.flatMap((text) => text.split(/\s+/u)), "zero");
  const part = fc.tuple(fc.oneof(chunk, stretch, piece), dress).map(([text, wear]) => wear(text));
  return fc.array(part, { minLength: 1, maxLength: 2 }).map((parts) => parts.join(" "));
}

const textsAndQueries = fc
  .array(nastyText, { minLength: 1, maxLength: 6, size: "max" })
  .chain((texts) =>
    fc.tuple(fc.constant(texts), fc.array(queryFrom(texts), { minLength: 1, maxLength: 8, size: "max" })),
  );

test("FTS5 finds what the matcher finds", { timeout: 60_000 }, () => {
  let hits = 0;
  fc.assert(
    fc.property(textsAndQueries, ([texts, inputs]) => {
      index(texts);
      for (const input of inputs) {
        const query = parseTextQuery(input);
        const scanned = findByScanning(texts, query);
        hits += scanned.length;
        const found = query.required.length === 0 ? [] : findWithFts5(query);
        expect({ input, query, found }).toEqual({ input, query, found: scanned });
      }
    }),
    { numRuns: 500 },
  );
  // Queries that never find anything would agree as well.
  expect(hits).toBeGreaterThan(200);
});

test("rejecting a text unread changes nothing", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(textsAndQueries, ([texts, inputs]) => {
      for (const input of inputs) {
        const matcher = compileTextQuery(parseTextQuery(input));
        for (const text of texts) {
          const { matched, frequency } = matcher.match(tokenize(text));
          expect({ input, ...matcher.matchText(text) }).toMatchObject({ input, matched, frequency });
        }
      }
    }),
    { numRuns: 200 },
  );
});

test("FTS5 keeps every token as it is", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(nastyText, (text) => {
      const tokens = tokenize(text);
      index([text]);
      for (const token of new Set(tokens.words)) {
        expect(search.all(`{words} : "${token}"`)).toHaveLength(1);
      }
      for (const token of new Set(tokens.whole)) {
        expect(search.all(`{whole} : "${token}"`)).toHaveLength(1);
      }
      for (const [column, phrase] of Object.entries(toFts5Text(tokens))) {
        const rows = phrase === "" ? [] : search.all(`{${column}} : ^ "${phrase}"`);
        expect(rows).toHaveLength(phrase === "" ? 0 : 1);
      }
    }),
    { numRuns: 500 },
  );
});
