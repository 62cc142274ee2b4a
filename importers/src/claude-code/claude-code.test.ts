import { describe, expect, it } from "vitest";
import type { ImportedMessage } from "../importer.ts";
import { applyEvents, partsOf } from "../test/import-result.ts";
import type { ImportResult } from "../test/import-result.ts";
import { claudeCodeFixture, memorySource } from "../test/memory-source.ts";
import { claudeCode } from "./claude-code.ts";

const parentId = "3f1c9a52-7d04-4b6e-9c1a-5e2f8b7d6a01";
const resumedId = "8b20d7e4-19c3-4f5a-a6d2-0c9e4b3f7a02";

async function importFixture(name: string): Promise<ImportResult> {
  return applyEvents(claudeCode.read(memorySource(`/projects/garden/${name}`, claudeCodeFixture(name))));
}

function messageOf(result: ImportResult, id: string): ImportedMessage {
  const found = result.messages.find((message) => message.id === id);
  if (found === undefined)
    throw new Error(`no message ${id}: ${result.messages.map((message) => message.id).join()}`);
  return found;
}

function textOf(message: ImportedMessage): string {
  return partsOf(message)
    .map((part) => ("text" in part ? part.text : part.type))
    .join("\n");
}

describe("answers and tools", () => {
  it("makes one message of an answer on several lines, with tool results between them", async () => {
    const { messages } = await importFixture("answers-and-tools.jsonl");
    const answers = messages.filter(({ id }) => id === "msg_1");
    expect(answers).toHaveLength(1);
    expect(answers[0]).toMatchObject({
      role: "assistant",
      model: "claude-opus-4-5",
      createdAt: Date.parse("2026-03-04T09:00:01.000Z"),
      usage: { input: 10, output: 9, cacheRead: 1000, cacheWrite: 100 },
      content: [
        { type: "reasoning", text: "Look at the sensor log first." },
        { type: "text", text: "I will read the log." },
        {
          type: "tool-call",
          toolCallId: "call_1",
          toolName: "Read",
          input: { file_path: "/home/mara/garden-planner/beds.csv" },
        },
        { type: "tool-call", toolCallId: "call_2", toolName: "Bash", input: { command: "date" } },
      ],
    });
    expect(answers[0]?.ranges).toHaveLength(5);
  });

  it("counts the usage of an answer once, as its last line has it", async () => {
    const { messages } = await importFixture(`${parentId}/subagents/agent-a77.jsonl`);
    expect(messages.map(({ usage }) => usage?.output)).toEqual([undefined, 4, undefined]);
  });

  it("marks the further line of an answer as continuing it", async () => {
    const source = memorySource("x.jsonl", claudeCodeFixture("answers-and-tools.jsonl"));
    const events = await Array.fromAsync(claudeCode.read(source));
    const answers = events.filter((event) => event.type === "message").filter(({ id }) => id === "msg_1");
    expect(answers.map(({ continues }) => continues)).toEqual([undefined, true]);
  });

  it("names the tool of a result, keeps its error, and keeps a result without a call", async () => {
    const { messages } = await importFixture("answers-and-tools.jsonl");
    const results = messages.filter(({ role }) => role === "tool").flatMap(partsOf);
    expect(results).toEqual([
      { type: "tool-result", toolCallId: "call_1", toolName: "Read", output: "bed,moisture\n1,12\n2,40" },
      {
        type: "tool-result",
        toolCallId: "call_2",
        toolName: "Bash",
        output: [{ type: "text", text: "no such program" }],
        isError: true,
      },
      {
        type: "tool-result",
        toolCallId: "call_3",
        toolName: "WebFetch",
        output: "The user does not want this",
        isError: true,
      },
      { type: "tool-result", toolCallId: "call_9", output: "an orphan" },
    ]);
  });

  it("parts a person's words from the results on the same line", async () => {
    const { messages } = await importFixture("answers-and-tools.jsonl");
    const at = messages.findIndex((message) => textOf(message) === "stay offline, please");
    const [results, words] = messages.slice(at - 1);
    expect([results?.role, words?.role]).toEqual(["tool", "user"]);
    expect(words?.id).toBe(`${results?.id}/user`);
    expect(words?.ranges).toEqual(results?.ranges);
  });

  it("keeps images and unknown blocks", async () => {
    const { messages } = await importFixture("answers-and-tools.jsonl");
    const parts = messages.flatMap(partsOf);
    expect(parts).toContainEqual({ type: "file", mediaType: "image/png", data: "iVBORw0KGgo=" });
    expect(parts).toContainEqual({
      type: "data",
      name: "server_thing",
      data: { type: "server_thing", payload: [1, 2] },
    });
  });

  it("makes messages of what says something, and of nothing else", async () => {
    const { messages, problems } = await importFixture("answers-and-tools.jsonl");
    expect(messages.map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "tool",
      "tool",
      "assistant",
      "user",
      "assistant",
      "tool",
      "user",
      "tool",
      "assistant",
      "system",
    ]);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
    expect(messages.at(-1)).toMatchObject({
      content: "Switched to the smaller model.",
      metadata: { subtype: "informational" },
    });
    expect(problems).toEqual([]);
  });

  it("marks an error of the API, whose model is none", async () => {
    const message = messageOf(await importFixture("answers-and-tools.jsonl"), "msg_4");
    expect(message).toMatchObject({ metadata: { api_error: true } });
    expect(message.model).toBeUndefined();
  });

  it("gives ranges that hold the records", async () => {
    const bytes = claudeCodeFixture("windows.jsonl");
    const { messages, sessions } = await importFixture("windows.jsonl");
    const types = messages
      .flatMap(({ ranges }) => ranges)
      .map(([offset, length]) => {
        const record: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(offset, offset + length)));
        return record !== null && typeof record === "object" && "type" in record ? record.type : undefined;
      });
    expect(types).toEqual(["user", "assistant"]);
    expect(sessions.get("s-windows")?.workspacePath).toBe("D:\\garten\\plan");
  });
});

