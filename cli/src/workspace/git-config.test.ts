import { expect, test } from "vitest";
import { remotesIn } from "./git-config.ts";

test("reads the addresses of remotes as git does", () => {
  const config = [
    "[core]",
    "\turl = not-a-remote",
    '[remote "upstream"] ; the first',
    "  URL = https://example.com/up.git # comment",
    "  pushurl = nowhere",
    '[REMOTE "or\\"i"] url = "a b;c" d\\\\e',
    "[remote.OLD]",
    "url = git@example.com:o\\",
    "ld.git",
    "url = second",
    '[branch "remote"]',
    "url = x",
    "[remote] url = y",
  ].join("\n");
  expect([...remotesIn(config)]).toEqual([
    ["upstream", "https://example.com/up.git"],
    ['or"i', "a b;c d\\e"],
    ["old", "git@example.com:old.git"],
  ]);
});
