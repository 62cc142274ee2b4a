import { describe, expect, it } from "vitest";
import type { ImportedMessage } from "../importer.ts";
import { applyEvents, partsOf } from "../test/import-result.ts";
import type { ImportResult } from "../test/import-result.ts";
import { codexFixture, memorySource } from "../test/memory-source.ts";
import { codex } from "./codex.ts";

async function importFixture(name: string): Promise<ImportResult> {
  return applyEvents(codex.read(memorySource(`/sessions/${name}`, codexFixture(name))));
}

function textOf(message: ImportedMessage): string {
  return partsOf(message)
    .map((part) => ("text" in part ? part.text : part.type))
    .join("\n");
}

/** Who said what, in order. */
function talk({ messages }: ImportResult): string[] {
  return messages.map((message) => `${message.role}: ${textOf(message)}`);
}

function sessionOf(result: ImportResult) {
  expect(result.sessions.size).toBe(1);
  return Array.from(result.sessions.values())[0];
}

describe("answers and tools", () => {
  it("makes one message of what the model said, thought and called before it was given results", async () => {
    const { messages } = await importFixture("answers-and-tools.jsonl");
    expect(messages[3]).toMatchObject({
      id: "rs_0123456789",
      role: "assistant",
      model: "gpt-5.4",
      usage: { input: 900, output: 50, cacheRead: 100, reasoning: 10 },
      content: [
        { type: "reasoning", text: "The log of the sensors tells." },
        { type: "text", text: "I will read the log." },
        {
          type: "tool-call",
          toolCallId: "call_1",
          toolName: "exec_command",
          input: { cmd: "cat beds.csv", workdir: "/home/mara/garden-planner" },
        },
        { type: "tool-call", toolCallId: "call_2", toolName: "exec_command", input: '{"cmd": not JSON' },
        {
          type: "tool-call",
          toolCallId: "call_3",
          toolName: "local_shell",
          input: { type: "exec", command: ["date"] },
        },
      ],
    });
  });

  it("gives every prompt and answer once, in the order of the file", async () => {
    const result = await importFixture("answers-and-tools.jsonl");
    expect(result.problems).toEqual([]);
    expect(talk(result).filter((line) => !line.startsWith("tool"))).toEqual([
      expect.stringContaining("system: <permissions instructions>"),
      expect.stringContaining("user: # AGENTS.md instructions"),
      "user: Which bed is dry?",
      "assistant: The log of the sensors tells.\nI will read the log.\ntool-call\ntool-call\ntool-call",
      "assistant: tool-call",
      "assistant: tool-call",
      "assistant: tool-call\ntool-call",
      "assistant: tool-call\nfile",
      "assistant: Bed 1 is dry; it got water.",
      "user: file\nAnd this one?",
      "assistant: tool-call",
      "system: Turn aborted: interrupted",
      expect.stringContaining("user: <turn_aborted>"),
      "system: Went back 1 turn",
    ]);
    expect(new Set(result.messages.map(({ id }) => id)).size).toBe(result.messages.length);
  });

  it("names the tool of a result, and tells failures by exit codes and by what events say", async () => {
    const { messages } = await importFixture("answers-and-tools.jsonl");
    const results = messages
      .flatMap(partsOf)
      .flatMap((part) =>
        part.type === "tool-result" ? [[part.toolCallId, part.toolName, part.isError]] : [],
      );
    expect(results).toEqual([
      // What the command printed is no exit code.
      ["call_1", "exec_command", undefined],
      ["call_2", "exec_command", true],
      ["call_3", "local_shell", true],
      ["call_4", "apply_patch", true],
      ["call_5", "mcp__garden_water", undefined],
      ["call_6", "tool_search", undefined],
      ["call_9", undefined, undefined],
    ]);
  });

  it("leaves out what only the provider can read", async () => {
    const { messages } = await importFixture("answers-and-tools.jsonl");
    expect(JSON.stringify(messages)).not.toContain("gAAAA");
    expect(JSON.stringify(messages)).not.toContain("encrypted_content");
  });

  it("takes the tokens of an answer from what the totals rose by", async () => {
    const { messages } = await importFixture("answers-and-tools.jsonl");
    const used = messages.flatMap(({ usage }) => (usage === undefined ? [] : [usage]));
    expect(used).toEqual([
      { input: 900, output: 50, cacheRead: 100, reasoning: 10 },
      { input: 500, output: 40, cacheRead: 1000 },
      { input: 500, output: 60, cacheRead: 900, cacheWrite: 100, reasoning: 10 },
      { input: 0, output: 30, cacheRead: 1000 },
    ]);
  });

  it("takes the model of each answer from its turn", async () => {
    const { messages, sessions } = await importFixture("answers-and-tools.jsonl");
    const models = messages.flatMap(({ role, model }) => (role === "assistant" ? [model] : []));
    expect(models).toEqual([...Array.from({ length: 6 }, () => "gpt-5.4"), "gpt-5.5"]);
    expect(Array.from(sessions.values(), ({ model }) => model)).toEqual(["gpt-5.5"]);
  });

  it("gives each message the bytes of all records that say it", async () => {
    const bytes = codexFixture("answers-and-tools.jsonl");
    const { messages } = await importFixture("answers-and-tools.jsonl");
    const blanked = new Uint8Array(bytes);
    for (const [offset, length] of messages.flatMap(({ ranges }) => ranges)) {
      blanked.fill(0x20, offset, offset + length);
    }
    const left = new TextDecoder().decode(blanked);
    for (const said of [
      "bed is dry",
      "read the log",
      "sensors tells",
      "beds.csv",
      "watered",
      "got water",
      "rain",
      "fit",
    ]) {
      expect(new TextDecoder().decode(bytes)).toContain(said);
      expect(left).not.toContain(said);
    }
    // What is left is still JSON lines.
    const lines = left.split("\n").filter((line) => line.trim() !== "");
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toContain("session_meta");
  });
});

