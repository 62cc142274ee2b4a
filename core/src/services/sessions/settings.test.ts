import { describe, expect, test } from "vitest";
import type { SettingsInput } from "../../schemas/settings-input.ts";
import { beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";
import { settingsToJson } from "../to-json.ts";

const defaults = {
  allowedTools: [],
  permissionMode: "auto",
  systemPrompt: null,
  model: null,
  mcpServers: {},
} as const;
const full: SettingsInput = {
  allowedTools: ["read", "search"],
  permissionMode: "confirm",
  systemPrompt: "Answer briefly. 🙂\nAlways.",
  model: "m-1",
  mcpServers: { files: { command: "serve", env: { A_b: "1" } }, web: { url: "https://tools.test" } },
};

describe.each(storeNames)("settings of a session on %s", (name) => {
  const services = useServices(name);

  test("are the defaults while nobody has set any, and nothing is written", async () => {
    const { sessions, settings, store } = services.tl;
    const { id } = await sessions.create({ model: "the session's own" });
    expect(await settings.get(id)).toEqual({ ...defaults, createdAt: null, updatedAt: null });
    const requests = [{ type: "get", kind: "chat_settings", keys: [[id]] }] as const;
    expect((await store.read({ tenant: "default", requests })).answers[0]).toEqual([undefined]);
  });

  test("come back as they were set; what is left out gets its default, and the time of creation stays", async () => {
    const { sessions, settings } = services.tl;
    const { id } = await sessions.create();
    const first = await settings.set(id, full);
    expect(first).toEqual({ ...full, createdAt: first.updatedAt, updatedAt: first.updatedAt });
    expect(await settings.get(id)).toEqual(first);
    const second = await settings.set(id, { permissionMode: "deny" });
    expect(second).toEqual({
      ...defaults,
      permissionMode: "deny",
      createdAt: first.createdAt,
      updatedAt: second.updatedAt,
    });
    expect(second.updatedAt?.getTime()).toBeGreaterThan(first.updatedAt?.getTime() ?? Number.NaN);
  });

  test("are merged by a patch: null brings a default back, servers are merged", async () => {
    const { sessions, settings } = services.tl;
    const { id } = await sessions.create();
    expect(await settings.update(id, { model: "m-0" })).toMatchObject({ ...defaults, model: "m-0" });
    const { createdAt } = await settings.set(id, full);
    const patched = await settings.update(id, {
      systemPrompt: null,
      permissionMode: null,
      model: undefined,
      mcpServers: { files: { env: { A_b: null, c: 2 } }, web: null, more: {} },
    });
    expect(patched).toEqual({
      ...full,
      systemPrompt: null,
      permissionMode: "auto",
      mcpServers: { files: { command: "serve", env: { c: 2 } }, more: {} },
      createdAt,
      updatedAt: patched.updatedAt,
    });
    expect(await settings.get(id)).toEqual(patched);
    expect(await settings.update(id, { allowedTools: null, mcpServers: null })).toMatchObject({
      allowedTools: [],
      mcpServers: {},
      model: "m-1",
    });
  });

  test("patches at the same time lose nothing", async () => {
    const { sessions, settings } = services.tl;
    const { id } = await sessions.create();
    const names = Array.from({ length: 12 }, (_, index) => `server-${index}`);
    await Promise.all(names.map((server) => settings.update(id, { mcpServers: { [server]: {} } })));
    expect(Object.keys((await settings.get(id)).mcpServers).toSorted()).toEqual(names.toSorted());
  });

  test("have limits that can be reached", async () => {
    const { sessions, settings } = services.tl;
    const { id } = await sessions.create();
    const systemPrompt = "ü".repeat(512 * 1024);
    const allowedTools = Array.from({ length: 1_000 }, (_, index) => `tool-${index}`);
    expect(await settings.set(id, { systemPrompt, allowedTools })).toMatchObject({
      systemPrompt,
      allowedTools,
    });
    expect(await settings.get(id)).toMatchObject({ systemPrompt, allowedTools });
  });

  test.each([
    [{ permissionMode: "yolo" }, "type", "permissionMode"],
    [{ permission_mode: "auto" }, "unknown_field", "permission_mode"],
    [{ allowedTools: "read" }, "type", "allowedTools"],
    [{ allowedTools: ["read", 1] }, "type", "allowedTools.1"],
    [{ allowedTools: Array.from({ length: 1_001 }, String) }, "too_long", "allowedTools"],
    [{ systemPrompt: `${"x".repeat(1024 * 1024)}x` }, "too_long", "systemPrompt"],
    [{ systemPrompt: "\0" }, "type", "systemPrompt"],
    [{ model: "" }, "type", "model"],
    [{ mcpServers: ["a"] }, "type", "mcpServers"],
    [{ mcpServers: { a: Number.NaN } }, "type", "mcpServers"],
  ])(
    "refuse what they do not know, case %#, with the field, and change nothing",
    async (given, reason, field) => {
      const { sessions, settings } = services.tl;
      const { id } = await sessions.create();
      const before = await settings.set(id, full);
      const error = { code: "invalid", reason, details: { field } };
      await expect(settings.set(id, given as never)).rejects.toMatchObject(error);
      await expect(settings.update(id, given as never)).rejects.toMatchObject(error);
      expect(await settings.get(id)).toEqual(before);
    },
  );

  test("refuse servers of more than 64 KiB, also where a patch made them so", async () => {
    const { sessions, settings } = services.tl;
    const { id } = await sessions.create();
    const half = "x".repeat(40 * 1024);
    await settings.set(id, { mcpServers: { a: half } });
    await expect(settings.update(id, { mcpServers: { b: half } })).rejects.toMatchObject({
      code: "too_large",
      reason: "metadata",
      details: { field: "mcpServers" },
    });
    expect(Object.keys((await settings.get(id)).mcpServers)).toEqual(["a"]);
  });

  test("are not found without their session, nor once it is deleted", async () => {
    const { sessions, settings } = services.tl;
    const { id } = await sessions.create();
    const missing = { code: "not_found", reason: "session" };
    await settings.set(id, full);
    await sessions.delete(id);
    for (const session of [id, "nobody", ""]) {
      await expect(settings.get(session)).rejects.toMatchObject(missing);
      await expect(settings.set(session, {})).rejects.toMatchObject(missing);
      await expect(settings.update(session, {})).rejects.toMatchObject(missing);
    }
    await sessions.undelete(id);
    expect(await settings.get(id)).toMatchObject(full);
  });

  test("of a session that is deleted meanwhile are not written", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create();
    const late = beforeNextCommit(services, () => sessions.delete(id));
    await expect(late.settings.update(id, { model: "m" })).rejects.toMatchObject({
      code: "not_found",
      reason: "session",
    });
    await sessions.undelete(id);
    expect(await services.tl.settings.get(id)).toMatchObject(defaults);
  });

  test("are of one tenant, and JSON has its own names for them", async () => {
    const { sessions, settings } = services.tl;
    const { id } = await sessions.create();
    const set = await settings.set(id, full);
    await expect(services.tl.withTenant("other").settings.get(id)).rejects.toMatchObject({
      code: "not_found",
    });
    expect(settingsToJson(set)).toEqual({
      allowed_tools: full.allowedTools,
      permission_mode: "confirm",
      system_prompt: full.systemPrompt,
      model: "m-1",
      mcp_servers: full.mcpServers,
      created_at: set.createdAt?.toISOString(),
      updated_at: set.updatedAt?.toISOString(),
    });
  });
});
