import { describe, expect, it } from "vitest";
import type { ImportedMessage } from "../importer.ts";
import { chatgpt } from "./chatgpt.ts";
import { chatgptFixture, readExport } from "./test/chatgpt-fixture.ts";
import type { ReadSession } from "./test/chatgpt-fixture.ts";

const bytes = chatgptFixture("conversations.json");
const { sessions, problems } = await readExport(bytes);

function conversation(key: string): ReadSession {
  const found = sessions.find(({ session }) => session.externalKey === key);
  if (found === undefined) throw new Error(`no conversation ${key}`);
  return found;
}

function messagesOf(key: string): ReadonlyMap<string, ImportedMessage> {
  return new Map(conversation(key).messages.map((message) => [message.id, message]));
}

describe("an export", () => {
  it("gives each conversation in which something was said", () => {
    expect(sessions.map(({ session }) => session.externalKey)).toEqual([
      "c-branches",
      "c-tools",
      "c-contexts",
      "c-odd",
    ]);
    expect(problems).toEqual([]);
  });

  it("tells what is known of a conversation", () => {
    expect(conversation("c-branches").session).toMatchObject({
      title: "Names for a boat",
      model: "gpt-5-2",
      createdAt: 1_767_225_670_250,
      metadata: { is_archived: true, gizmo_id: "g-p-boats", plugin_ids: ["plugin-a"] },
      part: { updatedAt: 1_767_225_770_250, head: "b-end" },
    });
    // Without a title of its own it is called by its first prompt, and by the model that was used.
    expect(conversation("c-contexts").session).toMatchObject({
      title: "How deep is the lake?",
      model: "auto",
    });
  });

  it("tells conversations without ids apart, also where their roots have one id", async () => {
    const said = (id: string): object => ({
      mapping: {
        "client-created-root": { id: "client-created-root", message: null, children: [id] },
        [id]: {
          id,
          parent: "client-created-root",
          message: { author: { role: "user" }, content: { content_type: "text", parts: [id] } },
        },
      },
    });
    const read = await readExport(JSON.stringify([said("oar"), said("sail")]));
    expect(read.sessions.map(({ session }) => session.externalKey)).toEqual(["oar", "sail"]);
  });

  it("gives each conversation its bytes, and each message those of its node", () => {
    for (const { session, messages } of sessions) {
      const { part } = session;
      const held = bytes.subarray(part?.offset, (part?.offset ?? 0) + (part?.bytes.length ?? 0));
      expect(Buffer.from(part?.bytes ?? [])).toEqual(Buffer.from(held));
      expect(JSON.parse(new TextDecoder().decode(held))).toMatchObject({
        conversation_id: session.externalKey,
      });
      for (const { id, ranges } of messages) {
        expect(ranges).toHaveLength(1);
        const [[offset, length] = [0, 0]] = ranges;
        const node = JSON.parse(new TextDecoder().decode(bytes.subarray(offset, offset + length))) as object;
        expect(node).toMatchObject({ id });
      }
    }
  });

  it.each([1, 3, 64])("gives the same in pieces of %i bytes", async (chunkBytes) => {
    expect((await readExport(bytes, { chunkBytes })).sessions).toEqual(sessions);
  });

  it("gives the same when it is wrapped, but for its places", async () => {
    const wrapped = `{"version": 1, "conversations": ${new TextDecoder().decode(bytes)}}`;
    const read = await readExport(wrapped);
    const without = (all: readonly ReadSession[]): unknown =>
      all.map(({ session, messages }) => [
        { ...session, part: session.part?.sha256 },
        messages.map((message) => ({ ...message, ranges: [] })),
      ]);
    expect(without(read.sessions)).toEqual(without(sessions));
  });

  it("may be one conversation; a node's id is its message's", async () => {
    const read = await readExport(chatgptFixture("one-conversation.json"));
    expect(read.problems).toEqual([]);
    expect(read.sessions.map(({ messages }) => messages.map(({ id, content }) => [id, content]))).toEqual([
      [
        ["first", "Am I alone?"],
        ["second", "As far as I can see."],
      ],
    ]);
  });

  it("leaves out what is known, and asks with the hash of the bytes", async () => {
    const asked: string[] = [];
    const knowledge = {
      areKnown: (parts: readonly { readonly externalKey: string; readonly sha256: string }[]) => {
        asked.push(...parts.map(({ sha256 }) => sha256));
        return Promise.resolve(parts.map(({ externalKey }) => externalKey !== "c-tools"));
      },
    };
    const read = await readExport(bytes, { knowledge });
    expect(read.sessions).toEqual([conversation("c-tools")]);
    for (const { session } of sessions) expect(asked).toContain(session.part?.sha256);
  });

  it("goes on behind every conversation", async () => {
    const source = {
      path: "x",
      size: bytes.length,
      bytes: async function* (from: number) {
        yield bytes.subarray(from);
      },
    };
    const events = await Array.fromAsync(chatgpt.read(source));
    const checkpoints = events.filter((event) => event.type === "checkpoint");
    expect(checkpoints).toHaveLength(6);
    for (const checkpoint of checkpoints) {
      const rest = await Array.fromAsync(chatgpt.read(source, checkpoint));
      const expected = events.slice(events.indexOf(checkpoint) + 1);
      expect(rest.filter((event) => event.type !== "checkpoint")).toEqual(
        expected.filter((event) => event.type !== "checkpoint"),
      );
      expect(rest.at(-1)).toEqual(events.at(-1));
    }
  });
});

