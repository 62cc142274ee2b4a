import { expect, test } from "vitest";
import { sortInTurns } from "./sort-in-turns.ts";

test("texts are sorted as at once, and others have their turns", async () => {
  let turns = 0;
  const rest = async (): Promise<void> => void (turns += 1);
  for (const count of [0, 1, 8_192, 8_193, 50_000]) {
    turns = 0;
    const texts = Array.from({ length: count }, (_, index) => `w${(index * 7_919) % 20_011}\u{1f600}\uffff`);
    expect(await sortInTurns(texts, rest)).toEqual(texts.toSorted());
    expect(turns).toBeGreaterThanOrEqual(Math.ceil(count / 8_192));
  }
  expect(turns).toBeGreaterThan(20);
});
