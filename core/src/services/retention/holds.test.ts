import { describe, expect, test } from "vitest";
import { beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";

const held = { code: "conflict", reason: "held", outcome: "refused" };

describe.each(storeNames)("a hold on %s", (name) => {
  const services = useServices(name);

  test("keeps a session from being deleted and from every clean-up, until it is released", async () => {
    const { tl } = services;
    const { id } = await tl.sessions.create();
    const hold = await tl.sessions.hold(id, { reason: "an audit" });
    expect(hold).toEqual({ sessionId: id, reason: "an audit", createdAt: hold.createdAt });
    expect(await tl.sessions.hold(id, { reason: "a lawsuit" })).toEqual({ ...hold, reason: "a lawsuit" });
    expect(await tl.sessions.getHold(id)).toMatchObject({ reason: "a lawsuit" });
    await expect(tl.sessions.delete(id)).rejects.toMatchObject(held);
    await expect(tl.sessions.delete(id, { erase: true })).rejects.toMatchObject(held);
    services.time += 10_000;
    const policy = { expiryHours: 1e-6, ttlDays: 1e-6, maxSessions: 1, trashDays: 0 };
    await tl.sessions.create();
    expect((await tl.gc({ policy: { ...policy, ttlDays: null } })).sessions).toEqual([]);
    expect((await tl.gc({ policy })).sessions.map((session) => session.id)).not.toContain(id);
    expect(await tl.sessions.get(id)).toMatchObject({ status: "active" });
    await tl.sessions.release(id);
    await tl.sessions.release(id);
    expect(await tl.sessions.getHold(id)).toBeUndefined();
    await tl.sessions.delete(id);
    await expect(tl.sessions.hold(id)).rejects.toMatchObject({ code: "not_found" });
    await expect(tl.sessions.release(id)).rejects.toMatchObject({ code: "not_found" });
    await expect(tl.sessions.getHold("none")).rejects.toMatchObject({ code: "not_found" });
    for (const nobody of ["none", ""]) {
      await expect(tl.sessions.hold(nobody)).rejects.toMatchObject({ code: "not_found" });
      await expect(tl.sessions.release(nobody)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  test.each([false, true])("that comes just before a deletion (erase: %s) wins", async (erase) => {
    const { tl } = services;
    const { id } = await tl.sessions.create();
    const late = beforeNextCommit(services, () => tl.sessions.hold(id));
    await expect(late.sessions.delete(id, { erase })).rejects.toMatchObject(held);
    expect(await tl.sessions.getHold(id)).toBeDefined();
  });

  test("that comes just after one finds no session", async () => {
    const { tl } = services;
    const { id } = await tl.sessions.create();
    const late = beforeNextCommit(services, () => tl.sessions.delete(id));
    await expect(late.sessions.hold(id)).rejects.toMatchObject({ code: "not_found" });
    await tl.sessions.undelete(id);
    expect(await tl.sessions.getHold(id)).toBeUndefined();
  });

  test.each([
    ["a hold", async (id: string) => void (await services.tl.sessions.hold(id))],
    ["a pin", async (id: string) => void (await services.tl.sessions.pin(id))],
    [
      "activity",
      async (id: string) =>
        void (await services.tl.messages.append(id, [{ role: "user", content: "still here" }])),
    ],
  ])("or %s that comes while clean-up looks saves the session", async (_, happen) => {
    const { tl } = services;
    for (const policy of [{ ttlDays: 0.01 }, { expiryHours: 0.1 }]) {
      const { id } = await tl.sessions.create();
      services.time += 24 * 60 * 60 * 1_000;
      const report = await beforeNextCommit(services, () => happen(id)).gc({ policy, prune: false });
      expect(report.sessions).toEqual([]);
      expect(await tl.sessions.get(id)).toMatchObject({ status: "active" });
      await tl.sessions.update(id, { pinned: true });
    }
  });
});