describe("branches", () => {
  it("come parents first, siblings as they were made, with what each follows", () => {
    expect(conversation("c-branches").messages.map(({ id, parent }) => [id, parent])).toEqual([
      ["b-ask", null],
      ["b-answer", "b-ask"],
      ["b-thanks", "b-answer"],
      ["b-answer-2", "b-ask"],
      ["b-more", "b-answer-2"],
      ["b-end", "b-more"],
      ["b-answer-3", "b-ask"],
      ["b-ask-2", null],
    ]);
  });

  it("have the time of what they follow where they have none", () => {
    const messages = messagesOf("c-branches");
    expect(messages.get("b-ask")?.createdAt).toBe(1_767_225_610_250);
    // It follows nothing that has a time: the conversation's counts.
    expect(messages.get("b-ask-2")?.createdAt).toBe(conversation("c-branches").session.createdAt);
  });

  it("are cut where they run in a circle, and whoever follows nothing begins one", () => {
    const { session, messages } = conversation("c-odd");
    expect(messages.map(({ id, parent }) => [id, parent])).toEqual([
      ["o-early", null],
      ["o-late", "o-early"],
      ["o-self", null],
      ["o-lister", null],
      ["o-listed", "o-lister"],
      ["__proto__x", "o-lister"],
      ["o-role", "o-lister"],
      ["o-circle-1", null],
      ["o-circle-2", "o-circle-1"],
    ]);
    expect(session.part?.head).toBe("o-circle-2");
    expect(messages.find(({ id }) => id === "o-role")).toMatchObject({
      role: "system",
      metadata: { role: "critic", recipient: "user" },
    });
  });
});

describe("tools", () => {
  const messages = messagesOf("c-tools");

  it("are called by code and by text", () => {
    expect(messages.get("t-call")?.content).toEqual([
      {
        type: "tool-call",
        toolCallId: "t-call",
        toolName: "python",
        input: { language: "python", code: "sum(rain)" },
      },
    ]);
    expect(messages.get("t-search")?.content).toEqual([
      {
        type: "tool-call",
        toolCallId: "t-search",
        toolName: "web.run",
        input: { search_query: [{ q: "rain records" }] },
      },
    ]);
    expect(messages.get("t-note")?.content).toMatchObject([
      { toolName: "bio", input: "Works with rain data." },
    ]);
  });

  it("answer their calls, an empty answer and a failure too", () => {
    expect(messages.get("t-result")).toMatchObject({
      role: "tool",
      content: [
        {
          type: "tool-result",
          toolCallId: "t-call",
          toolName: "python",
          output: "NameError: rain",
          isError: true,
        },
      ],
    });
    expect(messages.get("t-result-2")?.content).toEqual([
      { type: "tool-result", toolCallId: "t-call-2", toolName: "python", output: "" },
    ]);
    expect(messages.get("t-page")?.content).toMatchObject([
      { toolCallId: "t-search", output: "Two results" },
    ]);
    expect(messages.get("t-quote")?.content).toEqual([
      { type: "tool-result", toolCallId: "t-search", toolName: "web.run", output: "It rained 3 mm." },
      { type: "source", url: "https://rain.example/records", title: "Rain records" },
    ]);
    // The nearest call of that tool, not that of another one between.
    expect(messages.get("t-error")?.content).toMatchObject([
      { toolCallId: "t-call-2", output: "Timeout\n\nThe tool took too long.", isError: true },
    ]);
    expect(messages.has("t-hidden-tool")).toBe(false);
    expect(messages.get("t-error")?.parent).toBe("t-picture");
  });

  it("may answer with files, and without a call that is known", () => {
    expect(messages.get("t-picture")?.content).toEqual([
      { type: "tool-result", toolCallId: "t-picture", toolName: "dalle.text2im", output: "Plotted." },
      { type: "file", mediaType: "image/png", url: "sediment://file_Plot" },
    ]);
  });

  it("leave sources, each page once", () => {
    expect(messages.get("t-answer")?.content).toEqual([
      { type: "text", text: "It rained 3 mm." },
      { type: "source", url: "https://rain.example/records", title: "Rain records" },
      { type: "source", url: "https://rain.example/more", title: "More" },
    ]);
  });
});

