import { join } from "node:path";
import envPaths from "env-paths";
import { expect, test } from "vitest";
import { dataFolder } from "./data-folder.ts";
import { readHookEvent } from "./hook-event.ts";

const base = { session_id: "s", cwd: "/work", hook_event_name: "PostToolUse", tool_use_id: "t" };
const known = { tool: "claude-code", session: "s", folder: "/work", type: "use", call: "t" };

test.each([
  ["Read", { file_path: "a", offset: 3 }, { files: [{ path: "a", kind: "VIEW" }] }],
  ["NotebookEdit", { notebook_path: "a.ipynb" }, { files: [{ path: "a.ipynb", kind: "EDIT" }] }],
  ["MultiEdit", { file_path: "a", edits: [] }, { files: [{ path: "a", kind: "EDIT" }] }],
  ["Glob", { pattern: "**/*.ts", path: "/" }, { searches: ["**/*.ts"] }],
  ["WebFetch", { url: "http://x", prompt: "secret" }, { searches: ["http://x"] }],
  ["ExitPlanMode", { plan: "First the beds." }, { decisions: ["Accepted plan: First the beds."] }],
  ["AskUserQuestion", { answers: { "Which?": ["a", "b"], "Why?": "" } }, { decisions: ["Which? – a, b"] }],
])("the use of %s", (tool_name, tool_input, said) => {
  expect(readHookEvent({ ...base, tool_name, tool_input, tool_response: "secret" })).toEqual({
    ...known,
    ...said,
  });
});

test.each([
  { ...base, tool_name: "Bash", tool_input: { command: "cat a" } },
  { ...base, tool_name: "Read", tool_input: { file_path: 7 } },
  { ...base, tool_name: "Read", tool_input: null },
  { ...base, tool_name: "Edit", tool_input: { file_path: "a" }, tool_response: { success: false } },
  { ...base, hook_event_name: "UserPromptSubmit", prompt: "secret" },
])("%o says nothing that is recorded", (event) => {
  expect(readHookEvent(event)).toBeUndefined();
});

test("a patch of Codex names each file that it touches", () => {
  const patch = [
    "*** Begin Patch",
    "*** Update File: src/a.ts",
    "*** Move to: src/b.ts",
    "@@",
    "+*** Add File: not one.ts",
    "*** Add File: with space.md ",
    "*** Delete File: src/a.ts",
    "*** End Patch",
  ].join("\n");
  const event = {
    ...base,
    turn_id: "1",
    model: "m",
    tool_name: "apply_patch",
    tool_input: { command: patch },
  };
  expect(readHookEvent(event)).toEqual({
    ...known,
    tool: "codex",
    model: "m",
    files: ["src/a.ts", "src/b.ts", "with space.md"].map((path) => ({ path, kind: "EDIT" })),
  });
});

test("a session's own events, whoever tells of them", () => {
  const stop = { ...base, hook_event_name: "Stop", transcript_path: "/c/rollout-1.jsonl", agent_id: "a" };
  expect(readHookEvent(stop)).toMatchObject({
    tool: "codex",
    type: "pause",
    transcript: "/c/rollout-1.jsonl",
  });
  expect(readHookEvent(stop)).not.toHaveProperty("agent");
  expect(readHookEvent(stop, "claude-code")).toMatchObject({ tool: "claude-code", agent: "a" });
  const sub = { ...stop, hook_event_name: "SubagentStop", transcript_path: "/p.jsonl" };
  expect(readHookEvent({ ...sub, agent_transcript_path: "/p/agent-a.jsonl" })).toMatchObject({
    agent: "a",
    transcript: "/p/agent-a.jsonl",
  });
  const notify = { type: "agent-turn-complete", "thread-id": "th", cwd: "/w", "input-messages": ["secret"] };
  expect(readHookEvent(notify)).toEqual({ tool: "codex", session: "th", type: "pause", folder: "/w" });
});

test("the spool lies beside the default store", () => {
  expect(join(dataFolder())).toBe(envPaths("throughline", { suffix: "" }).data);
});
