/** What every storage does, whatever database it stands on: each test gets storages of its own. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  ChatSession,
  SessionManager,
  type SessionStorage,
  type UploadedFileRecord,
  backupStorage,
  exportToJson,
  importFromJson,
  migrateStorage,
  verifyMigration,
} from "throughline/storage";
import { clearSettings } from "../../test/clear-settings.ts";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { spoilings } from "./spoilt-sessions.ts";

export interface Storages {
  /** A storage over a database of its own; the same name again is the same database. */
  make(name: string): SessionStorage;
  /** Removes the databases. */
  clean(): Promise<void>;
}

const file: UploadedFileRecord = {
  fileId: "f1",
  geminiFileName: "files/abc",
  geminiFileUri: "https://files.example/abc",
  displayName: "report.pdf",
  size: 12,
  mimeType: "application/pdf",
  uploadedAt: new Date("2026-01-01T00:00:00Z"),
  expiresAt: new Date("2026-01-03T00:00:00Z"),
  metadata: { pages: 2 },
};

function greeting(): ChatSession {
  const session = ChatSession.create("model-1", { metadata: { topic: "weather" } });
  session.addMessage("user", "Hello!", { from: "web" });
  session.addMessage("assistant", "Hi \u2028 there \ud83d\udc4b");
  return session;
}

/** What can be compared of a session. */
function shown({ sessionId, model, status, metadata, messages, createdAt }: ChatSession) {
  return { sessionId, model, status, metadata, createdAt, messages };
}

