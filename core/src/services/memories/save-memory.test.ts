import { describe, expect, test } from "vitest";
import { storeNames, useServices } from "../test/use-services.ts";

const project = "p";

describe.each(storeNames)("a change of a memory on %s", (name) => {
  const services = useServices(name);
  const set = (key: string, value: string) => services.tl.memories.set({ project, key, value });

  test("is refused where another memory took the place, also with an operation id that is new", async () => {
    const { memories } = services.tl;
    const old = await set("db", "SQLite");
    const next = await memories.supersede(old.memoryId, { value: "PostgreSQL" });
    const taken = { code: "conflict", reason: "superseded" };
    const given = { value: "MongoDB", operationId: "new" };
    await expect(memories.supersede(old.memoryId, given)).rejects.toMatchObject(taken);
    await expect(memories.merge([old.memoryId], { key: "other" }, given)).rejects.toMatchObject(taken);
    expect(await memories.getById(old.memoryId)).toMatchObject({ key: "db", supersededBy: next.memoryId });
    expect(await memories.get({ project, key: "db" })).toMatchObject({ value: "PostgreSQL", version: 1 });
  });

  test("is answered again by its operation id, whatever has become of the memory since", async () => {
    const { memories } = services.tl;
    const { memoryId } = await set("db", "SQLite");
    const other = await set("store", "SQLite, too");
    const restore = () => memories.restore(memoryId, { version: 1, operationId: "restore" });
    const merge = () => memories.merge([memoryId, other.memoryId], { key: "db" }, { operationId: "merge" });
    const supersede = () => memories.supersede(memoryId, { value: "PostgreSQL", operationId: "supersede" });
    await restore();
    await merge();
    const successor = await supersede();
    const again = { memoryId, value: "SQLite", created: false, replayed: true };
    expect(await restore()).toMatchObject({ ...again, version: 2 });
    expect(await merge()).toMatchObject({ ...again, version: 3 });
    await memories.delete(memoryId);
    expect(await supersede()).toEqual({ ...successor, created: false, replayed: true });
    await expect(restore()).rejects.toMatchObject({ code: "not_found", reason: "memory" });
  });

  test("does not show again what has ended since", async () => {
    const { memories } = services.tl;
    const { memoryId } = await memories.set({ project, key: "k", value: "short", ttlSeconds: 1 });
    const restore = () => memories.restore(memoryId, { version: 1, operationId: "restore" });
    const { expiresAt } = await restore();
    services.time = expiresAt?.getTime() ?? 0;
    await expect(restore()).rejects.toMatchObject({ code: "not_found", reason: "memory" });
  });

  test("answers how often the memory was read before", async () => {
    const { memories } = services.tl;
    await set("k", "1");
    await memories.get({ project, key: "k" });
    expect(await set("k", "2")).toMatchObject({ version: 2, accessedCount: 1 });
  });
});
