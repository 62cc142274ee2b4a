/** What servers refuse, and what is no server: each cause has its reason, and every call ends within its time limit. */
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { ToldHistory, historyTenant, testKinds, writeEntry } from "@throughline/conformance";
import { guardStore } from "@throughline/core";
import { MongoClient } from "mongodb";
import { describe, expect, onTestFinished, test } from "vitest";
import { mongodbStore } from "../mongodb-store.ts";
import { dropDatabase, newDatabaseUrl } from "../test/test-database.ts";
import { endsInTime, expectKept, newHistory, openLine, shortTimeouts } from "./test/open-line.ts";

/** What a stand-in answers to a password: it has no users. */
const COMMAND_NOT_FOUND = 59;
const readNothing = { tenant: historyTenant, requests: [] } as const;

describe("what is no MongoDB server", () => {
  const impostors: readonly (readonly [name: string, make: () => Server])[] = [
    ["an HTTP server", () => createHttpServer((_, response) => response.end("no"))],
    ["one that hangs up", () => createServer((socket) => void socket.end())],
    ["one that talks nonsense", () => createServer((socket) => void socket.end("nonsense ".repeat(20)))],
    ["one that is silent", () => createServer()],
  ];

  test.for(impostors)("%s", async ([, make]) => {
    const server = make();
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const opening = mongodbStore({ url: `mongodb://127.0.0.1:${port}/d`, timeouts: shortTimeouts });
    await endsInTime(opening);
    await expect(opening).rejects.toMatchObject({
      code: "unavailable",
      reason: expect.stringMatching(/^(cannot_connect|timeout)$/) as string,
      retryable: true,
    });
  });

  test("an unknown host", async () => {
    const opening = mongodbStore({ url: "mongodb://missing.invalid/d", timeouts: shortTimeouts });
    await endsInTime(opening);
    await expect(opening).rejects.toMatchObject({ code: "unavailable", reason: "cannot_connect" });
  });
});

test("a password that the server does not take is authentication", async (context) => {
  const url = new URL(newDatabaseUrl());
  url.username = "nobody";
  url.password = "wrong";
  const opening = mongodbStore({ url: url.href, timeouts: shortTimeouts });
  await endsInTime(opening);
  const error: unknown = await opening.catch((thrown: unknown) => thrown);
  const { cause } = error as { cause?: { code?: number } };
  if (cause?.code === COMMAND_NOT_FOUND) context.skip("needs a server that knows users");
  expect(error).toMatchObject({ code: "unavailable", reason: "authentication", retryable: false });
});

test("one connection that never answers makes other calls wait no longer than for a free one", async (context) => {
  const line = await openLine(context, {
    timeouts: { poolMs: 500, queryMs: 3_000 },
    connections: 1,
    resendForMs: 1,
  });
  const history = await newHistory(line);
  await line.store.read(readNothing);
  line.proxy.setMode({ blackHole: "toClient" });
  const reads = Array.from({ length: 3 }, () =>
    line.store.read({
      tenant: historyTenant,
      requests: [{ type: "get", kind: "sessions", keys: [[history]] }],
    }),
  );
  await endsInTime(Promise.allSettled(reads));
  for (const read of reads) {
    await expect(read).rejects.toMatchObject({
      code: "unavailable",
      reason: expect.stringMatching(/^(pool_exhausted|timeout|connection_lost)$/) as string,
      retryable: true,
    });
  }
});

describe("another deployment on the same database", () => {
  test("[M12] that is newer lets no older one in", async () => {
    const url = newDatabaseUrl();
    const store = guardStore(await mongodbStore({ url, kinds: testKinds }));
    const client = new MongoClient(url);
    await client
      .db()
      .collection<{ _id: string }>("store_info")
      .updateOne({ _id: "store" }, { $set: { schema: 99 } });
    await client.close();
    await expect(mongodbStore({ url, kinds: testKinds })).rejects.toMatchObject({
      code: "unavailable",
      reason: "newer_schema",
      retryable: false,
    });
    await store.close();
    await dropDatabase(url);
  });

  test("that opens the same one at the same time is welcome", async (context) => {
    const line = await openLine(context);
    const history = await newHistory(line);
    const told = new ToldHistory();
    const stores = [line.store, line.direct];
    await Promise.all(
      ["a", "b", "c", "d", "e", "f"].map(async (id, index) => {
        const store = stores[index % 2] ?? line.store;
        told.acknowledged.set(id, await writeEntry(store, history, id));
      }),
    );
    await expectKept(line, history, told);
  });
});