describe("what else is said", () => {
  const messages = messagesOf("c-contexts");

  it("has files, with the names that they were attached under", () => {
    expect(messagesOf("c-tools").get("t-ask")?.content).toEqual([
      { type: "file", mediaType: "image/png", filename: "cloud.png", url: "file-service://file-Cloud" },
      { type: "text", text: "How much rain is in this table?" },
      { type: "file", mediaType: "text/csv", filename: "rain.csv", url: "file-service://file-Rain" },
    ]);
    expect(messages.get("x-empty")?.content).toEqual([
      { type: "text", text: "How deep is the lake?" },
      { type: "file", mediaType: "audio/wav", url: "sediment://file_Voice" },
    ]);
  });

  it("is marked where ChatGPT put it there, and left out where it is empty", () => {
    expect(messages.get("x-profile")).toMatchObject({
      role: "user",
      metadata: { injected: true, content_type: "user_editable_context" },
    });
    expect(messages.get("x-ask")).toMatchObject({ role: "system", metadata: { injected: true } });
    expect(messages.has("x-memory")).toBe(false);
    expect(messages.get("x-empty")?.metadata).toBeUndefined();
  });

  it("is thought, or of a kind that is not known", () => {
    expect(messages.get("x-thoughts")?.content).toEqual([
      { type: "reasoning", text: "Depth\n\nLakes vary." },
      { type: "reasoning", text: "Ask which." },
    ]);
    expect(messages.get("x-recap")?.content).toEqual([{ type: "reasoning", text: "Thought for 4 seconds" }]);
    expect(messages.get("x-widget")?.content).toEqual([
      {
        type: "data",
        name: "super_widget",
        data: { content_type: "super_widget", widget: { depth: [1, 2] } },
      },
    ]);
    expect(messages.get("x-answer")).toMatchObject({ metadata: { interrupted: true, author: "guide" } });
  });
});

describe("damage", () => {
  const text = new TextDecoder().decode(bytes);

  it.each([
    ["is cut off", text.slice(0, -2000), 4, /the file is cut off/],
    ["holds what is no conversation", text.replace("[{", '[7,{"title":"x"},{'), 4, /no conversation/],
    ["has a torn conversation", text.replace('"parts":["Rowan."]', '"parts":[Rowan]'), 3, /not valid JSON/],
    [
      "has one that is nested too deep",
      text.replace('["Rowan."]', "[".repeat(5000) + "]".repeat(5000)),
      3,
      /nested/,
    ],
  ])("is told where a file %s, and the rest is read", async (_name, damaged, count, message) => {
    const read = await readExport(damaged);
    expect(read.sessions).toHaveLength(count === 4 && damaged.length < text.length ? 3 : count);
    expect(read.problems.join("\n")).toMatch(message);
  });

  it("is told where a conversation is not UTF-8", async () => {
    const broken = new Uint8Array(bytes);
    broken[text.indexOf("Rowan")] = 0xff;
    const read = await readExport(broken);
    expect(read.problems).toEqual([expect.stringContaining("not UTF-8")]);
    expect(read.sessions).toHaveLength(3);
  });
});

describe("recognising", () => {
  const text = new TextDecoder().decode(bytes);

  it.each([
    ["an export", text],
    ["one that is wrapped", `\uFEFF {"conversations" : ${text}}`],
    ["one conversation", new TextDecoder().decode(chatgptFixture("one-conversation.json"))],
    ["the head of a long one", text.slice(0, 300)],
    ["one whose tree comes late", '[{"title":"x","current_node":"y","mapping":{'],
  ])("knows %s", (_name, head) => {
    expect(chatgpt.recognises(head)).toBe(true);
  });

  it.each([
    ["nothing", ""],
    ["an empty list", "[]"],
    ["Claude.ai's", '[{"uuid":"u","name":"x","chat_messages":[]}]'],
    ["other mappings", '[{"mapping":{"a":1}}]'],
    ["a source map", '{"version":3,"mappings":"AAAA"}'],
    ["what else lies in an export", '{"id":"user-x","email":"x@y.z"}'],
  ])("does not take %s for it", (_name, head) => {
    expect(chatgpt.recognises(head)).toBe(false);
  });
});
