import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SQLiteSessionStorage, SessionManager, StorageConfig, createStorage } from "throughline/storage";
import { clearSettings } from "../test/clear-settings.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { tryStorage } from "./test/try-storage.ts";

describe("SQLiteSessionStorage", () => {
  tryStorage(() => {
    const folder = temporaryFolder();
    return {
      make: (name) => new SQLiteSessionStorage(join(folder, `${name}.db`)),
      clean: async () => {},
    };
  });
});

describe("a storage by configuration", () => {
  test("takes what is given, and completes it from the environment", async () => {
    clearSettings();
    const path = join(temporaryFolder(), "chosen.db");
    process.env["STORAGE_AUTO_SAVE"] = "false";
    const config = new StorageConfig({ backend: "sqlite", databasePath: path, expiryHours: 72 });
    await using storage = createStorage(config);
    await storage.initialize();
    expect(existsSync(path)).toBe(true);
    expect(storage.settings).toMatchObject({ autoSave: false, expiryHours: 72 });
    const manager = new SessionManager(storage);
    await manager.createSession("m");
    expect(await storage.listSessions()).toEqual([]);
    delete process.env["STORAGE_AUTO_SAVE"];
  });

  test.each([
    [{ backend: "oracle" }, "backend"],
    [{ maxPoolSize: 0 }, "maxPoolSize"],
    [{ expiryHours: -1 }, "expiryHours"],
    [{ expiry: 1 }, "expiry"],
  ])("refuses %j", (values, field) => {
    expect(() => new StorageConfig(values as object)).toThrow(
      expect.objectContaining({ code: "invalid", details: { field } }),
    );
  });

  test("names the driver's URL that is missing", async () => {
    clearSettings();
    await expect(createStorage({ backend: "postgresql" }).initialize()).rejects.toMatchObject({
      code: "invalid",
      reason: "configuration",
    });
  });

  test("a file that is no database is told as such", async () => {
    clearSettings();
    const path = join(temporaryFolder(), "text.db");
    writeFileSync(path, "This is no database, but a text of more than a few bytes.");
    await expect(new SQLiteSessionStorage(path).initialize()).rejects.toMatchObject({ code: "unavailable" });
  });
});
