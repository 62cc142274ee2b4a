import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findImporter, importerNamed } from "../importers.ts";
import { codexFixture } from "../test/memory-source.ts";

describe("a file of Codex", () => {
  it.each(readdirSync(new URL("../../fixtures/codex", import.meta.url)))(
    "is found by the content of %s",
    (name) => {
      const head = new TextDecoder().decode(codexFixture(name).subarray(0, 65_536));
      expect(findImporter(head)?.tool).toBe("codex");
    },
  );

  it.each([
    [
      "its first record is longer than the head",
      `{"timestamp":"2026-01-01T00:00:00Z","ordinal":0,"type":"session_meta","payload":{"id":"x","base":"${"x".repeat(70_000)}`,
    ],
    [
      "its instructions are longer than the head",
      `{"id":"x","timestamp":"2025-08-08T00:00:00Z","instructions":"${"x".repeat(70_000)}`,
    ],
    [
      "it is a whole file whose instructions are longer than the head",
      `{\n  "session": {\n    "timestamp": "2025-05-02T00:00:00Z",\n    "instructions": "${"x".repeat(70_000)}`,
    ],
    ["it was written on one line", '{"session":{"id":"x","timestamp":"t"},"items":[]}'],
  ])("is found where %s", (_name, head) => {
    expect(findImporter(head)?.tool).toBe("codex");
  });

  it.each([
    [
      "what codex exec prints",
      '{"type":"thread.started","thread_id":"x"}\n{"type":"item.completed","item":{}}',
    ],
    ["its list of prompts", '{"session_id":"x","ts":1,"text":"hello"}'],
    ["another JSON of several lines", '{\n  "session": "x",\n  "items": []\n}'],
    ["a record with an id and a time", '{"id":"x","timestamp":"2026-01-01T00:00:00Z"}\n{"type":"message"}'],
  ])("is not %s", (_name, head) => {
    expect(findImporter(head)).toBeUndefined();
  });
});

describe("the importer", () => {
  it("knows where Codex keeps its sessions", () => {
    const codex = importerNamed("codex");
    expect(codex?.defaultPaths({}, "/home/mara")).toEqual([
      "/home/mara/.codex/sessions",
      "/home/mara/.codex/archived_sessions",
    ]);
    expect(codex?.defaultPaths({ CODEX_HOME: "/data/codex" }, "/home/mara")[0]).toBe("/data/codex/sessions");
  });
});