describe("generations", () => {
  it("reads items without an envelope, and those that a newer version wrote behind them", async () => {
    const result = await importFixture("bare.jsonl");
    expect(talk(result).slice(1)).toEqual([
      "user: Count the rows.",
      "assistant: Use wc.\ntool-call",
      "tool: tool-result",
      "assistant: There is no such file.",
      "user: Then make one.",
      "assistant: Made.",
    ]);
    expect(result.messages[3]?.content).toEqual([
      {
        type: "tool-result",
        toolCallId: "call_a",
        toolName: "shell",
        output: {
          output: "wc: rows.csv: no such file\n",
          metadata: { exit_code: 1, duration_seconds: 0.1 },
        },
        isError: true,
      },
    ]);
    expect(sessionOf(result)).toMatchObject({
      externalKey: "7f0f7d1e-0f5a-4c1b-9a53-6f1d2a3b4c5d",
      title: "Count the rows.",
      workspacePath: "/home/mara/old-garden",
      createdAt: Date.parse("2025-08-08T10:39:10.241Z"),
      metadata: { git_branch: "beds", git_commit: "abcdef" },
    });
    expect(result.messages[0]?.createdAt).toBe(Date.parse("2025-08-08T10:39:10.241Z"));
  });

  it("reads a whole file, with the bytes of each item", async () => {
    const bytes = codexFixture("whole-file.json");
    const result = await importFixture("whole-file.json");
    expect(talk(result)).toEqual([
      'user: Wo stehen die Möhren? {"items": ["}"]}',
      "assistant: tool-call",
      "tool: tool-result",
      "assistant: In bed 3. 🥕",
    ]);
    const records = result.messages.map(({ ranges: [[offset, length] = [0, 0]] }) => {
      return JSON.parse(new TextDecoder().decode(bytes.subarray(offset, offset + length))) as object;
    });
    expect(records).toMatchObject([
      { role: "user" },
      { call_id: "call_w" },
      { type: "function_call_output" },
      { id: "msg_wholefile01" },
    ]);
    expect(sessionOf(result)).toMatchObject({
      externalKey: "5a1b2c3d-1111-4222-8333-444455556666",
      createdAt: Date.parse("2025-05-02T10:00:00.000Z"),
    });
    expect(result.checkpoints.at(-1)?.offset).toBe(bytes.length);
  });

  it("takes events where there are no items", async () => {
    const result = await importFixture("events-only.jsonl");
    expect(talk(result)).toEqual([
      "user: Are the pears ripe?\nfile",
      "assistant: Press one.\nNearly.",
      "system: Conversation compacted",
      "user: And now?",
      "assistant: Nearly.",
    ]);
    expect(result.messages[1]?.usage).toEqual({ input: 100, output: 7, reasoning: 2 });
    expect(result.messages[4]?.ranges).toHaveLength(2);
  });

  it("takes an event that came before its item, and not the item again", async () => {
    const result = await importFixture("events-first.jsonl");
    expect(talk(result)).toEqual([
      "user: Prune the plum.",
      "assistant: In August.",
      expect.stringContaining("user: <environment_context>"),
      "user: And the cherry?",
      "assistant: In August, too.",
    ]);
    expect(result.messages.map(({ ranges }) => ranges.length)).toEqual([2, 2, 1, 2, 2]);
    expect(sessionOf(result)?.title).toBe("Pruning");
  });
});

