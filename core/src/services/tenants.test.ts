import { describe, expect, test } from "vitest";
import { Throughline } from "./throughline.ts";
import { storeNames, useServices } from "./test/use-services.ts";

describe.each(storeNames)("tenants on %s", (name) => {
  const services = useServices(name);

  test("nothing of one tenant is there for another, by any method", async () => {
    const { tl } = services;
    const { id } = await tl.sessions.create({
      tool: "chat",
      externalKey: "k",
      terminal: "t",
      title: "needle",
    });
    await tl.messages.append(id, [{ id: "m", role: "user", content: "needle" }]);
    const other = tl.withTenant("other");
    const missing = { code: "not_found" };
    const message = { id: "m", role: "user", content: "theirs" } as const;
    const calls = [
      other.sessions.get(id),
      other.sessions.find(id),
      other.sessions.find(id.slice(-8)),
      other.sessions.find("chat:k"),
      other.sessions.find("@last"),
      other.sessions.update(id, { title: "theirs" }),
      other.sessions.archive(id),
      other.sessions.restore(id),
      other.sessions.pin(id),
      other.sessions.unpin(id),
      other.sessions.delete(id),
      other.sessions.undelete(id),
      other.sessions.create({ parent: id }),
      other.messages.append(id, [message]),
      other.messages.put(id, [message]),
      other.messages.get(id, "m"),
      other.messages.list(id),
      other.messages.stream(id).next(),
      other.messages.delete(id, "m"),
    ];
    await Promise.all(calls.map((call) => expect(call).rejects.toMatchObject(missing)));
    expect(await other.sessions.getByExternalKey({ tool: "chat", externalKey: "k" })).toBeUndefined();
    expect(await other.sessions.list({ all: true })).toEqual({ items: [] });
    expect(await other.search({ text: "needle" })).toEqual({ items: [] });
    expect(await other.search({ text: "needle", session: id })).toEqual({ items: [] });
    expect((await other.stats()).sessions.total).toBe(0);
    expect(await tl.sessions.get(id)).toMatchObject({ title: "needle", messageCount: 1, revision: 2 });
  });

  test("keys are unique within a tenant, and operations are known within one", async () => {
    const { tl } = services;
    const other = tl.withTenant("other");
    const mine = await tl.sessions.create({ externalKey: "k" });
    const theirs = await other.sessions.create({ externalKey: "k" });
    expect(theirs.id).not.toBe(mine.id);
    expect(theirs.tenantId).toBe("other");
    const settings = { operationId: "op" };
    await tl.messages.append(mine.id, [{ role: "user", content: "mine" }], settings);
    const result = await other.messages.append(theirs.id, [{ role: "user", content: "theirs" }], settings);
    expect(result.replayed).toBe(false);
  });

  test.each(["", "a\0", "\ud800", "é".repeat(128), 5, null, undefined])(
    "the tenant %j is refused",
    (tenant) => {
      expect(() => services.tl.withTenant(tenant as never)).toThrow(
        expect.objectContaining({ code: "invalid", name: "ThroughlineError" }),
      );
    },
  );

  test("another tenant's services make ids the same way", async () => {
    let count = 0;
    const tl = new Throughline(services.store, { generateId: () => `id-${(count += 1)}` });
    const { id } = await tl.withTenant("other").sessions.create();
    expect(id).toBe("id-1");
  });

  test("after closing, every call fails with closed", async () => {
    const { tl } = services;
    const { id } = await tl.sessions.create();
    await tl.close();
    await tl.close();
    const closed = { code: "closed" };
    await expect(tl.sessions.get(id)).rejects.toMatchObject(closed);
    await expect(tl.messages.append(id, [{ role: "user", content: "x" }])).rejects.toMatchObject(closed);
    await expect(tl.search({ text: "x" })).rejects.toMatchObject(closed);
    await expect(tl.withTenant("other").stats()).rejects.toMatchObject(closed);
  });
});
