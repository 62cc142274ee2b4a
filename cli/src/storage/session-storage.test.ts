import { join } from "node:path";
import {
  ChatSession,
  SQLiteSessionStorage,
  type SessionStorage,
  exportToJson,
  importFromJson,
} from "throughline/storage";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { clearSettings } from "../test/clear-settings.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

let folder: string;

beforeEach(() => {
  clearSettings();
  folder = temporaryFolder();
});

async function open(name: string): Promise<SessionStorage> {
  const storage = new SQLiteSessionStorage(join(folder, `${name}.db`));
  onTestFinished(() => storage.close());
  await storage.initialize();
  return storage;
}

async function load(storage: SessionStorage, { sessionId }: ChatSession): Promise<ChatSession> {
  return (await storage.loadSession(sessionId)) as ChatSession;
}

test("a session may be larger than one append", async () => {
  const storage = await open("main");
  const session = ChatSession.create("m");
  const texts = Array.from({ length: 9 }, (_, index) => `${index} ${"x".repeat(2_000_000)}`);
  for (const text of texts) session.addMessage("user", text);
  await storage.saveSession(session);
  const { messages } = await load(storage, session);
  expect(messages.map(({ content }) => content)).toEqual(texts);
});

test("an expired session is woken by its next message, and by nothing else", async () => {
  const [storage, copy] = [await open("main"), await open("copy")];
  const session = ChatSession.create("m");
  session.addMessage("user", "Hello");
  session.status = "expired";
  await storage.saveSession(session);
  await exportToJson(storage, join(folder, "all.json"));
  await importFromJson(copy, join(folder, "all.json"));
  for (const each of [storage, copy]) {
    const expired = await load(each, session);
    expect(expired.status).toBe("expired");
    expired.metadata = { seen: true };
    await each.saveSession(expired);
    expect((await load(each, session)).status).toBe("expired");
    expired.addMessage("user", "Are you there?");
    expired.metadata = { seen: false };
    await each.saveSession(expired);
    expect(expired.status).toBe("active");
    expired.metadata = {};
    await each.saveSession(expired);
    expect(await load(each, session)).toMatchObject({ status: "active", metadata: {} });
  }
});

test("a save changes what was changed here, and leaves what others changed", async () => {
  const storage = await open("main");
  const session = ChatSession.create("m");
  await storage.saveSession(session);
  const other = await load(storage, session);
  other.status = "archived";
  await storage.saveSession(other);
  session.metadata = { topic: "weather" };
  await storage.saveSession(session);
  expect(await load(storage, session)).toMatchObject({ status: "archived", metadata: { topic: "weather" } });
});