/** Declares the tests. */
export function tryStorage(makeStorages: () => Storages): void {
  let storages: Storages;
  const opened: SessionStorage[] = [];

  async function open(name = "main"): Promise<SessionStorage> {
    const storage = storages.make(name);
    opened.push(storage);
    await storage.initialize();
    return storage;
  }

  beforeEach(() => {
    clearSettings();
    storages = makeStorages();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((storage) => storage.close()));
    await storages.clean();
  });

  test("a session comes back as it was saved, also after the storage was opened again", async () => {
    const storage = await open();
    const session = greeting();
    expect(await storage.saveSession(session)).toBe(true);
    expect(shown((await storage.loadSession(session.sessionId)) as ChatSession)).toEqual(shown(session));
    await storage.close();
    const again = await open();
    const loaded = (await again.loadSession(session.sessionId)) as ChatSession;
    expect(shown(loaded)).toEqual(shown(session));
    expect(loaded.messageCount).toBe(2);
    expect(await again.loadSession("nothing")).toBeNull();
  });

  test("a session that grew by one message writes one, and a changed one is changed in its place", async () => {
    const storage = await open();
    const session = greeting();
    await storage.saveSession(session);
    const append = vi.spyOn(storage.throughline.messages, "append");
    session.addMessage("user", "And tomorrow?");
    await storage.saveSession(session);
    expect(append.mock.calls.map(([, messages]) => messages.length)).toEqual([1]);
    const [first] = session.messages;
    if (first !== undefined) first.content = "Hello again!";
    session.metadata = { topic: "rain" };
    session.status = "archived";
    await storage.saveSession(session);
    expect(append).toHaveBeenCalledTimes(1);
    const loaded = (await storage.loadSession(session.sessionId)) as ChatSession;
    expect(shown(loaded)).toEqual(shown(session));
    expect(loaded.messages[0]?.content).toBe("Hello again!");
  });

  test("two saves at the same time write each message once", async () => {
    const storage = await open();
    const session = greeting();
    await Promise.all([storage.saveSession(session), storage.saveSession(session)]);
    session.addMessage("user", "Third");
    await Promise.all([storage.saveSession(session), storage.saveSession(session)]);
    expect((await storage.loadSession(session.sessionId))?.messages).toHaveLength(3);
  });

  test("saving a session of a list loses nothing, nor does one that another has let grow", async () => {
    const storage = await open();
    const session = greeting();
    await storage.saveSession(session);
    const [listed] = await storage.listSessions();
    if (listed === undefined) throw new Error("the list is empty");
    expect([listed.messages.length, listed.messageCount]).toEqual([0, 2]);
    listed.addMessage("user", "From the list");
    expect(listed.messageCount).toBe(3);
    await storage.saveSession(listed);
    await storage.saveSession(session);
    const loaded = await storage.loadSession(session.sessionId);
    expect(loaded?.messages.map(({ content }) => content)).toEqual([
      "Hello!",
      "Hi \u2028 there \ud83d\udc4b",
      "From the list",
    ]);
  });

  test("lists by status, newest activity first", async () => {
    const storage = await open();
    const sessions = [greeting(), greeting(), greeting()];
    for (const session of sessions) await storage.saveSession(session);
    const [first, second, third] = sessions.map(({ sessionId }) => sessionId);
    (sessions[1] as ChatSession).status = "archived";
    await storage.saveSession(sessions[1] as ChatSession);
    expect((await storage.listSessions()).map(({ sessionId }) => sessionId)).toEqual([third, second, first]);
    expect((await storage.listSessions({ limit: 1 })).map(({ sessionId }) => sessionId)).toEqual([third]);
    const archived = await storage.listSessions({ status: "archived" });
    expect(archived.map(({ sessionId }) => sessionId)).toEqual([second]);
    await expect(storage.listSessions({ limit: 0 })).rejects.toMatchObject({ code: "invalid" });
  });

  test("nothing of a session is written where something of it is wrong", async () => {
    const storage = await open();
    const { throughline } = storage;
    const saved = greeting();
    await storage.saveSession(saved);
    const before = await throughline.sessions.get(saved.sessionId);
    for (const [reason, spoil] of spoilings) {
      const fresh = greeting();
      const loaded = (await storage.loadSession(saved.sessionId)) as ChatSession;
      for (const session of [fresh, loaded]) {
        // More than one append has, so that the first would go through.
        for (let index = 0; index < 600; index += 1) session.addMessage("user", `${index}`);
        spoil(session);
        const [code, details] = reason.split("/");
        await expect(storage.saveSession(session)).rejects.toMatchObject({ code, reason: details });
      }
      expect(await storage.loadSession(fresh.sessionId)).toBeNull();
    }
    expect(await throughline.sessions.get(saved.sessionId)).toEqual(before);
  });

  test("a deleted session is gone, and can't be saved again", async () => {
    const storage = await open();
    const session = greeting();
    await storage.saveSession(session);
    expect(await storage.deleteSession(session.sessionId)).toBe(true);
    expect(await storage.deleteSession(session.sessionId)).toBe(false);
    expect(await storage.loadSession(session.sessionId)).toBeNull();
    session.addMessage("user", "Too late");
    await expect(storage.saveSession(session)).rejects.toMatchObject({ code: "not_found" });
    expect(await storage.listSessions()).toEqual([]);
  });

  test("records of files are kept, listed and forgotten when they expire", async () => {
    const storage = await open();
    await storage.saveFileRecord(file);
    await storage.saveFileRecord({ ...file, fileId: "f2", expiresAt: null });
    expect(await storage.loadFileRecord("f1")).toEqual(file);
    expect(await storage.loadFileRecord("f3")).toBeNull();
    expect(await storage.listFileRecords()).toHaveLength(2);
    expect(await storage.deleteExpiredFiles()).toBe(1);
    expect((await storage.listFileRecords()).map(({ fileId }) => fileId)).toEqual(["f2"]);
  });

  test("a manager saves by itself, and knows what others wrote", async () => {
    const storage = await open();
    const manager = new SessionManager(storage);
    expect(await manager.startup()).toMatchObject({ totalSessions: 0, activeSessions: 0 });
    const session = await manager.createSession("model-1");
    session.addMessage("user", "One");
    session.addMessage("assistant", "Two");
    await vi.waitFor(async () => {
      expect((await storage.loadSession(session.sessionId))?.messages).toHaveLength(2);
    });
    expect(await manager.getSession(session.sessionId)).toBe(session);
    await storage.throughline.messages.append(session.sessionId, [{ role: "user", content: "Three" }]);
    session.addMessage("user", "Four");
    const current = (await manager.getSession(session.sessionId)) as ChatSession;
    expect(current.messages.map(({ content }) => content)).toEqual(["One", "Two", "Three", "Four"]);
    expect(await manager.archiveSession(session.sessionId)).toBe(true);
    expect(await manager.archiveSession("nothing")).toBe(false);
    expect(await manager.getStatistics()).toEqual({
      totalSessions: 1,
      activeSessions: 0,
      archivedSessions: 1,
      expiredSessions: 0,
      totalMessages: 4,
      totalTokens: 0,
      totalFiles: 0,
      cachedSessions: 1,
    });
    await storage.deleteSession(session.sessionId);
    expect(await manager.getSession(session.sessionId)).toBeNull();
    await manager.shutdown();
  });

  test("a manager that does not save by itself leaves it to autoSave and shutdown", async () => {
    const storage = await open();
    const manager = new SessionManager(storage, { autoSaveEnabled: false, cacheSize: 1 });
    const sessions = [await manager.createSession("m"), await manager.createSession("m")];
    for (const session of sessions) session.addMessage("user", "Hello");
    expect(await storage.listSessions()).toEqual([]);
    const [first, second] = sessions as [ChatSession, ChatSession];
    expect(await manager.autoSave(first)).toBe(true);
    expect((await storage.listSessions()).map(({ sessionId }) => sessionId)).toEqual([first.sessionId]);
    await manager.shutdown();
    expect((await storage.loadSession(second.sessionId))?.messages).toHaveLength(1);
  });

  test("a manager holds as many saved sessions as it was told", async () => {
    const storage = await open();
    const manager = new SessionManager(storage, { cacheSize: 2 });
    for (let index = 0; index < 5; index += 1) await manager.createSession("m");
    expect((await manager.getStatistics()).cachedSessions).toBe(2);
  });

  test("sessions without activity expire when asked to, and are readable", async () => {
    const storage = await open();
    const old = greeting();
    await storage.saveSession(old);
    expect(await new SessionManager(storage).cleanupExpiredSessions()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const manager = new SessionManager(storage, { expiryHours: 0.000_001 });
    expect(await manager.cleanupExpiredSessions()).toBe(1);
    expect((await storage.loadSession(old.sessionId))?.status).toBe("expired");
    expect((await manager.getStatistics()).expiredSessions).toBe(1);
  });

  test("exports a session in each format, and to a file", async () => {
    const storage = await open();
    const manager = new SessionManager(storage);
    const session = await manager.createSession("model-1");
    session.addMessage("user", "Hello!");
    await manager.autoSave(session);
    const json = await manager.exportSession(session.sessionId);
    expect(JSON.parse(json ?? "")).toMatchObject({
      session_id: session.sessionId,
      model: "model-1",
      message_count: 1,
      messages: [{ role: "user", content: "Hello!" }],
    });
    expect(await manager.exportSession(session.sessionId, "markdown")).toContain("### 👤 User (");
    const path = join(temporaryFolder(), "chat.txt");
    expect(await manager.exportToFile(session.sessionId, path, "text")).toBe(true);
    expect(readFileSync(path, "utf8")).toContain("USER:\nHello!");
    expect(await manager.exportSession("nothing")).toBeNull();
    expect(await manager.exportToFile("nothing", join(temporaryFolder(), "no"), "text")).toBe(false);
  });

  test("moves to another storage whole, also when it is done twice", async () => {
    const [source, destination] = [await open("source"), await open("destination")];
    const sessions = [greeting(), greeting()];
    for (const session of sessions) await source.saveSession(session);
    (sessions[0] as ChatSession).status = "expired";
    await source.saveSession(sessions[0] as ChatSession);
    await source.saveFileRecord(file);
    const { id } = await source.throughline.sessions.create({
      title: "Listed nowhere",
      listed: false,
      tags: ["a"],
    });
    const progress = vi.fn<() => void>();
    const result = await migrateStorage({ source, destination, onProgress: progress });
    expect(result).toMatchObject({
      sessionsMigrated: 3,
      filesMigrated: 1,
      verification: { verified: true, sessionsCompared: 3, filesCompared: 1 },
    });
    expect(result.durationSeconds).toBeGreaterThan(0);
    expect(progress).toHaveBeenCalledTimes(4);
    for (const session of sessions) {
      expect(shown((await destination.loadSession(session.sessionId)) as ChatSession)).toEqual(
        shown(session),
      );
    }
    expect(await destination.throughline.sessions.get(id)).toMatchObject({
      title: "Listed nowhere",
      tags: ["a"],
    });
    const again = await migrateStorage({ source, destination });
    expect(again.verification?.verified).toBe(true);
    (sessions[1] as ChatSession).addMessage("user", "Only here");
    await source.saveSession(sessions[1] as ChatSession);
    await source.saveFileRecord({ ...file, displayName: "Other" });
    expect(await verifyMigration(source, destination)).toMatchObject({
      verified: false,
      differentSessions: [(sessions[1] as ChatSession).sessionId],
      differentFiles: ["f1"],
    });
  });

  test("goes into a JSON file and comes back from it", async () => {
    const [source, destination] = [await open("source"), await open("destination")];
    const sessions = [greeting(), ChatSession.create("empty")];
    for (const session of sessions) await source.saveSession(session);
    await source.saveFileRecord(file);
    const path = join(temporaryFolder(), "all.json");
    expect(await exportToJson(source, path)).toMatchObject({ sessionsExported: 2, filesExported: 1, path });
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      format: "throughline-storage",
      version: 1,
    });
    for (let round = 0; round < 2; round += 1) {
      expect(await importFromJson(destination, path)).toMatchObject({
        sessionsImported: 2,
        filesImported: 1,
      });
    }
    for (const session of sessions) {
      expect(shown((await destination.loadSession(session.sessionId)) as ChatSession)).toEqual(
        shown(session),
      );
    }
    expect(await destination.listFileRecords()).toEqual([file]);
    expect(await verifyMigration(source, destination)).toMatchObject({ verified: true, sessionsCompared: 2 });
    // One that has gone on keeps its own times.
    const [grown] = sessions as [ChatSession, ChatSession];
    await destination.throughline.messages.append(grown.sessionId, [{ role: "user", content: "More" }]);
    const before = await destination.throughline.sessions.get(grown.sessionId);
    await importFromJson(destination, path);
    expect(await destination.throughline.sessions.get(grown.sessionId)).toEqual(before);
  });

  test("a damaged JSON file changes nothing", async () => {
    const [source, destination] = [await open("source"), await open("destination")];
    await source.saveSession(greeting());
    await source.saveSession(greeting());
    const path = join(temporaryFolder(), "all.json");
    await exportToJson(source, path);
    const text = readFileSync(path, "utf8");
    for (const damaged of [text.slice(0, -10), text.replace('"role":"user"', '"role":"ghost"'), "{}", ""]) {
      writeFileSync(path, damaged);
      await expect(importFromJson(destination, path)).rejects.toMatchObject({
        code: "invalid",
        reason: "archive",
      });
    }
    await expect(importFromJson(destination, `${path}.none`)).rejects.toMatchObject({ code: "not_found" });
    expect(await destination.listSessions()).toEqual([]);
  });

  test("a backup has the time in its name", async () => {
    const storage = await open();
    await storage.saveSession(greeting());
    const folder = join(temporaryFolder(), "backups");
    const { path, sessionsExported } = await backupStorage(storage, folder);
    await expect(backupStorage(storage, path)).rejects.toMatchObject({
      code: "unavailable",
      reason: "output",
    });
    expect(sessionsExported).toBe(1);
    expect(existsSync(path)).toBe(true);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^backup-\d{4}-\d\d-\d\dT[\d.-]+Z\.json$/)]);
  });

  test("refuses what is no session, and every call before it is opened and after it is closed", async () => {
    const storage = storages.make("main");
    const session = greeting();
    await expect(storage.saveSession(session)).rejects.toMatchObject({ reason: "not_initialized" });
    await storage.initialize();
    opened.push(storage);
    const noSession = { sessionId: "x" } as unknown as ChatSession;
    await expect(storage.saveSession(noSession)).rejects.toMatchObject({ code: "invalid", reason: "type" });
    await storage.close();
    await storage.close();
    await expect(storage.saveSession(session)).rejects.toMatchObject({ code: "closed" });
    await expect(storage.initialize()).rejects.toMatchObject({ code: "closed" });
  });
}
