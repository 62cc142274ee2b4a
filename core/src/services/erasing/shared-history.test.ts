import { describe, expect, test } from "vitest";
import type { Throughline } from "../throughline.ts";
import { storeNames, useServices } from "../test/use-services.ts";
import { tracesOf } from "./test/traces-of.ts";

const due = { policy: { trashDays: 0 } };

describe.each(storeNames)("what forks share on %s", (name) => {
  const services = useServices(name);

  async function createSession(word: string, count: number): Promise<string> {
    const { tl } = services;
    const { id } = await tl.sessions.create({ title: `${word} title`, externalKey: word });
    await append(id, word, count);
    return id;
  }

  async function append(id: string, word: string, count: number): Promise<void> {
    const some = Array.from({ length: count }, (_, index) => `${word}${index + 1}`);
    await services.tl.messages.append(
      id,
      some.map((content) => ({ role: "user", content })),
    );
  }

  async function read(tl: Throughline, id: string): Promise<readonly unknown[]> {
    const { items } = await tl.messages.list(id, { last: 100 });
    return items.map(({ content }) => content);
  }

  test("stays until the last fork is gone, and the rest goes at once", async () => {
    const { tl, store } = services;
    const root = await createSession("root", 6);
    const fork = (await tl.sessions.fork(root, { atSeq: 3 })).id;
    await append(fork, "fork", 2);
    const hidden = await tl.sessions.delete(root);
    expect(hidden.sharedWith).toEqual([fork]);
    const report = await tl.gc(due);
    expect(report).toMatchObject({ erased: 0, partlyErased: 1 });
    expect(await tl.sessions.receipt(root)).toMatchObject({
      erased: false,
      sharedWith: [fork],
      removed: { messages: 3 },
    });
    expect(await read(tl, fork)).toEqual(["root1", "root2", "root3", "fork1", "fork2"]);
    for (const gone of ["root4", "root5", "root6", "root title"])
      expect(await tracesOf(store, gone)).toEqual([]);
    await expect(tl.sessions.undelete(root)).rejects.toMatchObject({ code: "not_found" });
    expect((await tl.sessions.trash()).items).toEqual([]);
    // Nothing changed: nothing to report.
    expect(await tl.gc(due)).toMatchObject({ erased: 0, partlyErased: 0, sessions: [] });
    await tl.sessions.delete(fork);
    expect(await tl.gc(due)).toMatchObject({ erased: 2, partlyErased: 0 });
    expect(await tl.sessions.receipt(root)).toMatchObject({
      erased: true,
      removed: { sessions: 1, messages: 6 },
    });
    expect(await tracesOf(store, root)).toEqual(["state receipts/sessions"]);
  });

  test("goes with erase: true, which names the forks that lost it", async () => {
    const { tl, store } = services;
    const root = await createSession("root", 4);
    const forks = [2, 3].map(async (atSeq) => (await tl.sessions.fork(root, { atSeq })).id);
    const ids = await Promise.all(forks);
    const beyond = (await tl.sessions.fork(ids[0] ?? "", { atSeq: 1 })).id;
    const receipt = await tl.sessions.delete(root, { erase: true });
    expect(receipt).toMatchObject({ erased: true, sharedWith: [], removed: { sessions: 1, messages: 4 } });
    expect(new Set(receipt.forksWithLostHistory)).toEqual(new Set([...ids, beyond]));
    for (const id of [...ids, beyond]) expect(await read(tl, id)).toEqual([]);
    expect(await tracesOf(store, "root1")).toEqual([]);
  });

  test("is kept for the fork of a fork, also when the one between was erased", async () => {
    const { tl } = services;
    const root = await createSession("root", 4);
    const middle = (await tl.sessions.fork(root, { atSeq: 3 })).id;
    await append(middle, "middle", 2);
    const leaf = (await tl.sessions.fork(middle, { atSeq: 2 })).id;
    await append(leaf, "leaf", 1);
    expect(await tl.sessions.delete(middle, { erase: true })).toMatchObject({ forksWithLostHistory: [] });
    await tl.sessions.delete(root);
    await tl.gc(due);
    expect(await read(tl, leaf)).toEqual(["root1", "root2", "leaf1"]);
    expect(await tl.sessions.receipt(root)).toMatchObject({ removed: { messages: 2 }, sharedWith: [leaf] });
    await tl.sessions.delete(leaf, { erase: true });
    expect(await tl.gc(due)).toMatchObject({ erased: 1, sessions: [{ id: root, reason: "erasing" }] });
  });

  test("is kept for a fork so deep that its record does not name all of its ancestors", async () => {
    const { tl, store } = services;
    const root = await createSession("root", 4);
    const middle = (await tl.sessions.fork(root, { atSeq: 3 })).id;
    const leaf = (await tl.sessions.fork(middle, { atSeq: 2 })).id;
    // As it is of one that has a thousand erased sessions between itself and the root.
    const nearest = [middle, ...Array.from({ length: 999 }, (_, index) => `erased-${index}`)];
    const set = { ancestors: JSON.stringify(nearest) };
    await store.commit({
      tenant: "default",
      writes: [{ type: "update", kind: "sessions", key: [leaf], set }],
    });
    await tl.sessions.delete(middle, { erase: true });
    expect((await tl.sessions.delete(root)).sharedWith).toEqual([leaf]);
    await tl.gc(due);
    expect(await read(tl, leaf)).toEqual(["root1", "root2"]);
    // Who counts it is not known any longer, and it must not be counted away from anybody else.
    await tl.sessions.delete(leaf, { erase: true });
    expect(await tl.gc(due)).toMatchObject({ erased: 1, sessions: [{ id: root, reason: "erasing" }] });
  });

  test("deleted forks that can be brought back keep it; a session that waits for them can be erased at once", async () => {
    const { tl } = services;
    const root = await createSession("root", 4);
    const fork = (await tl.sessions.fork(root, { atSeq: 2 })).id;
    await tl.sessions.delete(root);
    services.time += 1_000;
    const before = { policy: { trashDays: 500 / (24 * 60 * 60 * 1_000) } };
    await tl.sessions.delete(fork);
    await tl.gc(before);
    await tl.sessions.undelete(fork);
    expect(await read(tl, fork)).toEqual(["root1", "root2"]);
    const receipt = await tl.sessions.delete(root, { erase: true });
    expect(receipt).toMatchObject({ erased: true, removed: { messages: 4 }, forksWithLostHistory: [fork] });
  });
});
