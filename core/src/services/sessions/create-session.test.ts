import { describe, expect, test } from "vitest";
import { beforeNextCommit, beginning, storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("creating sessions on %s", (name) => {
  const services = useServices(name);

  test("a session of which nothing is said has defaults", async () => {
    const session = await services.tl.sessions.create();
    expect(session).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) as string,
      tenantId: "default",
      userId: "local",
      projectId: null,
      toolId: null,
      profileId: null,
      terminalId: null,
      externalKey: null,
      title: null,
      model: null,
      status: "active",
      archived: false,
      pinned: false,
      tags: [],
      workspacePath: null,
      processId: null,
      parentSessionId: null,
      forkedAt: null,
      summary: null,
      messageCount: 0,
      tokenCount: 0,
      contextSizeBytes: 0,
      metadata: {},
      metrics: {},
      createdAt: new Date(beginning),
      updatedAt: new Date(beginning),
      lastActivity: new Date(beginning),
      endedAt: null,
      expiresAt: null,
      revision: 1,
    });
    expect(await services.tl.sessions.get(session.id)).toEqual(session);
  });

  test("every field comes back as it was given", async () => {
    const parent = await services.tl.sessions.create();
    const given = {
      title: "Tidy the cellar 🧺",
      model: "model-1",
      workspacePath: "/srv/work here",
      processId: 4_321,
      pinned: true,
      tags: ["beta", "alpha"],
      summary: "Line one\nline two",
      metadata: { build: { branch: "main", number: 7 }, list: [1, null, "x"] },
      metrics: { seconds: 1.5 },
      externalKey: "key:1/2",
    };
    const session = await services.tl.sessions.create({
      ...given,
      user: "ada",
      project: "p1",
      tool: "web-chat",
      profile: "work",
      terminal: "tty1",
      parent: parent.id,
      createdAt: "2020-02-03T04:05:06.789+01:00",
      expiresAt: new Date("2030-01-01T00:00:00Z"),
    });
    expect(session).toMatchObject({
      ...given,
      userId: "ada",
      projectId: "p1",
      toolId: "web-chat",
      profileId: "work",
      terminalId: "tty1",
      parentSessionId: parent.id,
      forkedAt: 0,
      createdAt: new Date("2020-02-03T03:05:06.789Z"),
      lastActivity: new Date("2020-02-03T03:05:06.789Z"),
      expiresAt: new Date("2030-01-01T00:00:00Z"),
    });
    expect(await services.tl.sessions.get(session.id)).toEqual(session);
  });

  test("null says the same as nothing", async () => {
    const session = await services.tl.sessions.create({
      project: null,
      tool: null,
      externalKey: null,
      parent: null,
      title: null,
      model: null,
      workspacePath: null,
      profile: null,
      terminal: null,
      processId: null,
      summary: null,
      expiresAt: null,
    });
    expect(session).toMatchObject({ projectId: null, toolId: null, externalKey: null, expiresAt: null });
    expect(session).toMatchObject({ title: null, processId: null, parentSessionId: null });
  });

  test("a tag given twice is one tag, in the order of the first", async () => {
    const { tags } = await services.tl.sessions.create({ tags: ["b", "a", "b"] });
    expect(tags).toEqual(["b", "a"]);
  });

  test("metadata is stored as canonical JSON", async () => {
    const { id } = await services.tl.sessions.create({
      metadata: { b: 1e21, a: { d: "é", c: -0 }, "\u20ac": true },
    });
    const { answers } = await services.store.read({
      tenant: "default",
      requests: [{ type: "get", kind: "sessions", keys: [[id]] }],
    });
    expect(answers[0][0]?.metadata).toBe('{"a":{"c":0,"d":"é"},"b":1e+21,"€":true}');
  });

  test("an external key names one session, of one user and one tool", async () => {
    const { sessions } = services.tl;
    const first = await sessions.create({ tool: "a", externalKey: "k", title: "first" });
    expect(await sessions.create({ tool: "a", externalKey: "k", title: "second" })).toEqual(first);
    const others = [
      await sessions.create({ tool: "b", externalKey: "k" }),
      await sessions.create({ externalKey: "k" }),
      await sessions.create({ tool: "a", user: "ada", externalKey: "k" }),
    ];
    expect(new Set([first, ...others].map(({ id }) => id)).size).toBe(4);
    expect(await sessions.getByExternalKey({ tool: "a", externalKey: "k" })).toEqual(first);
    expect(await sessions.getByExternalKey({ tool: null, externalKey: "k" })).toEqual(others[1]);
    expect(await sessions.getByExternalKey({ user: "ada", tool: "a", externalKey: "k" })).toEqual(others[2]);
    expect(await sessions.getByExternalKey({ tool: "c", externalKey: "k" })).toBeUndefined();
  });

  test("twenty at once with one external key get one session", async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        services.tl.sessions.getOrCreate(
          { externalKey: "k" },
          { messages: [{ id: `m${index}`, role: "user", content: `${index}` }] },
        ),
      ),
    );
    expect(new Set(made.map(({ session }) => session.id)).size).toBe(1);
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    const seqs = made.flatMap(({ messages }) => messages.map(({ seq }) => seq));
    expect(seqs.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  test("a terminal names one session of a user", async () => {
    const { sessions } = services.tl;
    const first = await sessions.create({ terminal: "tty1" });
    expect(await sessions.create({ terminal: "tty1" })).toEqual(first);
    expect((await sessions.create({ terminal: "tty1", user: "ada" })).id).not.toBe(first.id);
  });

  test("an external key that is new finds the session of its terminal, and appends to it", async () => {
    const { sessions } = services.tl;
    const first = await sessions.create({ terminal: "tty1" });
    const found = await sessions.getOrCreate(
      { terminal: "tty1", externalKey: "k" },
      { messages: [{ role: "user", content: "Hello" }] },
    );
    expect(found).toMatchObject({ created: false, session: { id: first.id, messageCount: 1 } });
    const fresh = await sessions.getOrCreate(
      { terminal: "tty2", externalKey: "k2" },
      { messages: [{ role: "user", content: "Hello" }] },
    );
    expect(fresh).toMatchObject({ created: true, session: { externalKey: "k2", messageCount: 1 } });
  });

  test("keys of two sessions are a conflict", async () => {
    const { sessions } = services.tl;
    await sessions.create({ terminal: "tty1" });
    await sessions.create({ externalKey: "k" });
    await expect(sessions.create({ terminal: "tty1", externalKey: "k" })).rejects.toMatchObject({
      code: "conflict",
      reason: "unique",
      outcome: "refused",
    });
  });

  test("the first append is in the same commit, and answers the same when it is repeated", async () => {
    const messages = [
      { id: "a", role: "user", content: "Hello" },
      { id: "b", role: "assistant", content: "Good day", tokenCount: 3 },
    ] as const;
    const made = await services.tl.sessions.getOrCreate({ externalKey: "k" }, { messages });
    expect(made).toMatchObject({ created: true, session: { messageCount: 2, tokenCount: 3 } });
    expect(made.messages).toEqual([
      { id: "a", seq: 1 },
      { id: "b", seq: 2 },
    ]);
    const again = await services.tl.sessions.getOrCreate({ externalKey: "k" }, { messages });
    expect(again).toEqual({ ...made, created: false });
    const { entries } = await services.store.changes({ tenant: "default", limit: 10 });
    expect(entries).toHaveLength(1);
  });

  test("a message that is wrong, or in conflict, leaves no session", async () => {
    const { sessions } = services.tl;
    const wrong = { role: "nobody", content: "Hello" } as never;
    await expect(sessions.getOrCreate({ externalKey: "k" }, { messages: [wrong] })).rejects.toMatchObject({
      code: "invalid",
      details: { field: "role" },
    });
    const parentless = { role: "user", content: "Hello", parentId: "nowhere" } as const;
    await expect(
      sessions.getOrCreate({ externalKey: "k" }, { messages: [parentless] }),
    ).rejects.toMatchObject({ code: "not_found" });
    expect(await sessions.getByExternalKey({ externalKey: "k" })).toBeUndefined();
    expect((await sessions.list({ all: true })).items).toEqual([]);
  });

  test.each(["archived", "expired"] as const)(
    "a session that is %s wakes when it is found",
    async (status) => {
      const { sessions } = services.tl;
      const { id } = await sessions.create({ externalKey: "k" });
      await sessions.update(id, { status });
      const { session, created } = await sessions.getOrCreate({ externalKey: "k" });
      expect({ created, id: session.id, status: session.status }).toEqual({
        created: false,
        id,
        status: "active",
      });
      await sessions.update(id, { status });
      const messages = [{ role: "user", content: "Hello" }] as const;
      expect((await sessions.getOrCreate({ externalKey: "k" }, { messages })).session.status).toBe("active");
      expect((await sessions.get(id)).status).toBe("active");
    },
  );

  test("a parent must be there, and stays the parent when it is deleted", async () => {
    const { sessions } = services.tl;
    await expect(sessions.create({ parent: "nobody" })).rejects.toMatchObject({
      code: "not_found",
      reason: "session",
      details: { session: "nobody" },
    });
    const parent = await sessions.create();
    const child = await sessions.create({ parent: parent.id });
    await sessions.delete(parent.id);
    expect((await sessions.get(child.id)).parentSessionId).toBe(parent.id);
    await expect(sessions.create({ parent: parent.id })).rejects.toMatchObject({ code: "not_found" });
  });

  test("a parent that is deleted while its child is made is not found, and there is no child", async () => {
    const parent = await services.tl.sessions.create();
    const overtaken = beforeNextCommit(services, () => services.tl.sessions.delete(parent.id));
    await expect(overtaken.sessions.create({ parent: parent.id })).rejects.toMatchObject({
      code: "not_found",
      details: { session: parent.id },
    });
    expect((await services.tl.sessions.list({ all: true })).items).toEqual([]);
  });

  test("a session knows its ancestors, nearest first", async () => {
    const { sessions } = services.tl;
    const chain: string[] = [];
    for (let depth = 0; depth < 5; depth += 1) {
      const parent = chain[0];
      chain.unshift((await sessions.create(parent === undefined ? {} : { parent })).id);
    }
    const [youngest = "", ...ancestors] = chain;
    const { answers } = await services.store.read({
      tenant: "default",
      requests: [{ type: "get", kind: "sessions", keys: [[youngest]], select: "all" }],
    });
    expect(JSON.parse(String(answers[0][0]?.ancestors))).toEqual(ancestors);
  });

  test.each([
    ["an unknown field", { titel: "x" }, "unknown_field", "titel"],
    ["a name that every object has", { constructor: "x" }, "unknown_field", "constructor"],
    ["text where a number belongs", { processId: "4" }, "type", "processId"],
    ["a number below one", { processId: 0 }, "type", "processId"],
    ["an empty user", { user: "" }, "type", "user"],
    ["a user of null", { user: null }, "type", "user"],
    ["NUL in a key", { externalKey: "a\0b" }, "type", "externalKey"],
    ["a lone surrogate in a title", { title: "\ud800" }, "type", "title"],
    ["a label that is too long", { tool: "é".repeat(128) }, "too_long", "tool"],
    ["a tag that is none", { tags: ["a", 1] }, "type", "tags.1"],
    ["a list as metadata", { metadata: [] }, "type", "metadata"],
    ["a time without a zone", { createdAt: "2026-01-01T00:00:00" }, "type", "createdAt"],
    ["a time that is none", { expiresAt: "2026-13-41T00:00:00Z" }, "type", "expiresAt"],
    ["a status, which a new session has not", { status: "archived" }, "unknown_field", "status"],
  ])("%s is refused, and the field is named", async (_, input, reason, field) => {
    await expect(services.tl.sessions.create(input as never)).rejects.toMatchObject({
      name: "ThroughlineError",
      code: "invalid",
      reason,
      outcome: "refused",
      details: { field },
      message: expect.stringContaining(field) as string,
    });
    expect((await services.tl.sessions.list({ all: true })).items).toEqual([]);
  });
});
