import { beforeEach, describe, expect, test } from "vitest";
import { writeCursor } from "./cursor.ts";
import type { SearchOptions } from "./search.ts";
import { beginning, storeNames, useServices } from "./test/use-services.ts";

describe.each(storeNames)("search on %s", (name) => {
  const services = useServices(name);
  let session = "";

  beforeEach(async () => {
    const made = await services.tl.sessions.create({ tool: "chat", project: "p1", title: "Cellar" });
    session = made.id;
  });

  async function found(options: SearchOptions): Promise<string[]> {
    return (await services.tl.search(options)).items.map(({ messageId }) => messageId).toSorted();
  }

  test("a hit says where and what it is", async () => {
    await services.tl.messages.append(session, [
      { id: "a", role: "user", content: "Where is the Golden key?", createdAt: new Date(9e11) },
      { id: "b", role: "assistant", content: "Under the mat." },
    ]);
    const page = await services.tl.search({ text: "golden" });
    expect(page).toEqual({
      items: [
        {
          kind: "message",
          sessionId: session,
          seq: 1,
          messageId: "a",
          role: "user",
          createdAt: new Date(9e11),
          score: expect.any(Number) as number,
          snippet: "Where is the Golden key?",
          highlights: [[13, 19]],
          title: "Cellar",
          toolId: "chat",
          projectId: "p1",
        },
      ],
    });
  });

  test("highlights point at what was found", async () => {
    const filler = "lorem ipsum ".repeat(100);
    await services.tl.messages.append(session, [
      { id: "a", role: "user", content: `${filler}\n\tgetUserById  reads\r\nthe table ${filler}` },
    ]);
    const [hit] = (await services.tl.search({ text: "reads get_user_by_id table" })).items;
    const marked = hit?.highlights.map(([start, end]) => hit.snippet.slice(start, end));
    expect(marked).toEqual(["getUserById", "reads", "table"]);
    expect(hit?.snippet).toMatch(/^….*…$/);
    expect(hit?.snippet).toContain("getUserById reads the table");
  });

  test("a session without a title, tool and project has null for them", async () => {
    const bare = await services.tl.sessions.create();
    await services.tl.messages.append(bare.id, [{ role: "user", content: "needle" }]);
    const { items } = await services.tl.search({ text: "needle" });
    expect(items).toMatchObject([{ sessionId: bare.id, title: null, toolId: null, projectId: null }]);
  });

  test("text in every part is found", async () => {
    await services.tl.messages.append(session, [
      {
        role: "assistant",
        content: [
          { type: "text", text: "textword" },
          { type: "reasoning", text: "reasonword" },
          { type: "tool-call", toolCallId: "c", toolName: "nameword", input: { a: ["inputword"] } },
          { type: "tool-result", toolCallId: "c", output: { b: "outputword" } },
          { type: "file", mediaType: "text/plain", filename: "fileword.txt" },
          { type: "source", title: "titleword", url: "https://urlword.example/" },
          { type: "data", name: "d", data: { deep: [{ deeper: "dataword" }] } },
        ],
      },
    ]);
    const words = "textword reasonword nameword inputword outputword fileword titleword urlword dataword";
    for (const text of words.split(" ")) expect((await services.tl.search({ text })).items).toHaveLength(1);
    expect((await services.tl.search({ text: words })).items).toHaveLength(1);
  });

  test("filters by user, project, tool, session, role and time, alone and together", async () => {
    const { tl } = services;
    const sessions = [
      await tl.sessions.create({ user: "ada", project: "p1", tool: "chat" }),
      await tl.sessions.create({ user: "bob", project: "p2", tool: "chat" }),
    ];
    for (const [index, { id }] of sessions.entries()) {
      await tl.messages.append(id, [
        { id: `q${index}`, role: "user", content: "needle", createdAt: new Date(beginning - 2_000 + index) },
        {
          id: `a${index}`,
          role: "assistant",
          content: "needle",
          createdAt: new Date(beginning - 1_000 + index),
        },
      ]);
    }
    const text = "needle";
    const one = sessions[0]?.id ?? "";
    expect(await found({ text })).toEqual(["a0", "a1", "q0", "q1"]);
    expect(await found({ text, user: "ada" })).toEqual(["a0", "q0"]);
    expect(await found({ text, project: "p2" })).toEqual(["a1", "q1"]);
    expect(await found({ text, tool: "chat" })).toEqual(["a0", "a1", "q0", "q1"]);
    expect(await found({ text, tool: "code" })).toEqual([]);
    expect(await found({ text, session: one })).toEqual(["a0", "q0"]);
    expect(await found({ text, role: "assistant" })).toEqual(["a0", "a1"]);
    expect(await found({ text, since: new Date(beginning - 1_999) })).toEqual(["a0", "a1", "q1"]);
    expect(await found({ text, until: new Date(beginning - 1_999) })).toEqual(["q0"]);
    expect(await found({ text, until: new Date(beginning - 1_000).toISOString() })).toEqual(["q0", "q1"]);
    expect(await found({ text, user: "ada", role: "user", session: one, project: "p1" })).toEqual(["q0"]);
    expect(await found({ text, user: "bob", session: one })).toEqual([]);
    expect(await found({ text, session: "nobody" })).toEqual([]);
  });

  test("what is written is found at once, and what is deleted is not", async () => {
    const { tl } = services;
    for (let turn = 0; turn < 5; turn += 1) {
      await tl.messages.append(session, [{ id: `m${turn}`, role: "user", content: `needle w${turn}` }]);
      expect(await found({ text: `w${turn}` })).toEqual([`m${turn}`]);
    }
    await tl.messages.put(session, [{ id: "m0", role: "user", content: "replacement" }]);
    expect(await found({ text: "w0" })).toEqual([]);
    expect(await found({ text: "replacement" })).toEqual(["m0"]);
    await tl.messages.delete(session, "m1");
    expect(await found({ text: "needle" })).toEqual(["m2", "m3", "m4"]);
    await tl.sessions.delete(session);
    expect(await found({ text: "needle" })).toEqual([]);
    await tl.sessions.undelete(session);
    expect(await found({ text: "needle" })).toEqual(["m2", "m3", "m4"]);
    await tl.sessions.update(session, { title: "New" });
    expect((await tl.search({ text: "needle" })).items[0]?.title).toBe("New");
  });

  test("pages go on to the end, and each hit is on one of them", async () => {
    const texts = Array.from({ length: 45 }, (_, index) => ({
      role: "user" as const,
      content: `needle ${"hay ".repeat(index)}`,
      createdAt: new Date(beginning - index * 1_000),
    }));
    await services.tl.messages.append(session, texts);
    for (const order of ["rank", "recent"] as const) {
      const seqs: number[] = [];
      const sizes: number[] = [];
      let cursor: string | undefined;
      do {
        const options: SearchOptions = {
          text: "needle",
          order,
          ...(cursor === undefined ? undefined : { cursor }),
        };
        const page = await services.tl.search(options);
        sizes.push(page.items.length);
        seqs.push(...page.items.map(({ seq }) => seq));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(sizes).toEqual([20, 20, 5]);
      expect(new Set(seqs).size).toBe(45);
      // The shortest are the best, and here the newest, too.
      expect(seqs).toEqual(texts.map((_, index) => index + 1));
    }
  });

  test("better hits come first, and say so by their score", async () => {
    await services.tl.messages.append(session, [
      { id: "poor", role: "user", content: `needle ${"hay ".repeat(300)}` },
      { id: "rich", role: "user", content: "needle needle needle" },
    ]);
    const { items } = await services.tl.search({ text: "needle" });
    expect(items.map(({ messageId }) => messageId)).toEqual(["rich", "poor"]);
    expect(items[0]?.score).toBeGreaterThan(items[1]?.score ?? Number.POSITIVE_INFINITY);
  });

  test("a cursor is of one search", async () => {
    await services.tl.messages.append(session, [
      { role: "user", content: "needle one" },
      { role: "user", content: "needle two" },
    ]);
    const { next: cursor = "" } = await services.tl.search({ text: "needle", limit: 1 });
    expect((await services.tl.search({ text: "needle", limit: 5, cursor })).items).toHaveLength(1);
    for (const other of [
      { text: "one" },
      { text: "needle", user: "x" },
      { text: "needle", order: "recent" },
    ] as const) {
      await expect(services.tl.search({ ...other, cursor })).rejects.toMatchObject({ reason: "cursor" });
    }
    for (const place of [-1, 1_000, 5_000, "x", 0.5]) {
      const made = writeCursor('search ["needle","rank",{}]', [place]);
      await expect(services.tl.search({ text: "needle", cursor: made })).rejects.toMatchObject({
        name: "ThroughlineError",
        code: "invalid",
      });
    }
  });

  test.each([
    ["nothing", "", "type"],
    ["signs only", "-- ?!", "query"],
    ["nothing but what is left out", "-hay", "query"],
    ["33 words", Array.from({ length: 33 }, (_, index) => `w${index}`).join(" "), "query"],
    ["a phrase of 65 words", `"${"w ".repeat(65)}"`, "query"],
    ["a text that is too long", "x".repeat(4_097), "too_long"],
    ["a lone surrogate", "a\ud800", "type"],
  ])("a query of %s is refused", async (_, text, reason) => {
    await expect(services.tl.search({ text })).rejects.toMatchObject({
      name: "ThroughlineError",
      code: "invalid",
      reason,
    });
  });

  test.each([
    [{}, "text"],
    [{ text: "x", role: "robot" }, "role"],
    [{ text: "x", since: "yesterday" }, "since"],
    [{ text: "x", limit: 1_001 }, "limit"],
    [{ text: "x", order: "best" }, "order"],
    [{ text: "x", sessions: "y" }, "sessions"],
  ])("the search %j is refused, and the field is named", async (options, field) => {
    await expect(services.tl.search(options as never)).rejects.toMatchObject({
      code: "invalid",
      details: { field },
    });
  });
});
