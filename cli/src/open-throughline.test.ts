import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { type Configuration, openThroughline } from "throughline";
import { clearSettings } from "./test/clear-settings.ts";
import { temporaryFolder } from "./test/temporary-folder.ts";

beforeEach(clearSettings);

test("opens a store by its URL, and the same one again", async () => {
  const folder = temporaryFolder();
  const url = `sqlite:${join(folder, "new", "sessions.db")}`;
  const throughline = await openThroughline(url);
  const session = await throughline.sessions.create({
    user: "local",
    project: "p1",
    tool: "web-chat",
    model: "m",
  });
  await throughline.messages.append(session.id, [{ role: "user", content: "Hello" }]);
  await throughline.close();
  expect(statSync(join(folder, "new")).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, "new", "sessions.db")).mode & 0o777).toBe(0o600);
  await using again = await openThroughline(`file:${join(folder, "new", "sessions.db")}`);
  expect((await again.messages.list(session.id, { last: 50 })).items).toMatchObject([
    { seq: 1, content: "Hello" },
  ]);
});

test("takes a configuration", async () => {
  const store = `sqlite:${join(temporaryFolder(), "a.db")}`;
  let count = 0;
  const generateId = () => `id-${(count += 1)}`;
  await using throughline = await openThroughline({
    store,
    tenant: "acme",
    durability: "process-crash",
    generateId,
  });
  expect(throughline.tenant).toBe("acme");
  expect(throughline.store.capabilities.durability).toBe("process-crash");
  expect((await throughline.sessions.create()).id).toBe("id-1");
});

test("what is not given comes from the environment, and from there only that", async () => {
  const folder = temporaryFolder();
  vi.stubEnv("THROUGHLINE_STORE", `sqlite:${join(folder, "environment.db")}`);
  vi.stubEnv("THROUGHLINE_TENANT", "of-environment");
  try {
    await using throughline = await openThroughline();
    expect(throughline.tenant).toBe("of-environment");
    expect(existsSync(join(folder, "environment.db"))).toBe(true);
    await using other = await openThroughline({ store: "memory:", tenant: "given" });
    expect(other.tenant).toBe("given");
    expect(other.store.capabilities.name).toBe("memory");
  } finally {
    vi.unstubAllEnvs();
  }
});

test.each<[string, unknown, string, string, RegExp]>([
  ["an unknown field", { stroe: "memory:" }, "invalid", "unknown_field", /configuration: stroe/],
  ["a store of another type", { store: 3 }, "invalid", "type", /store must be text/],
  ["a store that is nothing", null, "invalid", "type", /configuration must be/],
  [
    "no durability",
    { durability: "none" },
    "invalid",
    "type",
    /durability must be power-loss or process-crash/,
  ],
  ["an empty URL", "", "invalid", "store_url", /empty/],
  ["a path without a scheme", "sessions.db", "invalid", "store_url", /no URL of a store/],
  ["a store of another version", "libsql://host", "unsupported", "store", /libsql:/],
  [
    "an empty tenant",
    { store: "memory:", tenant: "" },
    "invalid",
    "configuration",
    /tenant must not be empty/,
  ],
  ["a tenant with a NUL", { store: "memory:", tenant: "a\0b" }, "invalid", "type", /tenant must/],
])("refuses %s", async (_, target, code, reason, message) => {
  const failure = openThroughline(target as Configuration);
  await expect(failure).rejects.toMatchObject({
    code,
    reason,
    message: expect.stringMatching(message) as string,
  });
});

test("a folder and a foreign file are refused", async () => {
  const folder = temporaryFolder();
  await expect(openThroughline(`sqlite:${folder}`)).rejects.toMatchObject({
    code: "unavailable",
    reason: "cannot_open",
  });
  const file = join(folder, "notes.db");
  writeFileSync(file, "tulips ".repeat(1_000));
  await expect(openThroughline(`sqlite:${file}`)).rejects.toMatchObject({ reason: "not_a_database" });
});