describe("prompts and injected text", () => {
  it("tells a person's words from the tool's", async () => {
    const { messages } = await importFixture("injected-text.jsonl");
    const human = messages.filter(({ role, metadata }) => role === "user" && metadata?.["injected"] !== true);
    expect(human.map((message) => [message.id, textOf(message)])).toEqual([
      ["i-before", "Prune the roses before the frost."],
      ["i-after", "Then rake the leaves."],
      ["i-blocks", "Where is the spade?"],
      ["i-arguments", "two rows of beans"],
      ["i-about", "How do I write a <system-reminder> myself?"],
      ["i-html", "What does <b>bold</b> mean?"],
      ["i-queued", "also order seeds"],
    ]);
    expect(human.map(({ content }) => typeof content)).toEqual([
      "string",
      "string",
      "object",
      "string",
      "string",
      "string",
      "string",
    ]);
  });

  it("keeps the tool's words, marked, with the range of the line", async () => {
    const result = await importFixture("injected-text.jsonl");
    const injected = result.messages.filter(({ metadata }) => metadata?.["injected"] === true);
    expect(injected.map(({ id }) => id)).toEqual([
      "i-caveat",
      "i-command",
      "i-stdout",
      "i-before/injected",
      "i-after/injected",
      "i-blocks/injected",
      "i-only",
      "i-arguments/injected",
      "i-meta",
      "i-interrupt",
      "i-task",
      "i-hook",
      "i-context",
    ]);
    expect(messageOf(result, "i-before/injected").ranges).toEqual(messageOf(result, "i-before").ranges);
    expect(messageOf(result, "i-before/injected").content).toBe(
      "<system-reminder>\nThe list of tasks is empty.\n</system-reminder>",
    );
  });

  it("says what kind of text it was", async () => {
    const result = await importFixture("injected-text.jsonl");
    const metadata = (id: string): unknown => messageOf(result, id).metadata;
    expect(metadata("i-command")).toEqual({ injected: true, command: "/model" });
    expect(metadata("i-arguments")).toEqual({ command: "/plan" });
    expect(metadata("i-interrupt")).toEqual({ injected: true, interrupted: true });
    expect(metadata("i-task")).toEqual({ injected: true, origin: "task-notification" });
    expect(metadata("i-context")).toEqual({ injected: true, attachment: "hook_additional_context" });
    expect(metadata("i-queued")).toEqual({ attachment: "queued_command" });
    expect(metadata("i-system")).toEqual({ subtype: "local_command" });
  });

  it("keeps what was before a compaction, and marks boundary and summary", async () => {
    const result = await importFixture("compaction.jsonl");
    expect(result.messages.map(({ id }) => id)).toEqual([
      "c1",
      "msg_1",
      "c-boundary",
      "c-summary",
      "c2",
      "msg_2",
    ]);
    expect(messageOf(result, "c-boundary")).toMatchObject({
      role: "system",
      metadata: { subtype: "compact_boundary", compaction: { trigger: "auto", pre_tokens: 160_000 } },
    });
    expect(messageOf(result, "c-summary").metadata).toEqual({ injected: true, compact_summary: true });
  });
});