describe("sessions", () => {
  it("tells what the first record tells, before the first message", async () => {
    const source = memorySource("x.jsonl", codexFixture("answers-and-tools.jsonl"));
    const [first] = await Array.fromAsync(codex.read(source));
    expect(first).toEqual({
      type: "session",
      externalKey: "019cb7d0-0000-7000-8000-00000000c001",
      createdAt: Date.parse("2026-03-04T09:00:00.000Z"),
      workspacePath: "/home/mara/garden-planner",
      metadata: {
        git_branch: "main",
        git_commit: "0123456789abcdef",
        git_repository: "https://example.org/garden.git",
        originator: "codex-tui",
        version: "0.140.0",
        source: "cli",
      },
    });
  });

  it("marks where the history was compacted, and imports nothing of what replaced it", async () => {
    const result = await importFixture("compaction.jsonl");
    expect(talk(result)).toEqual([
      "user: Draw the whole garden.",
      "assistant: Drawn.",
      "system: Conversation compacted",
      "assistant: And the shed.",
      "system: The garden is drawn, with the shed.",
      "user: Now the hedge.",
      "assistant: Drawn.",
    ]);
    expect(result.messages[2]?.metadata).toEqual({
      subtype: "compacted",
      compaction: { window_number: 2, replaced_by: 2 },
    });
    expect(result.messages[4]?.metadata).toEqual({ subtype: "compacted", compaction: { summary: true } });
  });

  it("goes on counting where the totals began again", async () => {
    const { messages } = await importFixture("compaction.jsonl");
    expect(messages.flatMap(({ usage }) => (usage === undefined ? [] : [usage]))).toEqual([
      { input: 100, output: 10 },
      // 30 and 5 by the totals, then 30 and 4 of a request that no answer came of.
      { input: 60, output: 9, cacheRead: 20, reasoning: 1 },
      { input: 50, output: 5, cacheRead: 10 },
    ]);
  });

  it("marks what a fork copied, and counts none of its tokens again", async () => {
    const result = await importFixture("forked.jsonl");
    const parent = "019cb7c0-0000-7000-8000-00000000c005";
    expect(result.messages.map((message) => [textOf(message), message.metadata, message.usage])).toEqual([
      ["Where do the beans go?", { copied_from: parent }, undefined],
      ["Behind the shed.", { copied_from: parent }, undefined],
      ["And the peas?", { copied_from: parent }, undefined],
      ["Beside them.", { copied_from: parent }, undefined],
      ["What of the maize?", undefined, undefined],
      ["Before them.", undefined, { input: 500, output: 60, cacheRead: 1000 }],
    ]);
    const session = sessionOf(result);
    expect(session).toMatchObject({
      externalKey: "019cb7d0-0000-7000-8000-00000000c006",
      title: "What of the maize?",
      model: "gpt-5.4",
      metadata: { forked_from: parent },
    });
    // A fork is no side chain: lists show it.
    expect(session?.parent).toBeUndefined();
    expect(session?.metadata?.["git_branch"]).toBeUndefined();
  });

  it("makes a child of a helper's session", async () => {
    const result = await importFixture("subagent.jsonl");
    const parent = "019cb7d0-0000-7000-8000-00000000c001";
    expect(sessionOf(result)).toMatchObject({
      externalKey: "019cb7d0-0000-7000-8000-00000000c007",
      parent: { externalKey: parent },
      metadata: { source: "subagent", agent_nickname: "Robin", agent_role: "explorer" },
    });
    expect(result.messages.map((message) => [textOf(message), message.metadata])).toEqual([
      ["Which bed is dry?", { copied_from: parent }],
      ["Look for snails.", { injected: true, origin: "agent", author: "/root", recipient: "/root/robin" }],
      ["Eleven snails.", undefined],
    ]);
    expect(result.messages[2]?.ranges).toHaveLength(3);
  });

  it("gives no session for a file without messages", async () => {
    const line = '{"timestamp":"2026-03-04T09:00:00Z","type":"session_meta","payload":{"id":"s"}}\n';
    const result = await applyEvents(codex.read(memorySource("x.jsonl", line)));
    expect(result.sessions.size).toBe(0);
    expect(result.checkpoints).toHaveLength(1);
  });

  it("names a session after its file where no record does", async () => {
    const line = '{"type":"response_item","payload":{"type":"message","role":"user","content":"Hello"}}\n';
    const id = "019cb7d0-0000-7000-8000-00000000c00a";
    const { sessions } = await applyEvents(
      codex.read(memorySource(`C:\\codex\\rollout-2026-03-04T09-00-00-${id}.jsonl`, line)),
    );
    expect(Array.from(sessions.keys())).toEqual([id]);
  });
});

