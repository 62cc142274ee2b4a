/** Large values while several write, delete and sweep them at the same time. */
import { randomBytes } from "node:crypto";
import { raceLargeValues, shareLargeValue } from "@throughline/conformance";
import { type GuardedStore, guardStore } from "@throughline/core";
import { testPostgresSchema, testPostgresUrl } from "@throughline/test-servers";
import { afterEach, beforeEach, test } from "vitest";
import { postgresStore } from "./postgres-store.ts";
import { dropSchema } from "./test/raw-connection.ts";

let schema = "";
let stores: [GuardedStore, GuardedStore];

async function open(): Promise<GuardedStore> {
  return guardStore(await postgresStore({ url: testPostgresUrl(), schema }));
}

beforeEach(async () => {
  schema = testPostgresSchema();
  stores = [await open(), await open()];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await dropSchema(schema);
});

function noise(bytes: number): string {
  return randomBytes(bytes).toString("base64");
}

test("a value of several pieces is stored once, and gone with its last message", () =>
  shareLargeValue(stores, noise(5_000_000)));

test("writers, deletions and sweeps at the same time lose nothing, and leave nothing", () =>
  raceLargeValues(stores, [noise(120_000), noise(120_000), noise(120_000)]));