describe("sessions", () => {
  it("tells what the records tell of the session, before its first message", async () => {
    const source = memorySource("x.jsonl", claudeCodeFixture("compaction.jsonl"));
    const events = await Array.fromAsync(claudeCode.read(source));
    expect(events[0]).toEqual({
      type: "session",
      externalKey: "s-compact",
      title: "Draw the whole garden.",
      workspacePath: "/home/mara/garden-planner",
      createdAt: Date.parse("2026-03-04T09:00:00.000Z"),
      metadata: { git_branch: "main", version: "2.1.40" },
    });
    const { sessions } = await importFixture("compaction.jsonl");
    expect(sessions.get("s-compact")).toMatchObject({ model: "claude-opus-4-5" });
  });

  it.each([
    ["title-custom.jsonl", "Peas in spring"],
    ["title-summary.jsonl", "Beans in May"],
    ["title-summary-first.jsonl", "Beans before their record"],
    [
      "title-prompt.jsonl",
      "Sow peas now, in the long bed behind the shed, two rows of them with the tall ca",
    ],
    ["injected-text.jsonl", "Prune the roses before the frost."],
  ])("takes the title of %s from the strongest source", async (name, title) => {
    const { sessions } = await importFixture(name);
    expect(Array.from(sessions.values(), (session) => session.title)).toEqual([title]);
  });

  it("makes a child session of a side chain's file", async () => {
    const { sessions, messages } = await importFixture(`${parentId}/subagents/agent-a77.jsonl`);
    const key = `${parentId}/a77`;
    expect(Array.from(sessions.keys())).toEqual([key]);
    expect(sessions.get(key)).toMatchObject({
      parent: { externalKey: parentId },
      metadata: { agent_id: "a77" },
    });
    expect(messages.map(({ session }) => session)).toEqual([key, key, key]);
    const parent = await importFixture(`${parentId}.jsonl`);
    expect(Array.from(parent.sessions.keys())).toEqual([parentId]);
    expect(parent.sessions.get(parentId)?.parent).toBeUndefined();
  });

  it("finds the parent by the folder where the records name themselves", async () => {
    const record = { type: "user", isSidechain: true, agentId: "a1", sessionId: "agent-a1", uuid: "u" };
    const line = `${JSON.stringify({ ...record, message: { content: "Look" } })}\n`;
    const path = `C:\\claude\\projects\\p\\${parentId}\\subagents\\agent-a1.jsonl`;
    const { sessions } = await applyEvents(claudeCode.read(memorySource(path, line)));
    expect(sessions.get(`${parentId}/a1`)?.parent).toEqual({ externalKey: parentId });
  });

  it("keeps side chains apart that older versions wrote into the session's file", async () => {
    const { sessions, messages } = await importFixture("side-chains-inside.jsonl");
    expect(messages.map(({ id, session }) => [session, id])).toEqual([
      ["s-side", "u056"],
      ["s-side", "msg_1"],
      ["s-side/sidechain-b1", "b1"],
      ["s-side/sidechain-w1", "w1"],
      ["s-side/sidechain-b1", "msg_b"],
      ["s-side/sidechain-w1", "msg_w"],
      ["s-side", "u062"],
      ["s-side", "u063"],
    ]);
    expect(sessions.get("s-side/sidechain-w1")?.parent).toEqual({ externalKey: "s-side" });
  });

  it("leaves the records that a resumed session repeats to the session they name", async () => {
    const { sessions, messages } = await importFixture(`${resumedId}.jsonl`);
    expect(messages.map(({ session }) => session)).toEqual([parentId, parentId, resumedId, resumedId]);
    expect(sessions.get(parentId)).toEqual({
      type: "session",
      externalKey: parentId,
      createdAt: Date.parse("2026-03-04T09:00:00.000Z"),
      workspacePath: "/home/mara/garden-planner",
    });
    expect(sessions.get(resumedId)).toMatchObject({
      title: "And the snails?",
      metadata: { continued_from: parentId },
    });
  });

  it("gives no session for a file without messages", async () => {
    const titled = '{"type":"custom-title","customTitle":"Empty","sessionId":"s"}\n';
    expect((await applyEvents(claudeCode.read(memorySource("x.jsonl", titled)))).sessions.size).toBe(0);
    expect((await applyEvents(claudeCode.read(memorySource("x.jsonl", "")))).checkpoints).toHaveLength(1);
  });
});

