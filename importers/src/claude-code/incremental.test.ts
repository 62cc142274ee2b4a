import { growLines, readLongLines } from "../test/grow-lines.ts";
import { claudeCodeFixture } from "../test/memory-source.ts";
import { claudeCode } from "./claude-code.ts";

growLines({
  importer: claudeCode,
  names: [
    "answers-and-tools.jsonl",
    "injected-text.jsonl",
    "title-custom.jsonl",
    "title-summary.jsonl",
    "title-summary-first.jsonl",
    "title-prompt.jsonl",
    "compaction.jsonl",
    "damaged.jsonl",
    "windows.jsonl",
    "odd-fields.jsonl",
    "side-chains-inside.jsonl",
    "8b20d7e4-19c3-4f5a-a6d2-0c9e4b3f7a02.jsonl",
  ],
  fixture: claudeCodeFixture,
  finished: ["answers-and-tools.jsonl"],
  damagedMemo: { version: 1, sessions: [{}], calls: [[1, 2]] },
  compactionMessages: 6,
});

readLongLines({
  importer: claudeCode,
  recordOf: (index, textLength) => ({
    type: "assistant",
    sessionId: "s",
    uuid: `u${index}`,
    cwd: "/p",
    timestamp: "2026-03-04T09:00:00.000Z",
    message: {
      id: `msg_${Math.floor(index / 3)}`,
      content: [{ type: "text", text: "x".repeat(textLength) }],
    },
  }),
  messages: 20_000,
  // The file has 130 MB.
  mostHeldBytes: 80 * 1024 * 1024,
});
