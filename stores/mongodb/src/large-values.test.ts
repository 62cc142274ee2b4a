/** Large values while several write, delete and sweep them at the same time. */
import { randomBytes } from "node:crypto";
import { raceLargeValues, shareLargeValue } from "@throughline/conformance";
import { type GuardedStore, guardStore } from "@throughline/core";
import { afterEach, beforeEach, test } from "vitest";
import { mongodbStore } from "./mongodb-store.ts";
import { dropDatabase, newDatabaseUrl } from "./test/test-database.ts";

let url = "";
let stores: [GuardedStore, GuardedStore];

async function open(): Promise<GuardedStore> {
  return guardStore(await mongodbStore({ url }));
}

beforeEach(async () => {
  url = newDatabaseUrl();
  stores = [await open(), await open()];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await dropDatabase(url);
});

function noise(bytes: number): string {
  return randomBytes(bytes).toString("base64");
}

test("a value of several pieces is stored once, and gone with its last message", () =>
  shareLargeValue(stores, noise(5_000_000)));

test("writers, deletions and sweeps at the same time lose nothing, and leave nothing", () =>
  raceLargeValues(stores, [noise(120_000), noise(120_000), noise(120_000)]));
