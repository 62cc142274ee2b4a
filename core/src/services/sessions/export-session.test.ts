import { describe, expect, test } from "vitest";
import type { Content } from "../../model/message-content.ts";
import { type ExportFormat, exportSession, readableContent } from "./export-session.ts";
import type { Message, Role } from "../messages/message.ts";
import type { Session } from "./session.ts";
import { storeNames, useServices } from "../test/use-services.ts";
import { messageToJson, sessionToJson } from "../to-json.ts";

async function joined(pieces: AsyncIterable<string>): Promise<string> {
  return (await Array.fromAsync(pieces)).join("");
}

const everyPart: Content = [
  { type: "reasoning", text: "Let me see.\r\nTwo lines." },
  { type: "text", text: "I look it up." },
  { type: "tool-call", toolCallId: "c1", toolName: "read_file", input: { path: "a.md" } },
  { type: "tool-result", toolCallId: "c1", toolName: "read_file", output: "# A\n```js\nlet a;\n```\n````" },
  { type: "tool-result", toolCallId: "c2", output: { code: 1 }, isError: true },
  { type: "file", mediaType: "image/png", filename: "a.png" },
  { type: "file", mediaType: "image/png", url: "https://example.org/b.png" },
  { type: "file", mediaType: "image/png" },
  { type: "source", title: "Example", url: "https://example.org/" },
  { type: "source", url: "https://example.org/" },
  { type: "data", name: "chart", data: [1] },
];

describe.each(storeNames)("exports from %s", (name) => {
  const services = useServices(name);

  async function makeSession(): Promise<Session> {
    const { sessions, messages } = services.tl;
    const { id } = await sessions.create({
      title: "Looking\n up",
      model: "model-1",
      createdAt: "2026-01-01T23:59:58+02:00",
    });
    await messages.append(id, [
      { id: "a", role: "system", content: "Be kind.", createdAt: "2026-01-01T22:00:01Z" },
      { id: "b", role: "user", content: "What is in a.md?", createdAt: "2026-01-02T00:00:02+02:00" },
      { id: "c", role: "assistant", content: everyPart, createdAt: "2026-01-01T22:00:03.999Z" },
      { id: "d", role: "tool", content: "", createdAt: "2026-01-01T22:00:04Z" },
    ]);
    return sessions.get(id);
  }

  async function exported(session: Session, format: ExportFormat): Promise<string> {
    return joined(exportSession(session, services.tl.messages.stream(session.id), format));
  }

  test("JSON holds the session and its messages as the API shows them", async () => {
    const session = await makeSession();
    const { items } = await services.tl.messages.list(session.id);
    const text = await exported(session, "json");
    expect(JSON.parse(text)).toEqual(
      JSON.parse(JSON.stringify({ ...sessionToJson(session), messages: items.map(messageToJson) })),
    );
    expect(text).toBe(
      `${JSON.stringify({ ...sessionToJson(session), messages: items.map(messageToJson) }, null, 2)}\n`,
    );
  });

  test("JSON of a session without messages", async () => {
    const session = await services.tl.sessions.create();
    const text = await exported(session, "json");
    expect(JSON.parse(text)).toEqual({ ...JSON.parse(JSON.stringify(sessionToJson(session))), messages: [] });
  });

  test("JSON brings every string back, whatever ends lines in it", async () => {
    const content = 'a\nb\r\nc\rd\u2028e\u2029f\0\ud800 "\\';
    const session = await services.tl.sessions.create({ title: "t\u2028u" });
    await services.tl.messages.append(session.id, [{ role: "user", content }]);
    const read = JSON.parse(await exported(session, "json")) as {
      title: string;
      messages: { content: string }[];
    };
    expect(read.title).toBe("t\u2028u");
    expect(read.messages[0]?.content).toBe(content);
  });

  test("Markdown", async () => {
    const session = await makeSession();
    const text = (await exported(session, "markdown")).replaceAll(session.id, "ID");
    expect(text).toBe(`# Chat Session: ID

**Title:** Looking up
**Model:** model-1
**Created:** 2026-01-01 21:59:58
**Messages:** 4

---

### ⚙️ System (22:00:01)

Be kind.

### 👤 User (22:00:02)

What is in a.md?

### 🤖 Assistant (22:00:03)

> Let me see.\r
> Two lines.

I look it up.

[call] read_file
\`\`\`json
{
  "path": "a.md"
}
\`\`\`

[result] read_file
\`\`\`\`\`
# A
\`\`\`js
let a;
\`\`\`
\`\`\`\`
\`\`\`\`\`

[failed] c2
\`\`\`json
{
  "code": 1
}
\`\`\`

[file] a.png

[file] https://example.org/b.png

[file] image/png

[source] Example https://example.org/

[source] https://example.org/

[data] chart
\`\`\`json
[
  1
]
\`\`\`

### 🔧 Tool (22:00:04)


`);
  });

  test("text", async () => {
    const session = await makeSession();
    const text = (await exported(session, "text")).replaceAll(session.id, "ID");
    expect(text).toBe(`Chat Session: ID
Title: Looking up
Model: model-1
Created: 2026-01-01 21:59:58
Messages: 4

${"=".repeat(80)}

[22:00:01] SYSTEM:
Be kind.

[22:00:02] USER:
What is in a.md?

[22:00:03] ASSISTANT:
> Let me see.\r
> Two lines.

I look it up.

[call] read_file
{
  "path": "a.md"
}

[result] read_file
# A
\`\`\`js
let a;
\`\`\`
\`\`\`\`

[failed] c2
{
  "code": 1
}

[file] a.png

[file] https://example.org/b.png

[file] image/png

[source] Example https://example.org/

[source] https://example.org/

[data] chart
[
  1
]

[22:00:04] TOOL:

`);
  });

  test("a fork is written whole, with what it shares and where it comes from", async () => {
    const { sessions, messages } = services.tl;
    const parent = await sessions.create();
    await messages.append(parent.id, [
      { id: "a", role: "user", content: "first" },
      { id: "b", role: "assistant", content: "second" },
    ]);
    const { id } = await sessions.fork(parent.id, { atSeq: 1 });
    await messages.append(id, [{ id: "c", role: "assistant", content: "third" }]);
    const fork = await sessions.get(id);
    const json = JSON.parse(await exported(fork, "json")) as { messages: { id: string }[] };
    expect(json).toMatchObject({ parent_session_id: parent.id, forked_at: 1 });
    expect(json.messages.map((message) => message.id)).toEqual(["a", "c"]);
    const markdown = await exported(fork, "markdown");
    expect(markdown).toContain(`**Messages:** 1\n**Forked from:** ${parent.id} at position 1\n\n---\n`);
    expect(markdown).toMatch(/first[^]*third/);
    expect(markdown).not.toContain("second");
    const text = await exported(fork, "text");
    expect(text).toContain(`Messages: 1\nForked from: ${parent.id} at position 1\n\n====`);
    expect(text).toMatch(/first[^]*third/);
  });

  test("a session of which nothing is known", async () => {
    const session = await services.tl.sessions.create({ createdAt: new Date(0) });
    expect(await exported(session, "markdown")).toBe(
      `# Chat Session: ${session.id}\n\n**Model:** unknown\n**Created:** 1970-01-01 00:00:00\n**Messages:** 0\n\n---\n`,
    );
  });
});

