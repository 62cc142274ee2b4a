import { describe, expect, test } from "vitest";
import { beginning, storeNames, useServices } from "./test/use-services.ts";
import { hitToJson, messageToJson, sessionToJson } from "./to-json.ts";

const sessionNames =
  "session_id tenant_id user_id project_id tool_id profile_id terminal_id external_key title model status archived pinned tags workspace_path process_id parent_session_id forked_at summary message_count token_count context_size_bytes metadata metrics created_at updated_at last_activity ended_at expires_at revision".split(
    " ",
  );
const messageNames =
  "id session_id seq parent_seq role content token_count model usage cost metadata created_at updated_at revision".split(
    " ",
  );
/** Names inside what callers keep for themselves are theirs. */
const opaque = { camelCase: { snake_case: 1, toolCallId: [{ innerName: 2 }] } };

describe.each(storeNames)("JSON of what is on %s", (name) => {
  const services = useServices(name);

  test("a session has its names, and times in ISO 8601", async () => {
    const session = await services.tl.sessions.create({
      metadata: opaque,
      metrics: opaque,
      expiresAt: new Date(5e12),
    });
    const json = sessionToJson(session);
    expect(Object.keys(json).toSorted()).toEqual(sessionNames.toSorted());
    expect(json).toMatchObject({
      session_id: session.id,
      metadata: opaque,
      metrics: opaque,
      created_at: new Date(beginning).toISOString(),
      expires_at: "2128-06-11T08:53:20.000Z",
      ended_at: null,
      project_id: null,
    });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  test("a message has its names, those of its parts and of its usage", async () => {
    const { id } = await services.tl.sessions.create();
    await services.tl.messages.append(id, [
      {
        id: "m",
        role: "assistant",
        content: [
          { type: "tool-call", toolCallId: "c", toolName: "t", input: opaque },
          { type: "tool-result", toolCallId: "c", toolName: "t", output: opaque, isError: true },
          { type: "file", mediaType: "image/png" },
          { type: "data", name: "d", data: opaque },
        ],
        usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, reasoning: 5 },
        metadata: opaque,
        native: { format: "f", text: "{}" },
        createdAt: new Date(9e11),
      },
    ]);
    const json = messageToJson(await services.tl.messages.get(id, "m"));
    expect(Object.keys(json)).toEqual(expect.arrayContaining(messageNames));
    expect(Object.keys(json)).toHaveLength(messageNames.length);
    expect(Object.keys(json).slice(0, 6)).toEqual(messageNames.slice(0, 6));
    expect(json).toMatchObject({
      id: "m",
      session_id: id,
      seq: 1,
      parent_seq: null,
      content: [
        { type: "tool-call", tool_call_id: "c", tool_name: "t", input: opaque },
        { type: "tool-result", tool_call_id: "c", tool_name: "t", output: opaque, is_error: true },
        { type: "file", media_type: "image/png" },
        { type: "data", name: "d", data: opaque },
      ],
      usage: { input: 1, output: 2, cache_read: 3, cache_write: 4, reasoning: 5 },
      metadata: opaque,
      created_at: "1998-07-09T16:00:00.000Z",
    });
    const native = messageToJson(await services.tl.messages.get(id, "m", { native: true }));
    expect(native.native).toEqual({ format: "f", text: "{}" });
  });

  test("a message without usage has null for it", async () => {
    const { id } = await services.tl.sessions.create();
    await services.tl.messages.append(id, [{ id: "m", role: "user", content: "x" }]);
    expect(messageToJson(await services.tl.messages.get(id, "m"))).toMatchObject({
      usage: null,
      cost: null,
      content: "x",
    });
  });

  test("a hit has its names", async () => {
    const { id } = await services.tl.sessions.create();
    await services.tl.messages.append(id, [
      { id: "m", role: "user", content: "needle", createdAt: new Date(9e11) },
    ]);
    const [hit] = (await services.tl.search({ text: "needle" })).items;
    expect(hit === undefined ? undefined : hitToJson(hit)).toEqual({
      kind: "message",
      session_id: id,
      seq: 1,
      message_id: "m",
      role: "user",
      created_at: "1998-07-09T16:00:00.000Z",
      score: hit?.score,
      snippet: "needle",
      highlights: [[0, 6]],
      title: null,
      tool_id: null,
      project_id: null,
    });
  });
});
