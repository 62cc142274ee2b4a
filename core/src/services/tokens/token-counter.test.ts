import * as fc from "fast-check";
import * as cl100k from "gpt-tokenizer/encoding/cl100k_base";
import * as o200k from "gpt-tokenizer/encoding/o200k_base";
import { memoryStore } from "@throughline/store-memory";
import { afterAll, describe, expect, test } from "vitest";
import { guardStore } from "../../guard/guard-store.ts";
import { tokenFamilies } from "../../text/token-families.ts";
import { Throughline } from "../throughline.ts";
import { estimateTokens } from "./estimate-tokens.ts";

const tl = new Throughline(guardStore(memoryStore()));
const asText = { disallowedSpecial: new Set<string>() };

afterAll(() => tl.close());

/** Texts of our own, of many sorts. */
const prose =
  "The session keeps what happened: every turn, in order, and nothing twice. Whoever comes back finds it as it was, " +
  "with the files that were open and what was decided about them. It isn't a cache, and it doesn't forget.\n\n";
const code =
  "export async function readPage(store: Store, after?: string): Promise<Page<Row>> {\n  const rows = await store.query({ " +
  "kind: 'messages', limit: 50, after });\n  // The next one begins here.\n  return { rows, next: rows.at(-1)?.id ?? null };\n}\n";
const data = '{"id": 1048576, "name": "träger", "tags": ["a", "b-c"], "at": "2026-01-02T03:04:05.678Z"},\n';
const russian = "Сессия хранит всё, что произошло: каждое сообщение и каждый файл, по порядку. ";
const chinese = "会话保存发生过的一切：每一条消息、每一个文件，按照顺序。";

describe("counting by a tokenizer", () => {
  test.each([
    ["o200k", o200k],
    ["cl100k", cl100k],
  ] as const)("%s counts what the tokenizer counts, in slices too", async (family, encoding) => {
    const unit = fc.oneof(
      fc.constantFrom(
        prose,
        code,
        data,
        russian,
        chinese,
        "don't ",
        "I'LL'S",
        "e\u0301",
        "\r\n \n",
        "   ",
        "///\n",
      ),
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.string({ maxLength: 40 }),
    );
    const texts = fc.array(unit, { minLength: 1, maxLength: 8 }).map((parts) => parts.join("").repeat(40));
    const counts = fc.asyncProperty(texts, async (text) => {
      const { count, estimated } = await tl.tokens.count(text, { family });
      const exact = encoding.countTokens(text, asText);
      // A run that is longer than a slice is cut: then it may be a token or two more, each time.
      expect(Math.abs(count - exact)).toBeLessThanOrEqual(estimated ? text.length / 256 : 0);
    });
    await fc.assert(counts, { numRuns: 60 });
    expect(await tl.tokens.count(prose.repeat(100), { family })).toMatchObject({ estimated: false });
    expect(await tl.tokens.count("", { family })).toEqual({ count: 0, family, estimated: false });
  });

  test("what looks like a special token is text", async () => {
    const text = "<|endoftext|> and <|im_start|>".repeat(3);
    expect(await tl.tokens.count(text)).toEqual({
      count: o200k.countTokens(text, asText),
      family: "o200k",
      estimated: false,
    });
    expect(await tl.tokens.count("<|endoftext|>")).toMatchObject({ count: 7 });
  });

  test("a run without end is cut, and says that it is an estimate", async () => {
    expect(await tl.tokens.count("a".repeat(20_000))).toEqual({
      count: o200k.countTokens("a".repeat(20_000), asText),
      family: "o200k",
      estimated: true,
    });
    // Never within a character.
    expect(await tl.tokens.count("x" + "😀".repeat(5_000))).toMatchObject({ count: 5_001 });
  });

  test("others have a turn while a long text is counted", async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    await tl.tokens.count(prose.repeat(10_000));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });
});

describe("families", () => {
  test("a model names one; one that is not known is the usual one, as an estimate", async () => {
    expect(await tl.tokens.count(prose, { model: "gpt-4" })).toMatchObject({
      family: "cl100k",
      estimated: false,
    });
    expect(await tl.tokens.count(prose, { model: "claude-sonnet-4-5" })).toMatchObject({
      family: "claude",
      estimated: true,
    });
    expect(await tl.tokens.count(prose, { model: "unheard-of" })).toMatchObject({
      family: "o200k",
      estimated: true,
    });
    await expect(tl.tokens.count(prose, { family: "o300k" as "o200k" })).rejects.toMatchObject({
      reason: "type",
    });
    await expect(tl.tokens.count(1 as unknown as string)).rejects.toMatchObject({ code: "invalid" });
  });

  test("the usual one is an option", async () => {
    const { store } = tl;
    const other = new Throughline(store, { tokenModel: "anthropic/claude-sonnet-4-5" });
    expect(await other.tokens.count(prose)).toMatchObject({ family: "claude" });
    expect(await other.withTenant("t").tokens.count(prose)).toMatchObject({ family: "claude" });
    expect(() => new Throughline(store, { tokenModel: "gtp-5" })).toThrow(
      expect.objectContaining({ code: "invalid", reason: "option" }),
    );
  });

  test("all at once", async () => {
    const counts = await tl.tokens.countAll(prose);
    expect(Object.keys(counts)).toEqual([...tokenFamilies]);
    expect(counts.o200k).toEqual({ count: o200k.countTokens(prose), estimated: false });
    expect(counts.claude5.count).toBeGreaterThan(counts.claude.count);
  });
});

describe("the estimate", () => {
  test.each([
    ["prose", prose, 0.15],
    ["code", code, 0.15],
    ["data", data, 0.2],
    ["Russian", russian, 0.2],
    ["Chinese", chinese, 0.25],
  ])("of %s is near what the tokenizers count", async (_, text, most) => {
    for (const [family, encoding] of [["o200k", o200k] as const, ["cl100k", cl100k] as const]) {
      const exact = encoding.countTokens(text.repeat(20));
      const error = Math.abs((await estimateTokens(family, text.repeat(20))) - exact) / exact;
      expect(error, family).toBeLessThan(most);
    }
  });

  test("is a whole number, never less for more of the same text, and at least 1", async () => {
    const whole = fc.asyncProperty(fc.string({ unit: "binary" }), fc.nat(5), async (text, more) => {
      for (const family of tokenFamilies) {
        const one = await estimateTokens(family, text);
        expect(Number.isSafeInteger(one)).toBe(true);
        expect(one).toBeGreaterThanOrEqual(text === "" ? 0 : 1);
        expect(await estimateTokens(family, `${text}\n`.repeat(more + 2))).toBeGreaterThanOrEqual(one);
      }
    });
    await fc.assert(whole, { numRuns: 100 });
  });
});
