import type { MessageHit } from "@throughline/core";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { displayWidth } from "../terminal/display-width.ts";
import { formatHit } from "./format-hit.ts";

const snippet =
  "The climbing roses at the wall want pruning in early spring, before the first leaves come out.";
const at = snippet.indexOf("pruning in");
const hit: MessageHit = {
  kind: "message",
  sessionId: "01980000-0000-7000-8000-00004f2a91c0",
  messageId: "m",
  seq: 12,
  role: "user",
  createdAt: new Date(2025, 2, 9, 14, 5),
  toolId: "web-chat",
  projectId: null,
  title: "How the climbing roses 薔薇 at the southern wall are pruned in spring",
  snippet,
  highlights: [[at, at + "pruning in".length]],
  score: 1,
};
const marked = (_: unknown, text: string) => `<${text}>`;
const plain = (_: unknown, text: string) => text;

test.each([40, 60, 80])("a hit fits into %d columns, with a short id and whole words", (width) => {
  const lines = formatHit(hit, plain, width).split("\n");
  expect(lines[0]).toMatch(/^00004f2a91c0 12 {2}user {2}2025.*…$/);
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  expect(lines.slice(1).join("").replaceAll(/ +/g, " ").trim()).toBe(snippet);
});

test("a match that is broken over lines is painted on both", () => {
  const lines = formatHit(hit, marked, 45).split("\n");
  expect(lines.slice(1, 3)).toEqual([
    "  The climbing roses at the wall want <pruning>",
    "  <in> early spring, before the first leaves",
  ]);
});

test("elsewhere than on a terminal the id is whole, and nothing is cut", () => {
  const text = stripVTControlCharacters(formatHit(hit, plain, undefined));
  expect(text).toBe(
    `${hit.sessionId} 12  user  2025-03-09 14:05  web-chat  ${hit.title ?? ""}\n  ${snippet}\n\n`,
  );
});
