import { describe, expect, test, vi } from "vitest";
import type { Batch } from "../../contract/batch.ts";
import type { GuardedStore } from "../../contract/store.ts";
import { isThroughlineError } from "../../error.ts";
import { newId } from "../../id.ts";
import { listName, listWrites } from "../blobs/staging-names.ts";
import { Throughline } from "../throughline.ts";
import { afterNextCommit, beginning, storeNames, useServices } from "../test/use-services.ts";
import { newJob, stateRecord } from "./erasure-job.ts";
import { tracesOf } from "./test/traces-of.ts";

const whole = { erased: true, sharedWith: [], forksWithLostHistory: [] };

describe.each(storeNames)("erasing on %s", (name) => {
  const services = useServices(name);

  /** The services above a store that something happens to before each commit. */
  function beforeCommits(happen: (batch: Batch) => Promise<void>): Throughline {
    const commit: GuardedStore["commit"] = async (batch, options) => {
      await happen(batch);
      return services.store.commit(batch, options);
    };
    const wrapped = new Proxy(services.store, {
      get(target, verb) {
        if (verb === "commit") return commit;
        const value: unknown = Reflect.get(target, verb);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    return new Throughline(wrapped);
  }

  async function createSession(messages: number): Promise<string> {
    const { tl } = services;
    const { id } = await tl.sessions.create({ title: "quokka title", metadata: { secret: "quokka" } });
    for (let begin = 0; begin < messages; begin += 500) {
      const count = Math.min(500, messages - begin);
      const some = Array.from({ length: count }, (_, index) => `quokka ${begin + index}`);
      await tl.messages.append(
        id,
        some.map((content) => ({ role: "user", content })),
      );
    }
    return id;
  }

  test("leaves nothing that names the session but its id, which stays taken, and the receipt", async () => {
    const { tl, store } = services;
    const id = await createSession(1_203);
    await tl.settings.set(id, { systemPrompt: "quokka prompt" });
    await tl.messages.append(id, [{ role: "user", content: "a sibling", parentId: null }]);
    await tl.messages.append(id, [{ role: "tool", content: `quokka ${"x".repeat(200_000)}` }]);
    const [first] = (await tl.messages.list(id, { limit: 1 })).items;
    await tl.messages.delete(id, first?.id ?? "");
    const other = await createSession(3);
    const receipt = await tl.sessions.delete(id, { erase: true });
    expect(receipt).toMatchObject({
      ...whole,
      sessionId: id,
      removed: { sessions: 1, messages: 1_204, chat_settings: 1 },
    });
    expect(await tl.sessions.receipt(id)).toEqual(receipt);
    expect(await tracesOf(store, id)).toEqual(["state receipts/sessions"]);
    expect((await tl.search({ text: "quokka" })).items.every(({ sessionId }) => sessionId === other)).toBe(
      true,
    );
    await expect(tl.sessions.get(id)).rejects.toMatchObject({ code: "not_found" });
    await expect(tl.sessions.undelete(id)).rejects.toMatchObject({ code: "not_found" });
    await expect(tl.sessions.delete(id)).rejects.toMatchObject({ code: "not_found" });
    await expect(tl.messages.append(id, [{ role: "user", content: "late" }])).rejects.toMatchObject({
      code: "not_found",
    });
    // The same call again answers the same.
    expect(await tl.sessions.delete(id, { erase: true })).toEqual(receipt);
    expect(await tl.sessions.get(other)).toMatchObject({ messageCount: 3 });
  });

  test("erases from the trash, and names what a hiding hid", async () => {
    const { tl } = services;
    const id = await createSession(5);
    const hidden = await tl.sessions.delete(id);
    expect(hidden).toMatchObject({ erased: false, erasedAt: null, removed: { sessions: 1, messages: 5 } });
    expect(hidden.eraseAfter?.getTime()).toBe(hidden.deletedAt.getTime() + 30 * 24 * 60 * 60 * 1_000);
    await expect(tl.sessions.receipt(id)).rejects.toMatchObject({ code: "not_found", reason: "receipt" });
    const erased = await tl.sessions.delete(id, { erase: true });
    expect(erased).toMatchObject({ ...whole, deletedAt: hidden.deletedAt, removed: hidden.removed });
  });

  test("refuses a session that was never there, and options that nobody knows", async () => {
    const { tl } = services;
    for (const erase of [true, false]) {
      await expect(tl.sessions.delete("none", { erase })).rejects.toMatchObject({ reason: "session" });
    }
    await expect(tl.sessions.delete("none", { forever: true } as object)).rejects.toMatchObject({
      code: "invalid",
      reason: "unknown_field",
    });
  });

  test("of writers at the same time, what was acknowledged is in the receipt", async () => {
    const { tl } = services;
    const id = await createSession(10);
    let acknowledged = 10;
    const writers = Array.from({ length: 8 }, async () => {
      for (;;) {
        try {
          await tl.messages.append(id, [{ role: "user", content: "quokka" }]);
          acknowledged += 1;
          // A store in memory would give nobody else a turn.
          await new Promise((resolve) => setTimeout(resolve));
        } catch (error) {
          if (isThroughlineError(error)) return error.code;
          throw error;
        }
      }
    });
    await vi.waitFor(() => expect(acknowledged).toBeGreaterThan(100), { interval: 1, timeout: 10_000 });
    const receipt = await tl.sessions.delete(id, { erase: true });
    expect(new Set(await Promise.all(writers))).toEqual(new Set(["not_found"]));
    expect(receipt.removed.messages).toBe(acknowledged);
    expect((await tl.search({ text: "quokka" })).items).toEqual([]);
  });

  test("two erasers at once do the work of one", async () => {
    const { tl, store } = services;
    const id = await createSession(1_500);
    const receipts = await Promise.all([1, 2, 3].map(() => tl.sessions.delete(id, { erase: true })));
    for (const receipt of receipts) {
      expect(receipt).toEqual(receipts[0]);
      expect(receipt.removed).toEqual({ sessions: 1, messages: 1_500 });
    }
    expect(await tracesOf(store, id)).toEqual(["state receipts/sessions"]);
  });

  test("hides again what was brought back before anybody noted that it is erased", async () => {
    const { tl, store } = services;
    const id = await createSession(2);
    const overtaken = afterNextCommit(services, async () => {
      await tl.sessions.undelete(id);
      await tl.messages.append(id, [{ role: "user", content: "quokka" }]);
    });
    const receipt = await overtaken.sessions.delete(id, { erase: true });
    expect(receipt.removed).toEqual({ sessions: 1, messages: 3 });
    expect(receipt.deletedAt.getTime()).toBeGreaterThan(beginning);
    expect(await tracesOf(store, id)).toEqual(["state receipts/sessions"]);
    expect(await tracesOf(store, "quokka")).toEqual([]);
  });

  test("names no large value that others kept it from removing, and goes on later", async () => {
    const { tl, store } = services;
    /** The services of one before whose removals of large values somebody else begins to stage, so many times. */
    const hindered = (times: number): Throughline => {
      let left = times;
      return beforeCommits(async ({ writes: given }) => {
        const isSweep = given.some((write) => write.type === "remove" && write.kind === "blob_pieces");
        if (!isSweep || left === 0) return;
        left -= 1;
        const writes = listWrites(listName("other"), [], newId(), store.now());
        await store.commit({ tenant: tl.tenant, writes, quiet: { durable: true } });
      });
    };
    const createLarge = async (): Promise<string> => {
      const id = await createSession(1);
      await tl.messages.append(id, [{ role: "tool", content: "quokka".repeat(30_000) }]);
      return id;
    };
    const removed = { sessions: 1, messages: 2, blob_references: 1, blobs: 1 };
    const some = await hindered(20).sessions.delete(await createLarge(), { erase: true });
    expect(some.removed).toEqual(removed);
    expect(await tracesOf(store, "quokka")).toEqual([]);
    const id = await createLarge();
    await expect(hindered(Infinity).sessions.delete(id, { erase: true })).rejects.toMatchObject({
      code: "unavailable",
      reason: "locked",
      retryable: true,
    });
    expect((await tl.sessions.delete(id, { erase: true })).removed).toEqual(removed);
    expect(await tracesOf(store, "quokka")).toEqual([]);
  });

  test("undelete and erase at the same time: one of them wins", async () => {
    const { tl } = services;
    for (let round = 0; round < 10; round += 1) {
      const id = await createSession(2);
      await tl.sessions.delete(id);
      const [erased, back] = await Promise.allSettled([
        tl.sessions.delete(id, { erase: true }),
        tl.sessions.undelete(id),
      ]);
      expect(erased.status).toBe("fulfilled");
      await expect(tl.sessions.get(id)).rejects.toMatchObject({ code: "not_found" });
      const refusal: unknown = back.status === "rejected" ? back.reason : { code: "not_found" };
      expect(refusal).toMatchObject({ code: "not_found" });
    }
  });

  /** The services above a store in which the session gains a fork before each commit that would take it away, so often. */
  function withForks(id: string, times: number): Throughline {
    let left = times;
    return beforeCommits(async ({ writes }) => {
      const isEnd = writes.some((write) => write.type === "remove" && write.kind === "sessions");
      if (!isEnd || left === 0) return;
      left -= 1;
      const fork = { type: "update", kind: "sessions", key: [id], increment: { forks: 1 } } as const;
      await services.store.commit({ tenant: "default", writes: [fork] });
    });
  }

  test("goes on however often forks get in its way, and says so where they never let it", async () => {
    const { tl, store } = services;
    const id = await createSession(2);
    await expect(withForks(id, 1_000).sessions.delete(id, { erase: true })).rejects.toMatchObject({
      code: "unavailable",
      reason: "locked",
      retryable: true,
      details: { session: id },
    });
    expect(await tl.sessions.receipt(id)).toMatchObject({ erased: false, removed: { messages: 2 } });
    expect(await withForks(id, 30).sessions.delete(id, { erase: true })).toMatchObject(whole);
    expect(await tracesOf(store, id)).toEqual(["state receipts/sessions"]);
  });

  test("says that the store is damaged where an erasure has lost its session", async () => {
    const { tl, store } = services;
    const record = stateRecord(
      ["erasing", "sessions", "lost"],
      newJob({ id: "lost", revision: 1, forkedAt: 0, lastSeq: 0 }, 1, true),
      1,
    );
    await store.commit({
      tenant: "default",
      writes: [{ type: "insert", kind: "state", record, exists: "fail" }],
    });
    await expect(tl.gc()).rejects.toMatchObject({
      code: "unavailable",
      reason: "damaged",
      details: { session: "lost" },
    });
  });
});
