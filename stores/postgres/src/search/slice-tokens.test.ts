import { tokenize } from "@throughline/core";
import { expect, test } from "vitest";
import { withClient } from "../test/raw-connection.ts";
import { sliceTokens } from "./slice-tokens.ts";

const scope = ["T1", "S2"];

/** What the server makes of slices: how many positions each has, and whether a query matches each. */
async function readSlices(
  slices: readonly string[],
  query: string,
): Promise<{ positions: number; matches: boolean }[]> {
  const { rows } = await withClient((client) =>
    client.query<{ positions: number; matches: boolean }>(
      `SELECT (SELECT coalesce(sum(cardinality(u.positions)), 0)::integer FROM unnest(v.words) u) AS positions,
        v.words @@ $2::tsquery AS matches
      FROM (SELECT w::tsvector AS words, n FROM unnest($1::text[]) WITH ORDINALITY AS x (w, n)) v ORDER BY v.n`,
      [slices, query],
    ),
  );
  return rows;
}

test("a short text has one slice, with the words of its scope and its own", async () => {
  const slices = [...sliceTokens(tokenize("O'Neill's C:\\dir getUserById"), scope)];
  expect(slices).toHaveLength(1);
  for (const query of [
    "'T1' & 'S2' & 'neill'",
    "'o' <-> 'neill' <-> 's'",
    "'c:\\\\dir'",
    "'get' <-> 'user' <-> 'by' <-> 'id'",
    "!('id' <-> 'c:\\\\dir') & !'/'",
  ]) {
    expect(await readSlices(slices, query), query).toMatchObject([{ matches: true }]);
  }
});

test("a text without words has one slice", () => {
  expect([...sliceTokens(tokenize("?!"), [])]).toEqual([""]);
});

test.each([
  ["of one word", "echo ".repeat(2_000)],
  ["of different words", Array.from({ length: 30_000 }, (_, index) => `w${index}`).join(" ")],
  ["of identifiers", Array.from({ length: 9_000 }, (_, index) => `getUser_${index % 70}`).join(" ")],
  ["of the longest words", Array.from({ length: 6_000 }, (_, i) => `${"ж".repeat(120)}${i}`).join(" ")],
  ["without spaces", "日本語の文章".repeat(3_000)],
])("the server keeps every position of a text %s, and slices overlap by a phrase", async (_, text) => {
  const tokens = tokenize(text);
  const slices = [...sliceTokens(tokens, scope)];
  const given = slices.map((slice) => slice.match(/':\d+(?= |$)/g)?.length ?? 0);
  const kept = await readSlices(slices, "'T1'");
  expect(kept.map(({ positions }) => positions)).toEqual(given);
  expect(slices.length).toBeGreaterThan(1);
  expect(slices.length).toBeLessThan(text.length / 100);
  // A phrase of 64 words that ends where the first slice does, and those just after it.
  const firstWords = slices[0]?.match(/':\d+/g)?.map((position) => Number(position.slice(2))) ?? [];
  const wordsEnd = Math.min(8_000, tokens.words.length, Math.max(...firstWords));
  for (let end = Math.max(64, wordsEnd - 2); end < Math.min(tokens.words.length, wordsEnd + 70); end += 23) {
    const phrase = tokens.words
      .slice(end - 64, end)
      .map((token) => `'${token}'`)
      .join(" <-> ");
    const found = await readSlices(slices, phrase);
    expect(
      found.some(({ matches }) => matches),
      `words ${end - 64} to ${end}`,
    ).toBe(true);
  }
});
