import { expect, test } from "vitest";
import type { AppendItem, FenceItem } from "./group-item.ts";
import { numberItems } from "./number-items.ts";

function appendTo(session: string, operation?: string): AppendItem {
  const given = { form: "append", now: 1, session, activity: 1, added: 1, tokens: 0, messages: [] } as const;
  return operation === undefined ? given : { ...given, operation };
}

const fence: FenceItem = { form: "fence", now: 1, operation: "o", fingerprint: "" };

test("within a round, sessions and operations are different", () => {
  const { appends, rounds } = numberItems([
    appendTo("a"),
    appendTo("b", "one"),
    appendTo("a"),
    appendTo("c", "one"),
    appendTo("a", "one"),
    appendTo("d", "two"),
  ]);
  expect(appends.map(({ session, round }) => `${session} ${round}`)).toEqual([
    "a 1",
    "b 1",
    "a 2",
    "c 2",
    "a 3",
    "d 1",
  ]);
  expect(rounds).toBe(3);
});

test("numbers are places in the group, whatever the form", () => {
  const { items, appends, rounds } = numberItems([fence, appendTo("a"), fence]);
  expect(items.map(({ number }) => number)).toEqual([0, 2]);
  expect(appends.map(({ number }) => number)).toEqual([1]);
  expect(rounds).toBe(1);
  expect(numberItems([fence]).rounds).toBe(0);
});
