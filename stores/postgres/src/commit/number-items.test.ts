import { expect, test } from "vitest";
import type { AppendItem, GroupItem } from "./group-item.ts";
import { numberItems } from "./number-items.ts";

function appendTo(session: string, operation?: string): AppendItem {
  const given = { form: "append", now: 1, session, activity: 1, added: 1, tokens: 0, messages: [] } as const;
  return operation === undefined ? given : { ...given, operation };
}

const fence: GroupItem = { form: "fence", now: 1, operation: "o", fingerprint: "" };

test("within a round, sessions and operations are different", () => {
  const { rounds } = numberItems([
    appendTo("a"),
    appendTo("b", "one"),
    appendTo("a"),
    appendTo("c", "one"),
    appendTo("a", "one"),
    appendTo("d", "two"),
  ]);
  expect(rounds.map((round) => round.map(({ session, number }) => `${session} ${number}`))).toEqual([
    ["a 0", "b 1", "d 5"],
    ["a 2", "c 3"],
    ["a 4"],
  ]);
});

test("numbers are places in the group, whatever the form", () => {
  const { items, rounds } = numberItems([fence, appendTo("a"), fence]);
  expect(items.map(({ number }) => number)).toEqual([0, 2]);
  expect(rounds).toMatchObject([[{ number: 1 }]]);
  expect(numberItems([fence]).rounds).toEqual([]);
});
