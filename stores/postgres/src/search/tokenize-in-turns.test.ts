import { tokenize } from "@throughline/core";
import { expect, test } from "vitest";
import { UNITS_A_TURN, tokenizeInTurns } from "./tokenize-in-turns.ts";

test("a large text gives its tokens, and others their turns", async () => {
  const text = Array.from({ length: 100_000 }, (_, index) => `word${index} getUser`).join("\n");
  let turns = 0;
  const tokens = await tokenizeInTurns(text, async () => void (turns += 1));
  expect(tokens).toEqual(tokenize(text));
  expect(turns).toBe(Math.ceil(text.length / (UNITS_A_TURN + 20)));
});
