import { Throughline, guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { expect, test } from "vitest";
import { suggestSessions } from "./suggest-sessions.ts";

const ids = ["01980000-0000-7000-8000-00004f2a91c0", "01980000-0000-7000-8000-0000b7d6e835"] as const;
const next = ids.values();
const throughline = new Throughline(guardStore(memoryStore()), {
  generateId: () => next.next().value ?? "none",
});
await throughline.sessions.create({ title: "Prune the\n roses", tool: "codex", externalKey: "Rose-1" });
await throughline.sessions.create({ title: "x".repeat(300) });
const roses = `${ids[0]} (Prune the roses)`;
const long = `${ids[1]} (${"x".repeat(39)}…)`;

test.each([
  ["a letter that is wrong", "4f2b91c0", [roses]],
  ["two that are exchanged", "f42a91c0", [roses]],
  ["one that is missing", "4f2a1c0", [roses]],
  ["a full id with a slip", "01980000-0000-7000-8000-00004f2a9lc0", [roses]],
  ["the beginning, which all share", "01980000", [long, roses]],
  ["another tool's id without the tool, or with another one", "rose-1", [roses]],
  ["a mistyped tool", "codx:rose-1", [roses]],
  ["a mistyped key", "codex:rsoe-1", [roses]],
  ["a word of the title", "ROSES", [roses]],
  ["nothing like any", "9999999999", []],
  ["a title's two letters", "Pr", []],
  ["as much of a title as is compared", "x".repeat(200), [long]],
  ["more than anybody types", "x".repeat(201), []],
])("%s", async (_, name, expected) => {
  expect(await suggestSessions(throughline, name)).toEqual(expected);
});