test("a fence is longer than a million that its text holds", () => {
  const output = "````\n".repeat(1_000_000);
  const text = readableContent(
    [{ type: "tool-result", toolCallId: "c", output }],
    (language, block) => `${language}:${block.length}`,
  );
  expect(text).toBe(`[result] c\n:${output.length}`);
});

test.each(["json", "markdown", "text"] as const)(
  "%s is written as messages come, and none is held back",
  async (format) => {
    const session = { id: "s", title: null, model: null, createdAt: new Date(0), messageCount: 0 } as Session;
    let given = 0;
    async function* endless(): AsyncGenerator<Message> {
      for (;;) {
        given += 1;
        yield {
          id: `m${given}`,
          sessionId: "s",
          seq: given,
          parentSeq: given - 1,
          role: (given % 2 === 0 ? "assistant" : "user") satisfies Role,
          content: [{ type: "tool-result", toolCallId: "c", output: "```".repeat(200_000) }],
          tokenCount: 0,
          model: null,
          usage: null,
          cost: null,
          metadata: {},
          createdAt: new Date(0),
          updatedAt: new Date(0),
          revision: 1,
        };
      }
    }
    const pieces = exportSession(session, endless(), format);
    let written = 0;
    for await (const piece of pieces) {
      written += piece.length;
      if (given === 30) break;
    }
    expect(written).toBeGreaterThan(29 * 600_000);
    expect(given).toBe(30);
  },
);

test("a format that is none is refused, for callers without types", async () => {
  const nothing = (async function* (): AsyncGenerator<Message> {})();
  const pieces = exportSession({} as Session, nothing, "markdwn" as "markdown");
  await expect(pieces.next()).rejects.toMatchObject({ code: "invalid", reason: "option" });
});
