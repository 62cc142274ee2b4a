import { expect, test } from "vitest";
import type { FeedEntry } from "./changes.ts";
import { matchesFeedFilter } from "./matches-feed-filter.ts";

const entry: FeedEntry = {
  position: 1,
  at: 1,
  user: "u",
  changes: [
    { kind: "messages", change: "append", key: ["s", 1], session: "s", count: 1 },
    { kind: "state", change: "insert", key: ["a"], session: "" },
  ],
};

test.for([
  [undefined, true],
  [{}, true],
  [{ user: "u" }, true],
  [{ user: "v" }, false],
  [{ session: "s" }, true],
  [{ session: "t" }, false],
  [{ kinds: ["state"] }, true],
  [{ kinds: [] }, false],
  [{ session: "s", kinds: ["messages"] }, true],
  // One change has to fit as a whole.
  [{ session: "s", kinds: ["state"] }, false],
  [{ session: "", kinds: ["state"], user: "u" }, true],
] as const)("[F4] %j lets the entry through: %s", ([where, passes]) => {
  expect(matchesFeedFilter(entry, where)).toBe(passes);
});
