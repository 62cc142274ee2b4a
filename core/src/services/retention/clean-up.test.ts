import { describe, expect, test } from "vitest";
import { beforeNextCommit, beginning, storeNames, useServices } from "../test/use-services.ts";
import type { CleanUpReport } from "./clean-up.ts";
import { everyRecord } from "../erasing/test/traces-of.ts";

const hour = 60 * 60 * 1_000;
const day = 24 * hour;
const none = {
  dryRun: false,
  expired: 0,
  trashed: 0,
  erased: 0,
  partlyErased: 0,
  blobs: 0,
  bytes: 0,
  removed: {},
  pruned: true,
  sessions: [],
  records: [],
};

describe.each(storeNames)("clean-up on %s", (name) => {
  const services = useServices(name);

  /** Sessions whose last activity was so many days ago, oldest first. */
  async function createAged(days: readonly number[]): Promise<string[]> {
    const now = services.time;
    const ids: string[] = [];
    for (const age of days) {
      const createdAt = new Date(now - age * day);
      ids.push((await services.tl.sessions.create({ createdAt })).id);
    }
    return ids;
  }

  test("does nothing to sessions by default, however old they are", async () => {
    const { tl } = services;
    const [id = ""] = await createAged([5_000]);
    expect(await tl.gc()).toEqual(none);
    expect(await tl.sessions.get(id)).toMatchObject({ status: "active" });
  });

  test("expires what was inactive, hides nothing, and an append makes it active again", async () => {
    const { tl } = services;
    const [old = "", young = ""] = await createAged([2, 0.5]);
    const report = await tl.gc({ policy: { expiryHours: 24 } });
    expect(report).toMatchObject({
      expired: 1,
      sessions: [{ id: old, action: "expire", reason: "inactive" }],
    });
    expect((await tl.sessions.list()).items.map(({ id, status }) => [id, status])).toEqual([
      [young, "active"],
      [old, "expired"],
    ]);
    expect((await tl.gc({ policy: { expiryHours: 24 } })).expired).toBe(0);
    await tl.messages.append(old, [{ role: "user", content: "again" }]);
    expect(await tl.sessions.get(old)).toMatchObject({ status: "active" });
  });

  test("expires sessions at their own end, but for those that went on after it", async () => {
    const { tl } = services;
    const { id } = await tl.sessions.create({ expiresAt: new Date(services.time + hour) });
    expect((await tl.gc()).expired).toBe(0);
    services.time += 2 * hour;
    expect((await tl.gc()).sessions).toEqual([{ id, action: "expire", reason: "expires_at" }]);
    await tl.messages.append(id, [{ role: "user", content: "on" }]);
    expect((await tl.gc()).expired).toBe(0);
  });

  test("puts into the trash what is older than ttlDays, erases it after trashDays, spares the pinned", async () => {
    const { tl } = services;
    const [old = "", pinned = "", unlisted = "", young = ""] = await createAged([11, 12, 13, 9]);
    await tl.sessions.pin(pinned);
    await tl.sessions.update(unlisted, { listed: false });
    const policy = { ttlDays: 10, trashDays: 2 };
    const report = await tl.gc({ policy });
    expect(report).toMatchObject({ trashed: 2, erased: 0 });
    expect(new Set(report.sessions)).toEqual(
      new Set([old, unlisted].map((id) => ({ id, action: "trash", reason: "ttl" }))),
    );
    const trash = await tl.sessions.trash();
    expect(new Set(trash.items.map(({ id }) => id))).toEqual(new Set([old, unlisted]));
    await tl.sessions.undelete(old);
    await tl.sessions.pin(old);
    services.time += 2 * day + 1_000;
    const later = await tl.gc({ policy });
    expect(later).toMatchObject({ trashed: 1, erased: 1 });
    expect(later.sessions).toContainEqual({ id: unlisted, action: "erase", reason: "trash_days" });
    expect(later.sessions).toContainEqual({ id: young, action: "trash", reason: "ttl" });
  });

  test("keeps the newest sessions only, in the order of their activity", async () => {
    const { tl } = services;
    const ids = await createAged([8, 7, 6, 5, 4, 3]);
    // The oldest one was used last; the third is pinned, and counts as well.
    await tl.messages.append(ids[0] ?? "", [{ role: "user", content: "used" }]);
    await tl.sessions.pin(ids[2] ?? "");
    const report = await tl.gc({ policy: { maxSessions: 3 } });
    expect(report.sessions).toEqual(
      [ids[1], ids[3]].map((id) => ({ id, action: "trash", reason: "max_sessions" })),
    );
    expect((await tl.gc({ policy: { maxSessions: 4 } })).trashed).toBe(0);
  });

  test("a dry run says what a real run then does, and changes nothing", async () => {
    const { tl, store } = services;
    const ids = await createAged([40, 30, 20, 15, 8, 7, 6, 5, 4]);
    const root = ids[5] ?? "";
    await tl.messages.append(
      root,
      ["a", "b", "c"].map((content) => ({ role: "user", content })),
      {},
    );
    const fork = (await tl.sessions.fork(root, { atSeq: 2 })).id;
    const lone = (await tl.sessions.fork(root, { atSeq: 1 })).id;
    await tl.sessions.pin(fork);
    await tl.sessions.hold(ids[3] ?? "");
    for (const id of [root, lone, ids[6] ?? ""]) await tl.sessions.delete(id);
    services.time += 31 * day;
    await createAged([1]);
    const policy = { expiryHours: 1, ttlDays: 50, maxSessions: 4 };
    const before = await allRecords();
    const dry = await tl.gc({ policy, dryRun: true });
    expect(await allRecords()).toEqual(before);
    const real = await tl.gc({ policy });
    expect(withoutRun(real)).toEqual(withoutRun(dry));
    expect(real.expired).toBeGreaterThan(0);
    expect(real.sessions.filter(({ reason }) => reason === "ttl").length).toBe(3);
    expect(real.sessions.filter(({ reason }) => reason === "max_sessions").length).toBeGreaterThan(0);
    expect(real).toMatchObject({ erased: 2, partlyErased: 1 });
    const again = await tl.gc({ policy });
    expect(again.sessions).toEqual([]);

    async function allRecords(): Promise<unknown> {
      const records: unknown[] = [];
      for await (const record of everyRecord(store)) records.push(record);
      return records;
    }
  });

  test("a dry run counts held sessions that are too old among those that stay", async () => {
    const { tl } = services;
    const [held = ""] = await createAged([10, 2, 1]);
    await tl.sessions.hold(held);
    const policy = { ttlDays: 5, maxSessions: 2 };
    const dry = await tl.gc({ policy, dryRun: true });
    expect(dry).toMatchObject({ trashed: 0 });
    expect(withoutRun(await tl.gc({ policy }))).toEqual(withoutRun(dry));
  });

  test("says nothing of an erasure that waits for other forks than before", async () => {
    const { tl } = services;
    const { id } = await tl.sessions.create();
    await tl.messages.append(id, [{ role: "user", content: "a" }]);
    const [fork, other] = [await tl.sessions.fork(id), await tl.sessions.fork(id)];
    await tl.sessions.delete(id);
    services.time += 31 * day;
    expect(await tl.gc()).toMatchObject({ partlyErased: 1 });
    await tl.sessions.delete(fork.id);
    for (const dryRun of [true, false]) {
      expect(await tl.gc({ dryRun })).toMatchObject({ partlyErased: 0, sessions: [] });
    }
    expect(await tl.sessions.receipt(id)).toMatchObject({ sharedWith: [other.id] });
  });

  test("spares what was brought back and deleted again while it ran", async () => {
    const { tl } = services;
    const ids = await createAged([50, 40]);
    for (const id of ids) await tl.sessions.delete(id);
    services.time += 31 * day;
    const late = beforeNextCommit(services, async () => {
      for (const id of ids) await tl.sessions.undelete(id);
      for (const id of ids) await tl.sessions.delete(id);
    });
    expect(await late.gc({ prune: false })).toMatchObject({ erased: 0 });
    expect((await tl.sessions.trash()).items).toHaveLength(2);
  });

  test("stops when it is told to, and the next one goes on", async () => {
    const { tl } = services;
    await createAged(Array.from({ length: 30 }, (_, index) => 100 + index));
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error("enough"));
    await expect(
      tl.gc({ policy: { ttlDays: 10, maxSessions: 1 }, signal: controller.signal, onProgress }),
    ).rejects.toThrow("enough");
    expect((await tl.gc({ policy: { ttlDays: 10 } })).trashed).toBe(0);
    expect((await tl.sessions.list()).items).toEqual([]);
  });

  test("drops old feed entries and operation ids", async () => {
    const { tl, store } = services;
    const { id } = await tl.sessions.create();
    await tl.messages.append(id, [{ role: "user", content: "a" }], { operationId: "op" });
    services.time = beginning + 8 * day;
    await tl.gc();
    expect((await store.changes({ tenant: tl.tenant, limit: 10 })).entries.length).toBeGreaterThan(0);
    await expect(
      tl.messages.append(id, [{ role: "user", content: "b" }], { operationId: "op" }),
    ).resolves.toMatchObject({ replayed: false });
    services.time = beginning + 40 * day;
    await tl.gc({ policy: { feedDays: null } });
    const { cursor } = await store.changes({ tenant: tl.tenant, limit: 1 });
    await tl.gc();
    expect((await store.changes({ tenant: tl.tenant, since: cursor, limit: 1 })).startOver).toBe(true);
  });

  test("refuses a policy that makes no sense", async () => {
    const { tl } = services;
    const wrong = [
      { ttlDays: 0 },
      { maxSessions: 0 },
      { trashDays: -1 },
      { feedDays: Number.NaN },
      { days: 1 },
    ];
    for (const policy of wrong) {
      await expect(tl.gc({ policy })).rejects.toMatchObject({ code: "invalid" });
    }
  });

  test("of several at once each reports what it did itself", async () => {
    const { tl } = services;
    // As JSON each of them has 200,000 bytes.
    const large = ["a", "b", "c", "d"].map((letter) => letter.repeat(199_998));
    const ids = await Promise.all(
      large.map(async (content) => {
        const { id } = await tl.sessions.create();
        await tl.messages.append(id, [
          { role: "user", content: "first" },
          { role: "tool", content },
        ]);
        return id;
      }),
    );
    // What is large of this one goes, and its first message stays.
    const [shared = ""] = ids;
    const fork = await tl.sessions.fork(shared, { atSeq: 1 });
    for (const id of ids) await tl.sessions.delete(id);
    const policy = { trashDays: 0 };
    const reports = await Promise.all([1, 2, 3].map(() => tl.gc({ policy })));
    const sum = (field: "erased" | "partlyErased" | "blobs" | "bytes"): number =>
      reports.reduce((total, report) => total + report[field], 0);
    expect([sum("erased"), sum("partlyErased"), sum("blobs"), sum("bytes")]).toEqual([3, 1, 4, 800_000]);
    const named = reports.flatMap(({ sessions }) => sessions.map(({ id }) => id));
    expect(named.toSorted()).toEqual(ids.toSorted());
    await tl.sessions.delete(fork.id);
    const again = await Promise.all([1, 2, 3].map(() => tl.gc({ policy })));
    expect(again.map(({ erased }) => erased).reduce((one, other) => one + other)).toBe(2);
  });
});

function withoutRun({ sessions, ...report }: CleanUpReport): unknown {
  const sorted = sessions.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  return { ...report, dryRun: null, pruned: null, sessions: sorted };
}
