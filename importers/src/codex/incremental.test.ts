import { readdirSync } from "node:fs";
import { growLines, readLongLines } from "../test/grow-lines.ts";
import { codexFixture } from "../test/memory-source.ts";
import { codex } from "./codex.ts";

growLines({
  importer: codex,
  names: readdirSync(new URL("../../fixtures/codex", import.meta.url)),
  fixture: codexFixture,
  finished: ["answers-and-tools.jsonl", "whole-file.json"],
  damagedMemo: {
    version: 1,
    draft: {},
    answer: [],
    calls: [[1, 2]],
    spoken: [{}],
    pending: [7],
    totals: [1],
  },
  compactionMessages: 7,
});

readLongLines({
  importer: codex,
  recordOf(index, textLength) {
    const text = "x".repeat(textLength);
    const item = Math.floor(index / 3);
    const payloads = [
      { type: "message", role: "assistant", content: [{ type: "output_text", text: `${item} ${text}` }] },
      { type: "function_call", name: "exec_command", arguments: "{}", call_id: `call_${item}` },
      { type: "function_call_output", call_id: `call_${item}`, output: text },
    ];
    return { timestamp: "2026-03-04T09:00:00.000Z", type: "response_item", payload: payloads[index % 3] };
  },
  messages: 40_000,
  // The file has 90 MB.
  mostHeldBytes: 64 * 1024 * 1024,
});