describe("prompts and injected text", () => {
  it("tells a person's words from the tool's", async () => {
    const { messages, sessions } = await importFixture("injected-text.jsonl");
    const human = messages.filter(({ role, metadata }) => role === "user" && metadata === undefined);
    expect(human.map(textOf)).toEqual([
      "<environment_context> is what the tool writes; why?",
      "Sort it.\n",
      "Use the skill.",
      "<b>Which</b> <i>bed</i>?",
      "A bare text.",
    ]);
    const injected = messages.filter(({ metadata }) => metadata?.["injected"] === true);
    expect(injected).toHaveLength(6);
    expect(Array.from(sessions.values(), ({ title }) => title)).toEqual(["is what the tool writes; why?"]);
    expect(messages.filter(({ role }) => role === "system").map(textOf)).toEqual(["Be brief."]);
  });

  it("keeps the tool's words beside a prompt apart, in their order, with the same bytes", async () => {
    const { messages } = await importFixture("injected-text.jsonl");
    const at = messages.findIndex((message) => textOf(message) === "Sort it.\n");
    const [before, prompt] = messages.slice(at - 1);
    expect(before?.id).toBe(`${prompt?.id}/injected`);
    expect(before?.ranges[0]).toEqual(prompt?.ranges[0]);
  });

  it("tells a developer's message from the system's", async () => {
    const { messages } = await importFixture("answers-and-tools.jsonl");
    expect(messages[0]).toMatchObject({ role: "system", metadata: { original_role: "developer" } });
  });
});

describe("damage", () => {
  it("reports lines that cannot be read, and keeps the rest", async () => {
    const result = await importFixture("damaged.jsonl");
    expect(talk(result)).toEqual([
      "user: One.",
      "user: Two.",
      "user: Three.\ndata\ndata\ndata",
      "assistant: Four.\ntool-call",
      "tool: tool-result",
      "assistant: tool-call\ntool-call",
      "tool: tool-result",
    ]);
    expect(result.problems.map(({ line, message }) => [line, message])).toEqual([
      [4, "the line is not valid JSON"],
      [7, "the line is not valid JSON"],
      [8, "the line is not a JSON object"],
      [19, "the last line is not finished (43 bytes): it is left for the next import"],
    ]);
    expect(sessionOf(result)).toMatchObject({ workspacePath: "C:\\Garten" });
  });

  it("leaves a whole file that is not finished to the next import", async () => {
    const bytes = codexFixture("whole-file.json");
    const torn = await applyEvents(codex.read(memorySource("x.json", bytes.subarray(0, 600))));
    expect(torn.messages).toEqual([]);
    expect(torn.problems.map(({ message }) => message)).toEqual([
      "the file is not finished (600 bytes): it is left for the next import",
    ]);
    expect(torn.checkpoints.at(-1)?.offset).toBe(0);
  });
});
