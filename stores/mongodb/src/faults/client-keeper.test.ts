/** A client that hears of no server any more is replaced by one that does. */
import { startProxy, testMongodbUrl } from "@throughline/test-servers";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { ClientKeeper, type MadeClient } from "../client-keeper.ts";

function make(port: number): MadeClient {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 2_000,
  });
  return { client, db: client.db() };
}

async function ping({ db }: { readonly db: MadeClient["db"] }): Promise<string> {
  return db.command({ ping: 1 }).then(
    () => "answers",
    () => "fails",
  );
}

test("a client whose way is gone for good is replaced, and one that is well is kept", async (context) => {
  const { hostname, port } = new URL(testMongodbUrl());
  if (!["127.0.0.1", "localhost"].includes(hostname)) context.skip("needs a MongoDB on this machine");
  const proxy = await startProxy({ target: Number(port) });
  onTestFinished(() => proxy.stop());
  const first = make(proxy.port);
  await first.client.connect();
  const keeper = new ClientKeeper(() => make(Number(port)), first);
  onTestFinished(() => keeper.close());
  expect(await ping(keeper)).toBe("answers");
  expect(keeper.db).toBe(first.db);
  proxy.cutAll();
  await expect.poll(() => ping(keeper), { timeout: 30_000 }).toBe("answers");
  proxy.stop();
  await expect.poll(() => ping(keeper), { timeout: 30_000 }).toBe("answers");
  expect(keeper.db).not.toBe(first.db);
});

test("while there is no server at all, both go on looking", async (context) => {
  const { hostname, port } = new URL(testMongodbUrl());
  if (!["127.0.0.1", "localhost"].includes(hostname)) context.skip("needs a MongoDB on this machine");
  const proxy = await startProxy({ target: Number(port) });
  onTestFinished(() => proxy.stop());
  const first = make(proxy.port);
  await first.client.connect();
  const keeper = new ClientKeeper(() => make(proxy.port), first);
  onTestFinished(() => keeper.close());
  proxy.stopListening();
  proxy.cutAll();
  expect(await ping(keeper)).toBe("fails");
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await proxy.listenAgain();
  await expect.poll(() => ping(keeper), { timeout: 30_000 }).toBe("answers");
});
