import { fuzzLines } from "../test/fuzz-lines.ts";
import { claudeCodeFixture } from "../test/memory-source.ts";
import { claudeCode } from "./claude-code.ts";

function longNames(): string {
  const long = (index: number, letter: string): string => `${letter}${'\\"ü'.repeat(60)}${index}`.slice(-200);
  const lines = Array.from({ length: 2000 }, (_, index) => {
    const ids = { sessionId: long(index % 40, "s"), uuid: long(index, "u"), isSidechain: index % 3 === 0 };
    const call = { type: "tool_use", id: long(index, "c"), name: long(index, "n") };
    const message = { id: long(index, "m"), model: long(index, "o"), content: [call] };
    const summary = { type: "summary", summary: "🌱\\".repeat(80), leafUuid: long(index, "l") };
    const record = {
      type: "assistant",
      ...ids,
      cwd: "ü".repeat(3000),
      gitBranch: long(index, "g"),
      message,
    };
    return `${JSON.stringify(summary)}\n${JSON.stringify(record)}\n`;
  });
  return lines.join("");
}

fuzzLines({
  importer: claudeCode,
  names: [
    "answers-and-tools.jsonl",
    "injected-text.jsonl",
    "title-summary.jsonl",
    "compaction.jsonl",
    "damaged.jsonl",
    "odd-fields.jsonl",
    "side-chains-inside.jsonl",
  ],
  fixture: claudeCodeFixture,
  values: ["summary", "agent", { type: "text" }, [{ type: "tool_result" }]],
  keys: ["type", "id"],
  files: [
    [
      "deep nesting",
      `${"[".repeat(200_000)}\n{"type":"user","message":{"content":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`,
    ],
    [
      "huge numbers",
      '{"type":"assistant","uuid":"u","sessionId":"s","timestamp":1e999,"message":{"content":"x","usage":{"input_tokens":1e999}}}',
    ],
  ],
  longNames: longNames(),
});
