import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { type ExplicitSettings, resolveConfiguration } from "./resolve-configuration.ts";

/** Resolves in a folder with these files. */
async function resolveIn(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
  explicit: ExplicitSettings = {},
) {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const inner = join(folder, "work", "deep");
  mkdirSync(inner, { recursive: true });
  const resolved = await resolveConfiguration(explicit, environment, inner);
  return { folder, ...resolved };
}

describe("order", () => {
  const file = { "throughline.yaml": "store: sqlite:/file.db\nport: 1\ntenant: of-file\n" };
  const storage = { STORAGE_BACKEND: "sqlite", STORAGE_DATABASE_PATH: "/storage.db" };

  test("defaults come last, and the default store is in the data directory", async () => {
    const { settings, origins, file: found } = await resolveIn({});
    expect(settings).toMatchObject({
      tenant: "default",
      durability: "power-loss",
      host: "127.0.0.1",
      port: 8003,
    });
    expect(settings).toMatchObject({ minPoolSize: 5, maxPoolSize: 20, autoSave: true, expiryHours: null });
    expect(settings.store).toMatch(/^sqlite:.*throughline.throughline\.db$/);
    expect(origins.get("store")).toEqual({ source: "default", name: "" });
    expect(found).toBeUndefined();
  });

  test("a file comes before defaults, and is found upward", async () => {
    const { settings, origins, folder } = await resolveIn(file);
    expect(settings).toMatchObject({ store: "sqlite:/file.db", port: 1, tenant: "of-file" });
    expect(origins.get("port")).toEqual({
      source: "file",
      name: `${join(folder, "throughline.yaml")}: port`,
    });
  });

  test("the nearest file is the one", async () => {
    const { settings } = await resolveIn({ ...file, "work/throughline.toml": "port = 2" });
    expect(settings.port).toBe(2);
    expect(settings.tenant).toBe("default");
  });

  test("STORAGE_ variables come before a file", async () => {
    const { settings, origins } = await resolveIn(file, { ...storage, STORAGE_MAX_POOL_SIZE: "7" });
    expect(settings).toMatchObject({ store: "sqlite:/storage.db", maxPoolSize: 7, tenant: "of-file" });
    expect(origins.get("store")).toEqual({ source: "environment", name: "STORAGE_DATABASE_PATH" });
  });

  test("THROUGHLINE_STORE comes before STORAGE_ variables", async () => {
    const { settings } = await resolveIn(file, { ...storage, THROUGHLINE_STORE: "memory:" });
    expect(settings.store).toBe("memory:");
  });

  test.each([
    ["./x.db", "sqlite:./x.db"],
    ["/data/a b.db", "sqlite:/data/a b.db"],
    ["sqlite:x.db", "sqlite:x.db"],
    ["postgres://h/x.db", "postgres://h/x.db"],
    ["sessions", "sessions"],
  ])("THROUGHLINE_STORE=%s is the store %s", async (text, store) => {
    expect((await resolveIn({}, { THROUGHLINE_STORE: text })).settings.store).toBe(store);
  });

  test("an explicit value comes first", async () => {
    const { settings, origins } = await resolveIn(
      file,
      { ...storage, THROUGHLINE_STORE: "memory:", THROUGHLINE_PORT: "3" },
      { store: { value: "sqlite:/flag.db", name: "--store" }, port: { value: undefined, name: "--port" } },
    );
    expect(settings).toMatchObject({ store: "sqlite:/flag.db", port: 3 });
    expect(origins.get("store")).toEqual({ source: "option", name: "--store" });
  });

  test("an empty variable is not set", async () => {
    const { settings } = await resolveIn(file, { THROUGHLINE_STORE: "", THROUGHLINE_PORT: "" });
    expect(settings).toMatchObject({ store: "sqlite:/file.db", port: 1 });
  });
});

