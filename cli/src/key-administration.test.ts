import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Throughline, guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { expect, onTestFinished, test } from "vitest";
import { resolveConfiguration } from "./configuration/resolve-configuration.ts";
import { administerKeys } from "./key-administration.ts";

test("no key stands in a URL, however it was named", async () => {
  const urls: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    urls.push(url);
    response.writeHead(204).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const throughline = new Throughline(guardStore(memoryStore()));
  onTestFinished(async () => {
    server.close();
    await throughline.close();
  });
  const store = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = administerKeys(
    throughline,
    await resolveConfiguration({ store: { value: store, name: "--store" } }, {}),
  );
  const secret = "s".repeat(43);
  await keys.revoke(`tl_0123456789abcdef_${secret}`);
  await keys.forget("tl_0123456789abcdef");
  await keys.revoke("0123456789abcdef");
  const path = "/v1/keys/0123456789abcdef";
  expect(urls).toEqual([path, `${path}?forget=true`, path]);
  await expect(keys.revoke(`tl_0123456789abcdef_${secret}x`)).rejects.toMatchObject({ reason: "api_key" });
  expect(urls).toHaveLength(3);
});
