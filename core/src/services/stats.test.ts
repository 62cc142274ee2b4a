import { describe, expect, test } from "vitest";
import { beginning, storeNames, useServices } from "./test/use-services.ts";
import { statisticsToJson } from "./to-json.ts";

describe.each(storeNames)("statistics on %s", (name) => {
  const services = useServices(name);

  test("of nothing", async () => {
    expect(await services.tl.stats()).toEqual({
      sessions: { total: 0, active: 0, archived: 0, expired: 0, byTool: {} },
      messages: 0,
      tokens: 0,
      files: 0,
      bytes: 0,
      firstActivity: null,
      lastActivity: null,
    });
  });

  test("count sessions by state and tool, live messages and their tokens", async () => {
    const { sessions, messages } = services.tl;
    const first = await sessions.create({ tool: "chat", createdAt: new Date(beginning - 5_000) });
    const second = await sessions.create({ tool: "chat", listed: false });
    const third = await sessions.create();
    const deleted = await sessions.create({ tool: "code", createdAt: new Date(1) });
    await sessions.archive(second.id);
    await sessions.update(third.id, { status: "expired" });
    await messages.append(first.id, [
      { id: "a", role: "user", content: "x", tokenCount: 3 },
      { id: "b", role: "user", content: "y", tokenCount: 4 },
    ]);
    await messages.append(deleted.id, [{ role: "user", content: "z", tokenCount: 100 }]);
    await messages.delete(first.id, "a");
    await sessions.delete(deleted.id);
    const { lastActivity } = await sessions.get(first.id);
    const statistics = await services.tl.stats();
    expect(statistics).toEqual({
      sessions: { total: 3, active: 1, archived: 1, expired: 1, byTool: { chat: 2, "": 1 } },
      messages: 1,
      tokens: 4,
      files: 0,
      bytes: 0,
      firstActivity: new Date(beginning - 5_000),
      lastActivity,
    });
    expect(statisticsToJson(statistics)).toEqual({
      sessions: { total: 3, active: 1, archived: 1, expired: 1, by_tool: { chat: 2, "": 1 } },
      messages: 1,
      tokens: 4,
      files: 0,
      bytes: 0,
      first_activity: "2026-01-02T03:04:00.000Z",
      last_activity: lastActivity.toISOString(),
    });
  });

  test("count files and their bytes, until they expire", async () => {
    const { files } = services.tl;
    const file = { providerName: "f", providerUri: "u", displayName: "d", mimeType: "text/plain" };
    await files.save({ ...file, id: "stays", size: 1_000 });
    await files.save({ ...file, id: "also", size: 30, expiresAt: new Date(beginning + 60_000) });
    await files.save({ ...file, id: "soon", size: 7, expiresAt: new Date(beginning + 1_000) });
    expect(await services.tl.stats()).toMatchObject({ files: 3, bytes: 1_037 });
    services.time = beginning + 2_000;
    expect(await services.tl.stats()).toMatchObject({ files: 2, bytes: 1_030 });
  });

  test("tools may be called what every object has", async () => {
    for (const tool of ["constructor", "__proto__", "constructor"])
      await services.tl.sessions.create({ tool });
    const { byTool } = (await services.tl.stats()).sessions;
    expect(new Map(Object.entries(byTool))).toEqual(
      new Map([
        ["constructor", 2],
        ["__proto__", 1],
      ]),
    );
  });

  test("more sessions than a page holds", { timeout: 60_000 }, async () => {
    await Promise.all(Array.from({ length: 1_050 }, () => services.tl.sessions.create()));
    expect((await services.tl.stats()).sessions.total).toBe(1_050);
  });
});
