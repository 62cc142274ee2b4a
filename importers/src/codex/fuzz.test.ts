import { readdirSync } from "node:fs";
import { fuzzLines } from "../test/fuzz-lines.ts";
import { codexFixture } from "../test/memory-source.ts";
import { codex } from "./codex.ts";

function longNames(): string {
  const long = (index: number, letter: string): string =>
    `${letter}${'\\"\u0001ü'.repeat(60)}${index}`.slice(-200);
  const labels = { branch: long(1, "b"), commit_hash: long(2, "h"), repository_url: long(3, "u") };
  const meta = {
    id: long(0, "s"),
    cwd: "\u0001".repeat(1000),
    git: labels,
    originator: long(4, "o"),
    source: long(5, "c"),
  };
  const more = {
    cli_version: long(6, "v"),
    agent_role: long(7, "r"),
    agent_nickname: long(8, "n"),
    forked_from_id: long(9, "f"),
  };
  const lines = Array.from({ length: 2000 }, (_, index) => [
    { type: "turn_context", payload: { turn_id: "t", model: long(index, "m") } },
    { type: "event_msg", payload: { type: "agent_message", message: `early ${index}` } },
    {
      type: "response_item",
      payload: { type: "function_call", name: long(index, "n"), call_id: long(index, "c") },
    },
    {
      type: "response_item",
      payload: {
        type: "message",
        role: "user",
        content: `prompt ${index}`,
        id: `msg_${"x".repeat(70)}${index}`,
      },
    },
  ]).flat();
  const records = [{ type: "session_meta", payload: { ...meta, ...more } }, ...lines];
  return records.map((record) => JSON.stringify(record)).join("\n");
}

fuzzLines({
  importer: codex,
  names: readdirSync(new URL("../../fixtures/codex", import.meta.url)),
  fixture: codexFixture,
  values: [
    "message",
    "reasoning",
    "session_meta",
    "event_msg",
    "token_count",
    "function_call",
    "x_output",
    "task_complete",
    { type: "input_text", text: "\uD800\0" },
    `${"[".repeat(5000)}${"]".repeat(5000)}`,
  ],
  keys: ["type", "id", "payload", "call_id", "role"],
  files: [
    [
      "a whole file nested deeply",
      `{"session":{"id":"s"},"items":[${"[".repeat(50_000)}${"]".repeat(50_000)}]}`,
    ],
    [
      "a whole file of other things",
      '{"session":7,"items":[1,"a",[{}],{"type":"message","role":"user","content":"Hi"}]}',
    ],
    ["a whole file without items", '{"session":{"id":"s"}}'],
  ],
  longNames: longNames(),
});
