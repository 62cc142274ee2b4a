import { SYSTEM_TENANT, apiKeys } from "@throughline/core";
import { type KeyInput, createKey, forgetKey, listKeys, revokeKey } from "@throughline/server";
import { memoryStore } from "@throughline/store-memory";
import { describe, expect, test } from "vitest";
import { type Reply, type TestServer, origin, testServer } from "../test/test-server.ts";
import { WRONG_KEYS } from "./wrong-keys.ts";

function bearer(key: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${key}` };
}

async function newKey({ throughline }: TestServer, input: Partial<KeyInput> = {}) {
  return createKey(throughline.store, { tenant: throughline.tenant, role: "admin", ...input });
}

function expectRefusal({ status, json, headers }: Reply, reason: string, challenge = "Bearer"): void {
  expect([status, json.reason]).toEqual([401, reason]);
  expect(headers.get("www-authenticate")).toBe(challenge);
}

const unknownKey = `tl_0123456789abcdef_${"A".repeat(43)}`;

describe("without a key in the store", () => {
  test("everybody is an administrator of the server's tenant, whatever key they send", async () => {
    const { call } = testServer();
    expect((await call("POST", "/sessions", {})).json.tenant_id).toBe("default");
    expect((await call("GET", "/sessions", undefined, bearer(unknownKey))).status).toBe(200);
  });

  test("nobody gets in where keys are required", async () => {
    const server = testServer({ keys: "required" });
    expectRefusal(await server.call("GET", "/sessions"), "credentials");
    expectRefusal(await server.call("GET", "/sessions", undefined, bearer(unknownKey)), "credentials");
    expect(await server.server.isGuarded()).toBe(false);
    const { record } = await newKey(server);
    expect(await server.server.isGuarded()).toBe(true);
    await revokeKey(server.throughline.store, record.keyId);
    expect(await server.server.isGuarded()).toBe(false);
  });
});

describe("with a key in the store", () => {
  test("it is needed at once, and opens its tenant with its role", async () => {
    const server = testServer();
    const { call } = server;
    expect((await call("GET", "/sessions")).status).toBe(200);
    const reader = await newKey(server, { tenant: "acme", role: "reader" });
    const writer = await newKey(server, { tenant: "acme", role: "writer" });
    expectRefusal(await call("GET", "/sessions"), "credentials");
    expectRefusal(await call("POST", "/sessions", {}), "credentials");
    const created = await call("POST", "/sessions", {}, bearer(writer.key));
    expect([created.status, created.json.tenant_id]).toEqual([201, "acme"]);
    const path = `/sessions/${String(created.json.session_id)}`;
    expect((await call("GET", path, undefined, bearer(reader.key))).status).toBe(200);
    expect((await call("DELETE", path, undefined, bearer(reader.key))).json.reason).toBe("role");
    for (const open of ["/healthz", "/readyz", "/docs", "/openapi.json"]) {
      expect((await call("GET", open)).status, open).toBe(200);
    }
  });

  test("it may come in either header, and nowhere else", async () => {
    const server = testServer();
    const { key } = await newKey(server);
    const taken: readonly Readonly<Record<string, string>>[] = [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer  ${key} ` },
      { "x-api-key": key },
      { authorization: "Basic abc", "x-api-key": key },
    ];
    for (const headers of taken) {
      expect((await server.call("GET", "/sessions", undefined, headers)).status).toBe(200);
    }
    const refused: readonly Readonly<Record<string, string>>[] = [
      { authorization: key },
      { authorization: `Basic ${key}` },
      { authorization: `Bearer ${unknownKey}`, "x-api-key": key },
      { authorization: `Bearer ${key}x` },
      { authorization: `Bearer ${key.slice(0, -1)}` },
      { authorization: `Bearer ${key.toUpperCase()}` },
      { cookie: `api_key=${key}` },
    ];
    for (const headers of refused) {
      expectRefusal(await server.call("GET", "/sessions", undefined, headers), "credentials");
    }
    expectRefusal(await server.call("GET", `/sessions?api_key=${key}`), "credentials");
  });

  test("it is over when it is revoked, has ended, or is forgotten; the reason is told to its owner only", async () => {
    let late = 0;
    const server = testServer({}, memoryStore(), () => Date.now() + late);
    const { call, throughline } = server;
    const [revoked, ended, forgotten, good] = [
      await newKey(server),
      await newKey(server, { expiresAt: new Date(Date.now() + 60_000) }),
      await newKey(server),
      await newKey(server),
    ];
    for (const { key } of [revoked, ended, forgotten, good]) {
      expect((await call("GET", "/sessions", undefined, bearer(key))).status).toBe(200);
    }
    const first = await revokeKey(throughline.store, revoked.record.prefix);
    late = 120_000;
    await forgetKey(throughline.store, forgotten.key);
    const invalid = 'Bearer error="invalid_token"';
    const ask = (key: string): Promise<Reply> => call("GET", "/sessions", undefined, bearer(key));
    expectRefusal(await ask(revoked.key), "key_revoked", invalid);
    expectRefusal(await ask(ended.key), "key_expired", invalid);
    expectRefusal(await ask(forgotten.key), "credentials");
    expect((await ask(good.key)).status).toBe(200);
    // The same beginning with another secret is any wrong key.
    const guess = `${revoked.record.prefix}_${"A".repeat(43)}`;
    const [guessed, unknown] = [await ask(guess), await ask(unknownKey)];
    expect(guessed.text).toBe(unknown.text);
    // Revoked again, it keeps its time.
    expect((await revokeKey(throughline.store, revoked.record.keyId)).revokedAt).toEqual(first.revokedAt);
  });

  test("revoking the last one opens nothing; forgetting it does", async () => {
    const server = testServer();
    const { record } = await newKey(server);
    await revokeKey(server.throughline.store, record.keyId);
    expectRefusal(await server.call("GET", "/sessions"), "credentials");
    await forgetKey(server.throughline.store, record.keyId);
    expect((await server.call("GET", "/sessions")).status).toBe(200);
  });

  test("another process's revocation is seen within two seconds", async () => {
    const store = memoryStore();
    const [one, other] = [testServer({}, store), testServer({}, store)];
    const { key, record } = await newKey(one);
    expect((await other.call("GET", "/sessions", undefined, bearer(key))).status).toBe(200);
    await revokeKey(one.throughline.store, record.keyId);
    await expect
      .poll(async () => (await other.call("GET", "/sessions", undefined, bearer(key))).json.reason, {
        timeout: 30_000,
      })
      .toBe("key_revoked");
  });

  test("only its hash is kept, in a tenant of the server's own", async () => {
    const server = testServer();
    const { key, record } = await newKey(server, { name: "laptop" });
    expect(key).toMatch(/^tl_[0-9a-f]{16}_[\w-]{43}$/);
    expect(key.startsWith(`${record.prefix}_`)).toBe(true);
    const { store } = server.throughline;
    const { answers } = await store.read({
      tenant: SYSTEM_TENANT,
      requests: [{ type: "get", kind: apiKeys.name, keys: [[record.keyId]], select: "all" }],
    });
    expect(answers[0][0]).toMatchObject({ prefix: record.prefix, name: "laptop", ownerTenant: "default" });
    expect(JSON.stringify(answers)).not.toContain(key.slice(-43));
    expect(answers[0][0]?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("its last use is noted, quietly, and at most once a minute", async () => {
    let late = 0;
    const server = testServer({}, memoryStore(), () => Date.now() + late);
    const { key } = await newKey(server);
    const { store } = server.throughline;
    const lastUse = async () => (await Array.fromAsync(listKeys(store)))[0]?.lastUsedAt?.getTime() ?? 0;
    const position = async () =>
      (
        await store.read({
          tenant: SYSTEM_TENANT,
          requests: [{ type: "count", kind: apiKeys.name, shape: "key", prefix: [] }],
        })
      ).position;
    const before = await position();
    const use = () => server.call("GET", "/sessions", undefined, bearer(key));
    await use();
    await expect.poll(lastUse).toBeGreaterThan(0);
    const first = await lastUse();
    late = 30_000;
    await use();
    expect(await lastUse()).toBe(first);
    late = 90_000;
    await use();
    await expect.poll(lastUse).toBeGreaterThan(first);
    expect(await position()).toBe(before);
  });

  test.each([
    [{ tenant: "@throughline" }, "type"],
    [{ tenant: "@" }, "type"],
    [{ tenant: "" }, "type"],
    [{ role: "owner" as never }, "type"],
    [{ name: "x".repeat(256) }, "too_long"],
    [{ name: "a\nb" }, "type"],
    [{ expiresAt: new Date(0) }, "type"],
    [{ expiresAt: new Date(Number.NaN) }, "type"],
    [{ scope: "all" } as never, "unknown_field"],
  ])("%j makes none", async (input, reason) => {
    const server = testServer();
    await expect(newKey(server, input)).rejects.toMatchObject({ code: "invalid", reason });
    expect(await Array.fromAsync(listKeys(server.throughline.store))).toEqual([]);
  });

  test("one for a tenant of the server's own, made past all checks, opens nothing", async () => {
    const server = testServer();
    const { key, record } = await newKey(server);
    await server.throughline.store.commit({
      tenant: SYSTEM_TENANT,
      writes: [
        { type: "update", kind: apiKeys.name, key: [record.keyId], set: { ownerTenant: SYSTEM_TENANT } },
      ],
    });
    expectRefusal(await server.call("GET", "/sessions", undefined, bearer(key)), "credentials");
  });
});

describe("over HTTP", () => {
  test("operators make, list and revoke keys", async () => {
    const server = testServer();
    const made = await server.call("POST", "/keys", { role: "admin", name: "first" });
    expect(made.status).toBe(201);
    const admin = bearer(String(made.json.key));
    expect((await server.call("GET", "/keys")).status).toBe(401);
    const other = await server.call(
      "POST",
      "/keys",
      { role: "reader", tenant_id: "acme", expires_at: "2999-01-01T00:00:00Z" },
      admin,
    );
    expect(other.json).toMatchObject({ tenant_id: "acme", role: "reader", revoked_at: null });
    const { items } = (await server.call("GET", "/keys", undefined, admin)).json;
    expect(new Set(items.map(({ prefix }) => prefix))).toEqual(
      new Set([made.json.prefix, other.json.prefix]),
    );
    expect(JSON.stringify(items)).not.toContain(String(other.json.key));
    const path = `/keys/${String(other.json.key_id)}`;
    expect((await server.call("DELETE", path, undefined, admin)).status).toBe(204);
    expect((await server.call("DELETE", path, undefined, admin)).status).toBe(204);
    const reader = bearer(String(other.json.key));
    expectRefusal(
      await server.call("GET", "/sessions", undefined, reader),
      "key_revoked",
      'Bearer error="invalid_token"',
    );
    expect((await server.call("DELETE", `${path}?forget=true`, undefined, admin)).status).toBe(204);
    const gone = await server.call("DELETE", path, undefined, admin);
    expect([gone.status, gone.json.reason]).toEqual([404, "api_key"]);
    expect((await server.call("GET", "/keys", undefined, admin)).json.items).toHaveLength(1);
  });

  test("nobody else does: not a writer, not an administrator of another tenant", async () => {
    const server = testServer();
    await newKey(server);
    for (const input of [{ role: "reader" }, { role: "writer" }, { tenant: "acme" }] as const) {
      const { key, record } = await newKey(server, input);
      const headers = bearer(key);
      const replies = [
        await server.call("POST", "/keys", { role: "admin" }, headers),
        await server.call("GET", "/keys", undefined, headers),
        await server.call("DELETE", `/keys/${record.keyId}`, undefined, headers),
        await server.call("GET", "/metrics", undefined, headers),
      ];
      for (const { status, json } of replies) expect([status, json.reason]).toEqual([403, "role"]);
    }
    expect(await Array.fromAsync(listKeys(server.throughline.store))).toHaveLength(4);
  });

  test.each([
    [{}, "type"],
    [{ role: "owner" }, "type"],
    [{ role: "reader", tenant_id: "@throughline" }, "type"],
    [{ role: "reader", expires_at: "tomorrow" }, "type"],
    [{ role: "reader", expires_at: "2001-01-01T00:00:00Z" }, "type"],
    [{ role: "reader", key: unknownKey }, "unknown_field"],
  ])("%j makes none", async (body, reason) => {
    const server = testServer();
    const { status, json } = await server.call("POST", "/keys", body);
    expect([status, json.reason]).toEqual([400, reason]);
    expect((await server.call("GET", "/keys")).json.items).toEqual([]);
  });
});

describe("wrong keys", () => {
  const ask = async (server: TestServer, key: string, address?: string) => {
    const request = new Request(`${origin}/sessions`, { headers: bearer(key) });
    const response = await server.server.fetch(request, { destroy: () => undefined, address });
    return { status: response.status, retryAfter: Number(response.headers.get("retry-after")) };
  };

  test("slow down their address, and nobody else's; keys that were good before are taken", async () => {
    const server = testServer();
    const { key } = await newKey(server);
    const { key: unused } = await newKey(server);
    expect((await ask(server, key, "10.0.0.1")).status).toBe(200);
    for (let count = 0; count < WRONG_KEYS; count += 1) {
      const wrong = count % 2 === 0 ? unknownKey : "nonsense";
      expect((await ask(server, wrong, "10.0.0.1")).status).toBe(401);
    }
    const { status, retryAfter } = await ask(server, unknownKey, "10.0.0.1");
    expect(status).toBe(429);
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect((await ask(server, unused, "10.0.0.1")).status).toBe(429);
    expect((await ask(server, key, "10.0.0.1")).status).toBe(200);
    expect((await ask(server, unused, "10.0.0.2")).status).toBe(200);
    expect((await ask(server, unknownKey)).status).toBe(401);
  });

  test("of one IPv6 network count together", async () => {
    const server = testServer();
    await newKey(server);
    for (let count = 0; count < WRONG_KEYS; count += 1) await ask(server, unknownKey, `2001:db8::${count}:1`);
    expect((await ask(server, unknownKey, "2001:db8:0:0:ffff::9")).status).toBe(429);
    expect((await ask(server, unknownKey, "2001:db8:0:1::1")).status).toBe(401);
    expect((await ask(server, unknownKey, "::ffff:10.0.0.3")).status).toBe(401);
  });
});
