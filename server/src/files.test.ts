import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { origin, testServer } from "./test/test-server.ts";

const { call, server, throughline } = testServer();
const file = {
  file_id: "a/b",
  provider_name: "files/abc",
  provider_uri: "https://files.example/abc",
  display_name: "Bericht ä.html",
  mime_type: "text/html",
  size: 5,
};
const bytes = new Uint8Array([60, 0, 255, 10, 0x1f]);
const contentHash = createHash("sha256").update(bytes).digest("hex");
const path = "/files/a%2Fb";

async function fetchContent(method: string, body?: Uint8Array<ArrayBuffer>, query = "", headers = {}) {
  return server.fetch(
    new Request(`${origin}${path}/content${query}`, { method, headers, ...(body && { body }) }),
  );
}

describe("uploaded files", () => {
  test("are kept, listed, read and deleted, with their bytes", async () => {
    const saved = await call("POST", "/files", {
      ...file,
      expires_at: "2100-01-01T00:00:00Z",
      metadata: { a: 1 },
    });
    expect([saved.status, saved.headers.get("location")]).toEqual([201, path]);
    expect(saved.json).toMatchObject({ ...file, content_hash: null, expires_at: "2100-01-01T00:00:00.000Z" });
    const missing = await call("GET", `${path}/content`);
    expect([missing.status, missing.json.reason]).toEqual([404, "content"]);
    const put = await fetchContent("PUT", bytes, `?content_hash=${contentHash}`, {
      "content-type": "text/html",
    });
    expect([put.status, await put.json()]).toEqual([
      200,
      expect.objectContaining({ content_hash: contentHash }),
    ]);
    const read = await fetchContent("GET");
    expect(new Uint8Array(await read.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(read.headers)).toMatchObject({
      "content-type": "text/html",
      "content-length": "5",
      "content-disposition": `attachment; filename="Bericht _.html"; filename*=UTF-8''Bericht%20%C3%A4.html`,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "content-security-policy": "sandbox; default-src 'none'",
    });
    const asBytes = await fetchContent("GET", undefined, "", { accept: "application/octet-stream" });
    expect(asBytes.headers.get("content-type")).toBe("application/octet-stream");
    await asBytes.body?.cancel();
    expect((await fetchContent("GET", undefined, "", { accept: "image/png" })).status).toBe(406);
    const head = await fetchContent("HEAD");
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "5", ""]);
    expect((await call("GET", "/files?limit=1")).json.items).toHaveLength(1);
    expect((await call("GET", path)).json).toMatchObject({ content_hash: contentHash });
    expect((await call("DELETE", path)).status).toBe(204);
    expect((await call("GET", path)).status).toBe(404);
    expect((await call("DELETE", path)).status).toBe(404);
  });

  test("are refused as a whole where something is wrong", async () => {
    await call("POST", "/files", file);
    for (const [body, query] of [
      [new Uint8Array(4), ""],
      [new Uint8Array(5), `?content_hash=${contentHash}`],
      [bytes, "?content_hash=abc"],
    ] as const) {
      expect((await fetchContent("PUT", body, query)).status).toBe(400);
    }
    expect((await fetchContent("PUT", bytes, "", { "content-encoding": "gzip" })).status).toBe(415);
    expect((await fetchContent("PUT", new Uint8Array(33 * 1024 * 1024))).status).toBe(413);
    expect((await fetchContent("GET")).status).toBe(404);
    expect((await call("POST", "/files", { ...file, content: "x" })).status).toBe(400);
    // No URL would find it again.
    expect((await call("POST", "/files", { ...file, file_id: ".." })).status).toBe(400);
    expect((await call("DELETE", "/files")).status).toBe(400);
    expect((await call("GET", "/files/none/content")).status).toBe(404);
  });

  test("that expired go when that is asked for, and a type that is none is not passed on", async () => {
    await call("POST", "/files", { ...file, file_id: "old", expires_at: "2020-01-01T00:00:00Z" });
    expect((await call("DELETE", "/files?expired=true")).json).toEqual({ deleted: 1 });
    expect((await call("DELETE", "/files?expired=true")).json).toEqual({ deleted: 0 });
    await throughline.files.save({
      id: "a/b",
      providerName: "n",
      providerUri: "u",
      displayName: "d\r\nx: y",
      mimeType: "text/html\r\nx: y",
      content: "",
    });
    const { headers } = await fetchContent("GET");
    expect(headers.get("content-type")).toBe("application/octet-stream");
    expect(headers.get("x")).toBeNull();
  });
});

describe("content of resources", () => {
  test("is kept for a session, as text or bytes, and let go of", async () => {
    const session = (await throughline.sessions.create({ project: "p" })).id;
    const url = `/sessions/${session}/content`;
    const kept = await call("PUT", url, { path: "a.ts", content: "let a;\0" });
    expect([kept.status, kept.json]).toMatchObject([200, { session_id: session, path: "a.ts", size: 7 }]);
    const id = String(kept.json.resource_id);
    await call("PUT", url, {
      path: "b.png",
      content: Buffer.from(bytes).toString("base64"),
      encoding: "base64",
    });
    expect((await call("GET", `${url}?resource_id=${id}`)).json).toEqual({
      ...kept.json,
      encoding: "utf-8",
      content: "let a;\0",
    });
    expect((await call("GET", `${url}?path=b.png`)).json).toMatchObject({
      encoding: "base64",
      content: Buffer.from(bytes).toString("base64"),
      content_hash: contentHash,
    });
    expect((await call("DELETE", `${url}?path=a.ts`)).status).toBe(204);
    const gone = await call("GET", `${url}?path=a.ts`);
    expect([gone.status, gone.json.reason]).toEqual([404, "content"]);
    for (const body of [
      { content: "x" },
      { path: "a", resource_id: id, content: "x" },
      { path: "../a", content: "x" },
      { path: "a", content: "x=", encoding: "base64" },
      { path: "a", content: "\uD800" },
      { path: "a", content: "x", content_hash: contentHash },
    ]) {
      expect((await call("PUT", url, body)).status, JSON.stringify(body)).toBe(400);
    }
    const large = await call("PUT", url, { path: "a", content: "x".repeat(16 * 1024 * 1024 + 1) });
    expect([large.status, large.json.reason]).toEqual([413, "content"]);
    expect((await call("PUT", "/sessions/none/content", { path: "a", content: "" })).status).toBe(404);
  });
});

describe("tokens", () => {
  test("are counted for texts and resources, and summed by type", async () => {
    expect((await call("POST", "/tokens", { text: "Hello there", model: "gpt-5" })).json).toEqual({
      count: 2,
      family: "o200k",
      estimated: false,
    });
    expect((await call("POST", "/tokens", { text: "Hello", family: "none" })).status).toBe(400);
    const { json } = await call("POST", "/resources", {
      path: "x.md",
      project_id: "q",
      content: "Hello there",
    });
    const url = `/resources/${String(json.resource_id)}/tokens`;
    expect((await call("POST", url, { content: "Hello there", family: "cl100k" })).json).toMatchObject({
      count: 2,
    });
    expect((await call("POST", url, {})).status).toBe(404);
    expect((await call("GET", `/resources/${String(json.resource_id)}`)).json.token_counts).toMatchObject({
      cl100k: { count: 2, estimated: false },
    });
    const { json: sums } = await call("GET", "/resource-statistics?project_id=q&family=cl100k");
    const counted = { resources: 1, bytes: 11, tokens: 2, estimated: false, uncounted: 0 };
    expect(sums).toMatchObject({ ...counted, family: "cl100k", by_type: { documentation: counted } });
  });
});
