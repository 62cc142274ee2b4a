/** The command line on a MongoDB server. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { maskSecrets } from "../mask-secrets.ts";
import { testMongodbDatabase, testMongodbUrl } from "@throughline/test-servers";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { withDatabase } from "../server-urls.ts";
import { runCommand } from "../test/run-command.ts";
import { serveWithKeys } from "../test/serve-with-keys.ts";
import { silentServer } from "../test/silent-server.ts";
import { startServing } from "../test/start-serving.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { useEveryCommand } from "../test/use-every-command.ts";

/** The name of an empty database, which is dropped when the test is over. */
function emptyDatabase(): string {
  const name = testMongodbDatabase();
  onTestFinished(async () => {
    const client = await MongoClient.connect(testMongodbUrl());
    await client.db(name).dropDatabase();
    await client.close();
  });
  return name;
}

test("every command works on MongoDB", async () => {
  const store = withDatabase(testMongodbUrl(), emptyDatabase());
  await useEveryCommand(store, maskSecrets(store));
});

test("a server may serve MongoDB", async () => {
  const store = withDatabase(testMongodbUrl(), emptyDatabase());
  const { url, printed } = await startServing(temporaryFolder(), store);
  expect(printed).toEqual({ url, store: maskSecrets(store), file: null });
  await useEveryCommand(url, url);
});

test("several processes share keys and events", () =>
  serveWithKeys(withDatabase(testMongodbUrl(), emptyDatabase())));

test("a configuration file names the server and the database apart", async () => {
  const folder = temporaryFolder();
  const name = emptyDatabase();
  const url = testMongodbUrl();
  writeFileSync(
    join(folder, "throughline.yaml"),
    `storage:\n  backend: mongodb\n  connection_string: ${JSON.stringify(url)}\n  options:\n    database_name: ${name}\n`,
  );
  expect(await runCommand(folder, ["stats"])).toMatchObject({ exitCode: 0, errors: "" });
  const client = await MongoClient.connect(url);
  const collections = await client.db(name).listCollections().toArray();
  await client.close();
  expect(collections.length).toBeGreaterThan(0);
});

test.each([
  [
    "a port where nothing listens",
    "mongodb://me:geheim@127.0.0.1:1/d?serverSelectionTimeoutMS=500",
    /can be reached/,
  ],
  ["a URL that is none", "mongodb://me:geheim@/d", /no URL of MongoDB|not a URL of MongoDB/],
])("%s is one clear line", async (_, store, message) => {
  const { exitCode, output, errors } = await runCommand(temporaryFolder(), ["sessions", "--store", store]);
  expect(output).toBe("");
  expect(exitCode).toBeGreaterThan(0);
  expect(errors).toMatch(/^throughline: [^\n]+\n$/);
  expect(errors).toMatch(message);
  expect(errors).not.toContain("geheim");
});

test("a server that never answers is given up", async () => {
  const store = `mongodb://me:geheim@127.0.0.1:${await silentServer()}/d`;
  const { exitCode, output, errors } = await runCommand(temporaryFolder(), ["sessions", "--store", store]);
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: "" });
  expect(errors).toMatch(/^throughline: [^\n]*(in time|time limit|can be reached)[^\n]*\n$/);
  expect(errors).not.toContain("geheim");
});
