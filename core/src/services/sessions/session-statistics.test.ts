import { describe, expect, test } from "vitest";
import { newSessionRecord } from "./session.ts";
import { storeNames, useServices } from "../test/use-services.ts";
import { sessionStatisticsToJson } from "../to-json.ts";

const nothing = {
  messages: { total: 0, user: 0, assistant: 0, system: 0, tool: 0 },
  tokens: 0,
  usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
  cost: 0,
  toolCalls: 0,
  branches: 0,
  forks: 0,
  firstMessageAt: null,
  lastMessageAt: null,
  contentBytes: 0,
};
const call = { type: "tool-call", toolCallId: "c", toolName: "read", input: {} } as const;

describe.each(storeNames)("statistics of a session on %s", (name) => {
  const services = useServices(name);

  test("of a session without messages", async () => {
    const { id } = await services.tl.sessions.create();
    expect(await services.tl.sessions.statistics(id)).toEqual({ sessionId: id, ...nothing });
  });

  test("sum messages by role, usage, cost, tool calls, branches, forks, times and bytes", async () => {
    const { sessions, messages } = services.tl;
    const { id } = await sessions.create();
    const early = new Date("2025-05-05T05:05:05Z");
    const late = new Date("2025-06-06T06:06:06Z");
    await messages.append(id, [
      { id: "a", role: "user", content: "Grüße", tokenCount: 3, createdAt: late },
      {
        id: "b",
        role: "assistant",
        content: [{ type: "text", text: "Well" }, call, call],
        usage: { input: 10, output: 4, cacheRead: 2 },
        cost: 0.5,
        createdAt: early,
      },
      {
        id: "c",
        role: "tool",
        content: [{ type: "tool-result", toolCallId: "c", output: 1 }],
        createdAt: late,
      },
      { id: "d", role: "system", content: "gone", tokenCount: 50, cost: 7, createdAt: new Date(1) },
      {
        id: "e",
        role: "assistant",
        content: "x",
        usage: { input: 1, reasoning: 9, cacheWrite: 8 },
        cost: 0.25,
        createdAt: late,
      },
    ]);
    await messages.delete(id, "d");
    // Two more paths: one beside `c`, one beside `a`.
    await messages.append(id, [{ id: "f", role: "user", content: "y", parentId: "b", createdAt: late }]);
    await messages.append(id, [{ id: "g", role: "user", content: "\0", parentId: null, createdAt: late }]);
    const { tokenCount, messageCount } = await sessions.get(id);
    const statistics = await sessions.statistics(id);
    const written = [
      "Grüße",
      '[{"type":"text","text":"Well"},' +
        '{"type":"tool-call","tool_call_id":"c","tool_name":"read","input":{}},' +
        '{"type":"tool-call","tool_call_id":"c","tool_name":"read","input":{}}]',
      '[{"type":"tool-result","tool_call_id":"c","output":1}]',
      "x",
      "y",
      String.raw`"\u0000"`,
    ];
    expect(statistics).toEqual({
      sessionId: id,
      messages: { total: 6, user: 3, assistant: 2, system: 0, tool: 1 },
      tokens: tokenCount,
      usage: { input: 11, output: 4, cacheRead: 2, cacheWrite: 8, reasoning: 9 },
      cost: 0.75,
      toolCalls: 2,
      branches: 3,
      forks: 0,
      firstMessageAt: early,
      lastMessageAt: late,
      contentBytes: new TextEncoder().encode(written.join("")).length,
    });
    expect(messageCount).toBe(6);
    expect(sessionStatisticsToJson(statistics)).toMatchObject({
      session_id: id,
      usage: { cache_read: 2, cache_write: 8 },
      tool_calls: 2,
      first_message_at: early.toISOString(),
      content_bytes: statistics.contentBytes,
    });
  });

  test("count what is stored apart", async () => {
    const { sessions, messages } = services.tl;
    const { id } = await sessions.create();
    const text = "x".repeat(300_000);
    await messages.append(id, [{ role: "assistant", content: [{ type: "text", text }, call] }]);
    const { toolCalls, contentBytes } = await sessions.statistics(id);
    expect(toolCalls).toBe(1);
    expect(contentBytes).toBeGreaterThan(300_000);
    expect(contentBytes).toBeLessThan(300_200);
  });

  test("forks that are deleted, and children that share nothing, are not counted", async () => {
    const { sessions, store } = services.tl;
    const { id } = await sessions.create();
    const child = async (childId: string, forkedAt: number) => {
      const record = newSessionRecord(childId, services.time, { parentSessionId: id, forkedAt });
      await store.commit({
        tenant: "default",
        writes: [{ type: "insert", kind: "sessions", record, exists: "fail" }],
      });
    };
    await child("fork-1", 1);
    await child("fork-2", 2);
    await child("link", 0);
    await sessions.delete("fork-2");
    expect((await sessions.statistics(id)).forks).toBe(1);
  });

  test("go on over pages, and equal the session's own counts", async () => {
    const { sessions, messages } = services.tl;
    const { id } = await sessions.create();
    for (let round = 0; round < 3; round += 1) {
      await messages.append(
        id,
        Array.from({ length: 250 }, (_, index) => ({
          role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
          content: `message ${round} ${index}`,
          tokenCount: index,
        })),
      );
    }
    const { messageCount, tokenCount } = await sessions.get(id);
    expect(messageCount).toBe(750);
    expect(await sessions.statistics(id)).toMatchObject({
      messages: { total: 750, user: 375, assistant: 375 },
      tokens: tokenCount,
      branches: 1,
    });
  });

  test("are not found without the session", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create();
    await sessions.delete(id);
    for (const session of [id, "nobody"]) {
      await expect(sessions.statistics(session)).rejects.toMatchObject({
        code: "not_found",
        reason: "session",
      });
    }
  });
});
