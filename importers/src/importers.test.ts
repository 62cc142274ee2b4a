import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findImporter, importerNamed, importers } from "./importers.ts";
import { claudeCodeFixture } from "./test/memory-source.ts";

const record = { type: "user", uuid: "u", sessionId: "s", message: { role: "user", content: "Hello" } };

describe("findImporter", () => {
  const fixtures = readdirSync(new URL("../fixtures/claude-code", import.meta.url)).filter((name) =>
    name.endsWith(".jsonl"),
  );

  it.each(fixtures)("finds Claude Code by the content of %s", (name) => {
    const head = new TextDecoder().decode(claudeCodeFixture(name).subarray(0, 65_536));
    expect(findImporter(head)?.tool).toBe("claude-code");
  });

  it("finds it when the first record is longer than the head", () => {
    const long = `"type":"user","message":{"role":"user","content":"${"x".repeat(70_000)}`;
    expect(findImporter(`{"parentUuid":null,"isSidechain":false,${long}`)?.tool).toBe("claude-code");
  });

  it.each([
    ["nothing", ""],
    ["bytes", "\0\uFFFD\u0001"],
    ["another JSON", '{"name":"package","version":"1.0.0"}'],
    ["Copilot CLI", '{"type":"session.start","data":{"producer":"copilot-agent"}}'],
    ["Gemini CLI", '{"sessionId":"s","projectHash":"h","kind":"main"}'],
    ["Pi", '{"type":"session","version":3,"id":"x","cwd":"/"}'],
    ["a relative with parts", JSON.stringify({ ...record, message: { role: "user", parts: [] } })],
    ["the list of prompts", '{"display":"hello","pastedContents":{},"timestamp":1,"project":"/p"}'],
  ])("does not take %s for Claude Code", (_name, head) => {
    expect(findImporter(head)).toBeUndefined();
  });
});

describe("importerNamed", () => {
  it("finds an importer by the name of its tool", () => {
    expect(importerNamed("claude-code")).toBe(importers[0]);
    expect(importerNamed("unheard-of")).toBeUndefined();
  });

  it("knows where Claude Code keeps its sessions", () => {
    const claude = importerNamed("claude-code");
    expect(claude?.defaultPaths({}, "/home/mara")).toEqual(["/home/mara/.claude/projects"]);
    expect(claude?.defaultPaths({ CLAUDE_CONFIG_DIR: "/data/claude" }, "/home/mara")).toEqual([
      "/data/claude/projects",
    ]);
  });
});