describe("the storage block", () => {
  test.each([
    [
      "YAML",
      "throughline.yml",
      'storage:\n  backend: "sqlite"\n  database_path: "./s.db"\n  expiry_hours: 72\n',
    ],
    [
      "TOML",
      "throughline.toml",
      '[storage]\nbackend = "sqlite"\ndatabase_path = "./s.db"\nexpiry_hours = 72\n',
    ],
  ])("is read from %s; a relative path starts at the file's folder", async (_, name, text) => {
    const { settings, folder } = await resolveIn({ [name]: text });
    expect(settings.store).toBe(`sqlite:${join(folder, "s.db")}`);
    expect(settings.expiryHours).toBe(72);
  });

  test.each([
    [{ STORAGE_BACKEND: "memory" }, "memory:"],
    [{ STORAGE_CONNECTION_STRING: "postgresql://h/d" }, "postgresql://h/d"],
    [{ STORAGE_BACKEND: "postgresql", STORAGE_CONNECTION_STRING: "postgres://h/d" }, "postgres://h/d"],
    [{ STORAGE_BACKEND: "mongodb", STORAGE_CONNECTION_STRING: "mongodb+srv://h/d" }, "mongodb+srv://h/d"],
    [{ STORAGE_DATABASE_PATH: "a b.db" }, "sqlite:a b.db"],
  ])("%j is the store %s", async (environment, store) => {
    expect((await resolveIn({}, environment)).settings.store).toBe(store);
  });

  test("the environment completes what a file begins", async () => {
    const { settings } = await resolveIn(
      { "throughline.yaml": "storage:\n  backend: sqlite\n  database_path: /file.db\n" },
      { STORAGE_DATABASE_PATH: "/environment.db" },
    );
    expect(settings.store).toBe("sqlite:/environment.db");
  });
});

describe("${NAME} in a file", () => {
  const url = { "throughline.yaml": 'storage:\n  connection_string: "postgresql://me:${DB_PASSWORD}@h/d"\n' };

  test("is replaced from the environment", async () => {
    const { settings } = await resolveIn(url, { DB_PASSWORD: "p" });
    expect(settings.store).toBe("postgresql://me:p@h/d");
  });

  test("is an error where the environment lacks it", async () => {
    await expect(resolveIn(url)).rejects.toMatchObject({
      code: "invalid",
      reason: "missing_variable",
      message: expect.stringMatching(
        /throughline\.yaml: storage\.connection_string uses \$\{DB_PASSWORD\}/,
      ) as string,
    });
  });

  test("may be a number, and stays as it is after a second $", async () => {
    const { settings } = await resolveIn(
      { "throughline.yaml": "port: ${PORT}\ntenant: $${PORT}" },
      { PORT: "9" },
    );
    expect(settings).toMatchObject({ port: 9, tenant: "${PORT}" });
  });
});