describe("damage", () => {
  it("reports lines that cannot be read, and keeps the rest", async () => {
    const { messages, problems } = await importFixture("damaged.jsonl");
    expect(messages.map(({ id }) => id)).toEqual(["d1", "d3", "d4", "d5", "d6", "d7"]);
    expect(problems.map(({ line, message }) => [line, message])).toEqual([
      [2, "the line is not valid JSON"],
      [5, "the line is not valid JSON"],
      [7, "the line is not a JSON object"],
      [8, "the line is not a JSON object"],
      [10, "the last line is not finished (32 bytes): it is left for the next import"],
    ]);
  });

  it("leaves a torn last line to the next import, and takes a whole one without a newline", async () => {
    const content = new TextDecoder().decode(claudeCodeFixture("compaction.jsonl")).trimEnd();
    const whole = await applyEvents(claudeCode.read(memorySource("x.jsonl", content)));
    expect(whole.problems).toEqual([]);
    expect(whole.messages).toHaveLength(6);
    const torn = await applyEvents(claudeCode.read(memorySource("x.jsonl", content.slice(0, -1))));
    expect(torn.messages).toHaveLength(5);
    expect(torn.checkpoints.at(-1)?.offset).toBe(torn.problems[0]?.offset);
  });

  it("reads fields of any type as what they are, or as absent", async () => {
    const { messages, problems, sessions } = await importFixture("odd-fields.jsonl");
    expect(problems).toEqual([]);
    expect(Array.from(sessions.keys())).toEqual(["s-odd"]);
    expect(messages.map(({ id, role }) => `${role} ${id}`)).toEqual([
      "user o1",
      "user at-262",
      "user at-330",
      "assistant o4",
      "assistant msg_o5",
      "tool o6",
      "user o10",
      "user o11",
    ]);
    expect(messages[2]?.content).toEqual([
      { type: "text", text: "bare string" },
      { type: "data", name: "unknown", data: 12 },
      { type: "data", name: "unknown", data: { type: 9 } },
      { type: "data", name: "unknown", data: { text: "no type" } },
      { type: "data", name: "text", data: { type: "text", text: 5 } },
    ]);
    expect(messages.find(({ id }) => id === "o10")?.metadata).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, "isMeta")).toBe(false);
  });
});
