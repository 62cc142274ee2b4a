import { beforeEach, describe, expect, test } from "vitest";
import type { MessageInput } from "../../schemas/message-input.ts";
import { storeNames, useServices } from "../test/use-services.ts";

const hello: MessageInput = { id: "a", role: "user", content: "Hello" };
const answer: MessageInput = { id: "b", role: "assistant", content: "Good day" };

describe.each(storeNames)("appending on %s", (name) => {
  const services = useServices(name);
  let session = "";

  beforeEach(async () => {
    session = (await services.tl.sessions.create()).id;
  });

  async function ids(): Promise<string[]> {
    return (await services.tl.messages.list(session)).items.map(({ id }) => id);
  }

  test("one message, of which little is said", async () => {
    const now = services.time;
    const result = await services.tl.messages.append(session, [{ role: "user", content: "Hello" }]);
    const id = result.items[0]?.id ?? "";
    expect(result).toEqual({
      items: [{ id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, seq: 1 }],
      replayed: false,
    });
    const message = await services.tl.messages.get(session, id);
    expect(message).toEqual({
      id,
      sessionId: session,
      seq: 1,
      parentSeq: null,
      role: "user",
      content: "Hello",
      tokenCount: 0,
      model: null,
      usage: null,
      cost: null,
      metadata: {},
      createdAt: expect.any(Date) as Date,
      updatedAt: message.createdAt,
      revision: 1,
    });
    expect(message.createdAt.getTime()).toBeGreaterThanOrEqual(now);
    expect(message.createdAt.getTime()).toBeLessThan(services.time);
  });

  test("every field comes back as it was given", async () => {
    const given = {
      id: "m",
      role: "assistant",
      content: "Hi",
      model: "model-1",
      usage: { input: 5, output: 7, cacheRead: 1, cacheWrite: 2, reasoning: 3 },
      cost: 0.000_12,
      tokenCount: 9,
      metadata: { b: [1], a: null },
    } as const;
    await services.tl.messages.append(session, [{ ...given, createdAt: "2001-02-03T04:05:06.7+02:00" }]);
    expect(await services.tl.messages.get(session, "m")).toMatchObject({
      ...given,
      createdAt: new Date("2001-02-03T02:05:06.700Z"),
    });
  });

  test("usage says how many tokens a message has, where nothing else does", async () => {
    await services.tl.messages.append(session, [
      { id: "a", role: "assistant", content: "x", usage: { input: 100, output: 7 } },
      { id: "b", role: "assistant", content: "x", usage: { output: 7 }, tokenCount: 0 },
      { id: "c", role: "assistant", content: "x", usage: null, cost: null, model: null },
      { id: "d", role: "assistant", content: "x", usage: {} },
    ]);
    const { items } = await services.tl.messages.list(session);
    expect(items.map(({ tokenCount }) => tokenCount)).toEqual([7, 0, 0, 0]);
    expect(items.map(({ usage }) => usage)).toEqual([{ input: 100, output: 7 }, { output: 7 }, null, {}]);
  });

  test("an append counts messages and tokens, and moves the activity", async () => {
    const before = await services.tl.sessions.get(session);
    await services.tl.messages.append(session, [
      { role: "user", content: "x", tokenCount: 3 },
      { role: "assistant", content: "y", tokenCount: 4 },
    ]);
    const after = await services.tl.sessions.get(session);
    expect(after).toMatchObject({ messageCount: 2, tokenCount: 7 });
    expect(after.lastActivity.getTime()).toBeGreaterThan(before.lastActivity.getTime());
  });

  test("an append to an expired session makes it active, and leaves an archived one in the archive", async () => {
    const { sessions, messages } = services.tl;
    await sessions.update(session, { status: "expired" });
    await messages.append(session, [hello]);
    expect((await sessions.get(session)).status).toBe("active");
    await sessions.archive(session);
    await messages.append(session, [answer]);
    expect((await sessions.get(session)).status).toBe("archived");
  });

  test("the same ids with the same content are stored once", async () => {
    const { messages } = services.tl;
    const first = await messages.append(session, [hello, answer]);
    const { revision } = await services.tl.sessions.get(session);
    expect(await messages.append(session, [hello, answer])).toEqual({ ...first, replayed: true });
    expect(await messages.append(session, [answer])).toEqual({
      items: [{ id: "b", seq: 2 }],
      replayed: true,
    });
    expect((await services.tl.sessions.get(session)).revision).toBe(revision);
    expect(await messages.append(session, [answer, { ...hello, id: "c" }])).toEqual({
      items: [
        { id: "b", seq: 2 },
        { id: "c", seq: 3 },
      ],
      replayed: false,
    });
    expect(await ids()).toEqual(["a", "b", "c"]);
  });

  test("what the caller leaves out of a repeat is not compared; model, usage and times never are", async () => {
    const { messages } = services.tl;
    await messages.append(session, [
      hello,
      { ...answer, parentId: "a", model: "m", createdAt: new Date(9e11) },
    ]);
    expect(await messages.append(session, [answer])).toMatchObject({ replayed: true });
  });

  test.each([
    ["content", { content: "Goodbye" }],
    ["content as parts", { content: [{ type: "text", text: "Good day" }] }],
    ["role", { role: "user" }],
    ["metadata", { metadata: { a: 1 } }],
    ["native", { native: { format: "f", text: "{}" } }],
    ["parent", { parentId: null }],
  ] as const)("the same id with other %s is a conflict, and nothing is written", async (_, other) => {
    const { messages } = services.tl;
    await messages.append(session, [hello, answer]);
    await expect(
      messages.append(session, [
        { ...hello, id: "c" },
        { ...answer, ...other },
      ]),
    ).rejects.toMatchObject({ code: "conflict", reason: "different_content", outcome: "refused" });
    expect(await ids()).toEqual(["a", "b"]);
  });

  test("a repeat is the same in whatever order its fields are written", async () => {
    const { messages } = services.tl;
    const repeats = [
      { id: "a", role: "user", content: [{ type: "text", text: "Hello" }], usage: { input: 1, output: 2 } },
      { usage: { output: 2, input: 1 }, content: [{ text: "Hello", type: "text" }], role: "user", id: "a" },
      { id: "a", role: "user", content: [{ text: "Hello", type: "text" }], metadata: {} },
    ] as const satisfies readonly MessageInput[];
    for (const [index, message] of repeats.entries()) {
      expect((await messages.append(session, [message])).replayed).toBe(index > 0);
    }
    for (const [index, { id: _, ...message }] of repeats.slice(0, 2).entries()) {
      const result = await messages.append(session, [message], { operationId: "once" });
      expect(result.replayed).toBe(index > 0);
    }
    expect(await ids()).toHaveLength(2);
  });

  test("one id twice in an append is refused", async () => {
    await expect(services.tl.messages.append(session, [hello, hello])).rejects.toMatchObject({
      code: "invalid",
      reason: "id",
      details: { id: "a" },
    });
  });

  test("an id is one message of its own session only", async () => {
    const other = await services.tl.sessions.create();
    await services.tl.messages.append(session, [hello]);
    await services.tl.messages.append(other.id, [{ ...hello, content: "Other" }]);
    expect((await services.tl.messages.get(session, "a")).content).toBe("Hello");
    expect((await services.tl.messages.get(other.id, "a")).content).toBe("Other");
  });

  test("an operation id makes a repeat safe where messages bring no ids", async () => {
    const { messages } = services.tl;
    const given = [{ role: "user", content: "Hello" }] as const;
    const first = await messages.append(session, given, { operationId: "op" });
    await messages.append(session, [answer]);
    expect(await messages.append(session, given, { operationId: "op" })).toEqual({
      ...first,
      replayed: true,
    });
    expect(await ids()).toHaveLength(2);
    await expect(
      messages.append(session, [{ role: "user", content: "Other" }], { operationId: "op" }),
    ).rejects.toMatchObject({ code: "conflict", reason: "operation_reused" });
    const other = await services.tl.sessions.create();
    await expect(messages.append(other.id, given, { operationId: "op" })).rejects.toMatchObject({
      reason: "operation_reused",
    });
    expect(await ids()).toHaveLength(2);
  });

  test("an operation that failed was not used", async () => {
    const { messages } = services.tl;
    const settings = { operationId: "op", expectedSeq: 1 };
    await expect(messages.append(session, [hello], settings)).rejects.toMatchObject({ reason: "position" });
    await messages.append(session, [answer]);
    expect(await messages.append(session, [hello], settings)).toMatchObject({ items: [{ seq: 2 }] });
  });

  test("of twenty with one operation id at once, one is carried out", async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        services.tl.messages.append(session, [{ role: "user", content: "Hello" }], { operationId: "op" }),
      ),
    );
    expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(results.map(({ items }) => JSON.stringify(items))).size).toBe(1);
    expect(await ids()).toHaveLength(1);
  });

  test("appends at the same time leave no gap", async () => {
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        services.tl.messages.append(session, [
          { role: "user", content: `${index}` },
          { role: "assistant", content: `${index}` },
        ]),
      ),
    );
    const seqs = results.flatMap(({ items }) => items.map(({ seq }) => seq));
    expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    for (const { items } of results) expect(items[1]?.seq).toBe((items[0]?.seq ?? 0) + 1);
  });

  test("an expected position has to be the last one", async () => {
    const { messages } = services.tl;
    await expect(messages.append(session, [hello], { expectedSeq: 1 })).rejects.toMatchObject({
      code: "conflict",
      reason: "position",
      outcome: "refused",
      details: { expected: 1, actual: 0 },
    });
    expect(await messages.append(session, [hello], { expectedSeq: 0 })).toMatchObject({
      items: [{ seq: 1 }],
    });
    for (const expectedSeq of [0, 2]) {
      await expect(messages.append(session, [answer], { expectedSeq })).rejects.toMatchObject({
        reason: "position",
        details: { expected: expectedSeq, actual: 1 },
      });
    }
    expect(await messages.append(session, [answer], { expectedSeq: 1 })).toMatchObject({
      items: [{ seq: 2 }],
    });
    expect(await messages.append(session, [answer], { expectedSeq: 1 })).toMatchObject({ replayed: true });
    await messages.delete(session, "b");
    // Deleted positions count.
    await expect(messages.append(session, [{ ...hello, id: "c" }], { expectedSeq: 1 })).rejects.toMatchObject(
      {
        reason: "position",
      },
    );
    expect(await messages.append(session, [{ ...hello, id: "c" }], { expectedSeq: 2 })).toMatchObject({
      items: [{ seq: 3 }],
    });
  });

  test("a position that is right is right also where the first message is there", async () => {
    const { messages } = services.tl;
    await messages.append(session, [hello, answer]);
    const more: MessageInput = { id: "c", role: "user", content: "More" };
    expect(await messages.append(session, [answer, more], { expectedSeq: 2 })).toMatchObject({
      items: [{ seq: 2 }, { seq: 3 }],
    });
    expect(await messages.put(session, [{ ...hello, content: "Hi" }], { expectedSeq: 3 })).toMatchObject({
      items: [{ id: "a", seq: 1 }],
    });
  });

  test.each([-1, 1.5, "1", null])("the expected position %j is refused", async (expectedSeq) => {
    await expect(
      services.tl.messages.append(session, [hello], { expectedSeq: expectedSeq as never }),
    ).rejects.toMatchObject({ code: "invalid", details: { field: "expectedSeq" } });
  });

  test("a session or a parent that is not there is not found, and nothing is written", async () => {
    const { messages } = services.tl;
    await expect(messages.append("nobody", [hello])).rejects.toMatchObject({ code: "not_found" });
    await expect(messages.append(session, [hello, { ...answer, parentId: "x" }])).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(messages.get(session, "a")).rejects.toMatchObject({ code: "not_found", reason: "message" });
    expect(await ids()).toEqual([]);
  });

  test.each([
    ["no list", "x", "type", undefined],
    ["no message", [], "messages", undefined],
    ["null", [null], "type", ""],
    ["a message without a role", [{ content: "x" }], "type", "role"],
    ["another role", [{ role: "robot", content: "x" }], "type", "role"],
    ["no content", [{ role: "user" }], "type", "content"],
    ["an unknown field", [{ ...hello, text: "x" }], "unknown_field", "text"],
    ["a position, which the store gives", [{ ...hello, seq: 4 }], "unknown_field", "seq"],
    ["an empty id", [{ ...hello, id: "" }], "type", "id"],
    ["an id with a lone surrogate", [{ ...hello, id: "\udc00" }], "type", "id"],
    ["half a token", [{ ...hello, tokenCount: 0.5 }], "type", "tokenCount"],
    ["an infinite cost", [{ ...hello, cost: Number.POSITIVE_INFINITY }], "type", "cost"],
    [
      "usage with a name of JSON",
      [{ ...hello, usage: { cache_read: 1 } }],
      "unknown_field",
      "usage.cache_read",
    ],
    ["a native payload without a format", [{ ...hello, native: { text: "x" } }], "type", "native.format"],
    ["a time that is none", [{ ...hello, createdAt: new Date(Number.NaN) }], "type", "createdAt"],
    ["a time before 1970", [{ ...hello, createdAt: new Date(-1) }], "type", "createdAt"],
    ["metadata with NUL", [{ ...hello, metadata: { "a\0": 1 } }], "type", "metadata"],
  ])("%s is refused, and the field is named", async (_, messages, reason, field) => {
    await expect(services.tl.messages.append(session, messages as never)).rejects.toMatchObject({
      name: "ThroughlineError",
      code: "invalid",
      reason,
      ...(field === undefined ? undefined : { details: { field } }),
    });
    expect(await ids()).toEqual([]);
  });

  test("of several messages the wrong one is named", async () => {
    await expect(
      services.tl.messages.append(session, [hello, { ...answer, role: "robot" } as never]),
    ).rejects.toMatchObject({ message: "message 2: role must be user, assistant, system or tool." });
  });
});