describe("bad input", () => {
  const inFile = (text: string, name = "throughline.yaml") => ({ files: { [name]: text }, environment: {} });
  const inEnvironment = (environment: Readonly<Record<string, string>>) => ({ files: {}, environment });

  test.each([
    [
      "an unknown key",
      inFile("stroe: x"),
      "unknown_setting",
      /throughline\.yaml: stroe is no setting.*store, tenant/,
    ],
    [
      "an unknown key in a section",
      inFile("storage:\n  bakend: x"),
      "unknown_setting",
      /yaml: storage\.bakend is no setting\. Did you mean storage\.backend\? There are under storage: backend/,
    ],
    [
      "a key without its section",
      inFile("ttl_days: 3"),
      "unknown_setting",
      /ttl_days is no setting\. Did you mean retention\.ttl_days\? There are: store/,
    ],
    ["a prototype's key", inFile('"__proto__": {a: 1}'), "unknown_setting", /__proto__ is no setting/],
    [
      "text for a number",
      inFile("port: many"),
      "configuration",
      /yaml: port must be a whole number .*, not "many"/,
    ],
    ["a number for text", inFile("tenant: 3"), "configuration", /yaml: tenant must be text, not 3/],
    [
      "a yes for a truth",
      inFile("storage: {auto_save: yes}"),
      "configuration",
      /auto_save must be true or false/,
    ],
    [
      "a list for a section",
      inFile("storage: [1]"),
      "configuration",
      /yaml: storage must hold settings by name/,
    ],
    ["a list for all", inFile("- 1"), "configuration", /throughline\.yaml must hold settings by name/],
    [
      "an unknown backend",
      inFile("storage: {backend: oracle}"),
      "configuration",
      /must be sqlite, memory, .* or mongodb/,
    ],
    [
      "SQLite, and the URL of another store",
      inFile("storage: {backend: sqlite, connection_string: 'postgres://host/work'}"),
      "configuration",
      /says sqlite, and .* is no URL of an SQLite file/,
    ],
    ["malformed YAML", inFile("a: [1"), "configuration", /throughline\.yaml is malformed: .*line 1/],
    ["a key twice", inFile("port: 1\nport: 2"), "configuration", /throughline\.yaml is malformed: .*unique/],
    [
      "malformed TOML",
      inFile("port =", "throughline.toml"),
      "configuration",
      /throughline\.toml is malformed/,
    ],
    [
      "two names for the store",
      inFile("store: 'memory:'\nstorage: {backend: memory}"),
      "configuration",
      /both name a store/,
    ],
    [
      "an unknown variable",
      inEnvironment({ THROUGHLINE_PROT: "1" }),
      "unknown_setting",
      /THROUGHLINE_PROT is not one of Throughline's\. Did you mean THROUGHLINE_PORT\?/,
    ],
    [
      "a port too high",
      inEnvironment({ THROUGHLINE_PORT: "65536" }),
      "configuration",
      /THROUGHLINE_PORT must be .* 65535/,
    ],
    [
      "a pool of text",
      inEnvironment({ STORAGE_MIN_POOL_SIZE: "x" }),
      "configuration",
      /STORAGE_MIN_POOL_SIZE must be/,
    ],
    [
      "an expiry of 0",
      inEnvironment({ STORAGE_EXPIRY_HOURS: "0" }),
      "configuration",
      /must be a number above 0/,
    ],
    [
      "a number of memories of 0",
      inEnvironment({ THROUGHLINE_RETENTION_MAX_MEMORIES: "0" }),
      "configuration",
      /MAX_MEMORIES must be a whole number from 1, or never, not 0\.$/,
    ],
    [
      "days of 0",
      inEnvironment({ THROUGHLINE_RETENTION_FILES_TTL_DAYS: "0" }),
      "configuration",
      /FILES_TTL_DAYS must be a number above 0, at most 100000, or never, not 0\.$/,
    ],
    [
      "a pool upside down",
      inEnvironment({ STORAGE_MIN_POOL_SIZE: "30" }),
      "configuration",
      /min_pool_size, 30\) must not be larger/,
    ],
    [
      "a backend without its URL",
      inEnvironment({ STORAGE_BACKEND: "postgresql" }),
      "configuration",
      /STORAGE_BACKEND says postgresql.*postgresql:\/\//,
    ],
    [
      "a backend with another's URL",
      inEnvironment({ STORAGE_BACKEND: "mongodb", STORAGE_CONNECTION_STRING: "postgresql://u:geheim@h" }),
      "configuration",
      /STORAGE_BACKEND says mongodb/,
    ],
    [
      "a path and a URL",
      inEnvironment({ STORAGE_DATABASE_PATH: "a", STORAGE_CONNECTION_STRING: "b:" }),
      "configuration",
      /STORAGE_DATABASE_PATH and STORAGE_CONNECTION_STRING both/,
    ],
  ])("%s", async (_, { files, environment }, reason, message) => {
    const failure = resolveIn(files, environment);
    await expect(failure).rejects.toMatchObject({
      code: "invalid",
      reason,
      message: expect.stringMatching(message) as string,
    });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining("geheim") as string });
  });

  test("two files in one folder", async () => {
    const files = { "throughline.yaml": "port: 1", "throughline.toml": "port = 1" };
    await expect(resolveIn(files)).rejects.toThrow(
      /two configuration files, .*throughline\.yaml and .*throughline\.toml/,
    );
  });

  test("a folder by the name of a file", async () => {
    await expect(resolveIn({ "throughline.yaml/x": "" })).rejects.toThrow(
      /throughline\.yaml can't be read \(EISDIR\)/,
    );
  });
});
