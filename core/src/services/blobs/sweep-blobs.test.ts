import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { GuardedStore } from "../../contract/store.ts";
import { newId } from "../../id.ts";
import type { MessageInput } from "../../schemas/message-input.ts";
import { blobOfText } from "./blob-value.ts";
import type { ServiceContext } from "../service-context.ts";
import { type SweepOptions, sweepBlobs } from "./sweep-blobs.ts";
import { dyingAt } from "../test/dying-at.ts";
import { storedBlobs } from "../test/stored-blobs.ts";
import { type Services, beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";
import { Throughline } from "../throughline.ts";

const day = 24 * 60 * 60 * 1000;
const nothing = { blobs: 0, bytes: 0, left: 0 };

function contextOf(store: GuardedStore): ServiceContext {
  return { store, tenant: "default", generateId: newId };
}

function sweep({ store }: Services, options?: SweepOptions): ReturnType<typeof sweepBlobs> {
  return sweepBlobs(contextOf(store), options);
}

function large(text: string): string {
  return `${text} `.repeat(35_000);
}

function message(id: string, content: MessageInput["content"]): MessageInput {
  return { id, role: "user", content };
}

describe.each(storeNames)("sweeping large values on %s", (name) => {
  const services = useServices(name);
  let session = "";

  beforeEach(async () => {
    session = (await services.tl.sessions.create()).id;
  });

  test("what a message names stays, however old it is, also in a deleted session", async () => {
    const { messages, sessions } = services.tl;
    await messages.append(session, [
      { ...message("a", large("text")), native: { format: "f", text: large("native") } },
    ]);
    services.time += 5 * day;
    expect(await sweep(services)).toEqual(nothing);
    await sessions.delete(session);
    services.time += 5 * day;
    expect(await sweep(services)).toEqual(nothing);
    await sessions.undelete(session);
    const { content, native } = await messages.get(session, "a", { native: true });
    expect([content, native]).toEqual([large("text"), { format: "f", text: large("native") }]);
  });

  test("a deleted message's value goes at once, but for what another one names", async () => {
    const { messages } = services.tl;
    const shared = { type: "file", mediaType: "m", data: large("shared") } as const;
    const own = { type: "tool-result", toolCallId: "c", output: large("own") } as const;
    await messages.append(session, [
      { ...message("a", [shared, own]), native: { format: "f", text: large("native") } },
      message("b", [shared]),
    ]);
    expect((await storedBlobs(services.store)).references).toHaveLength(4);
    await messages.delete(session, "a");
    const left = await storedBlobs(services.store);
    expect(left.blobs).toMatchObject([{ size: large("shared").length + 2 }]);
    expect(left.references).toMatchObject([{ ownerId: "b", sessionId: session }]);
    await messages.delete(session, "b");
    expect(await storedBlobs(services.store)).toEqual({ blobs: [], pieces: [], lists: [], references: [] });
  });

  test("a replaced message's value goes with the first sweep a day later, its reference too", async () => {
    const { messages } = services.tl;
    await messages.append(session, [message("a", large("first"))]);
    await messages.put(session, [message("a", large("second"))]);
    expect(await sweep(services)).toEqual(nothing);
    services.time += 2 * day;
    const bytes = large("first").length + 2;
    const { hash } = await blobOfText(JSON.stringify(large("first")));
    expect(await sweep(services, { dryRun: true })).toEqual({ blobs: 1, bytes, free: [hash], left: 0 });
    expect((await storedBlobs(services.store)).references).toHaveLength(2);
    expect(await sweep(services)).toEqual({ blobs: 1, bytes, left: 0 });
    expect(await sweep(services)).toEqual(nothing);
    expect((await storedBlobs(services.store)).references).toHaveLength(1);
    expect((await messages.get(session, "a")).content).toBe(large("second"));
  });

  test("given hashes are looked at at once, and no others", async () => {
    const { messages } = services.tl;
    await messages.append(session, [
      message("a", large("one")),
      message("b", large("two")),
      message("c", large("held")),
    ]);
    await messages.put(session, [message("a", "small"), message("b", "small")]);
    const { blobs } = await storedBlobs(services.store);
    const one = blobs
      .filter(({ size }) => size === large("one").length + 2)
      .map(({ hash }) => hash as string);
    expect(one).toHaveLength(2);
    expect(await sweep(services, { hashes: [one[0] ?? ""] })).toMatchObject({ blobs: 1 });
    expect(await sweep(services, { hashes: blobs.map(({ hash }) => hash as string) })).toMatchObject({
      blobs: 1,
    });
    expect(await sweep(services, { hashes: ["none", "staging"] })).toEqual(nothing);
    expect((await messages.get(session, "c")).content).toBe(large("held"));
  });

  test("a limit ends a sweep, and the next one goes on", async () => {
    const { messages } = services.tl;
    const given = Array.from({ length: 12 }, (_, index) => message(`m${index}`, large(`${index}`)));
    await messages.append(session, given);
    await messages.put(
      session,
      given.map(({ id = "" }) => message(id, "small")),
    );
    services.time += 2 * day;
    const swept: number[] = [];
    for (let round = 0; round < 4; round += 1) swept.push((await sweep(services, { limit: 5 })).blobs);
    expect(swept).toEqual([5, 5, 2, 0]);
  });

  test("a signal ends a sweep before the next step", async () => {
    const { messages } = services.tl;
    await messages.append(session, [message("a", large("text"))]);
    await messages.put(session, [message("a", "small")]);
    services.time += 2 * day;
    await expect(sweep(services, { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
    expect((await storedBlobs(services.store)).blobs).toHaveLength(1);
  });

  test("what is from before references were kept is never swept", async () => {
    const bytes = new TextEncoder().encode(JSON.stringify(large("old")));
    const hash = "0".repeat(64);
    const record = { hash, size: bytes.length, pieces: 1, encoding: "", createdAt: 1, touchedAt: 0 };
    const insert = { type: "insert", exists: "fail" } as const;
    await services.store.commit({
      tenant: "default",
      writes: [
        { ...insert, kind: "blobs", record },
        { ...insert, kind: "blob_pieces", record: { hash, piece: 0, bytes } },
      ],
      quiet: { durable: true },
    });
    services.time += 5 * day;
    expect(await sweep(services)).toEqual(nothing);
    expect(await sweep(services, { hashes: [hash] })).toEqual(nothing);
    expect((await storedBlobs(services.store)).blobs).toHaveLength(1);
  });

  test("an old value that is named again stays one that is never swept", async () => {
    const { messages } = services.tl;
    await messages.append(session, [message("a", large("old"))]);
    const { blobs } = await storedBlobs(services.store);
    const hash = blobs[0]?.hash as string;
    const untouched = { type: "update", kind: "blobs", key: [hash], set: { touchedAt: 0 } } as const;
    await services.store.commit({ tenant: "default", writes: [untouched], quiet: { durable: true } });
    const reference = {
      type: "remove",
      kind: "blob_references",
      key: [session, hash, "messages", "a"],
    } as const;
    await services.store.commit({ tenant: "default", writes: [reference] });
    await messages.append(session, [message("b", large("old"))]);
    await messages.delete(session, "b");
    services.time += 5 * day;
    await sweep(services);
    expect((await messages.get(session, "a")).content).toBe(large("old"));
  });

  test("a refused append takes what it staged away again, but not what was there", async () => {
    const { messages, sessions } = services.tl;
    await messages.append(session, [message("a", large("there"))]);
    const gone = (await sessions.create()).id;
    await sessions.delete(gone);
    const given = [message("b", large("there")), message("c", large("new"))];
    await expect(messages.append("none", given)).rejects.toMatchObject({
      code: "not_found",
      reason: "absent",
    });
    await expect(messages.append(gone, given)).rejects.toMatchObject({
      code: "not_found",
      reason: "deleted",
    });
    await expect(messages.append(session, given, { expectedSeq: 7 })).rejects.toMatchObject({
      reason: "position",
    });
    await expect(
      messages.put(session, [message("c", large("new"))], { expectedRevision: 7 }),
    ).rejects.toMatchObject({ reason: "expectation" });
    const { blobs, lists, references } = await storedBlobs(services.store);
    expect([blobs.length, lists.length, references.length]).toEqual([1, 0, 1]);
  });

  test("a repeat of an append whose message was deleted brings nothing of it back", async () => {
    const { messages } = services.tl;
    await messages.append(session, [message("a", large("text"))]);
    await messages.delete(session, "a");
    expect(await messages.append(session, [message("a", large("text"))])).toMatchObject({ replayed: true });
    expect(await storedBlobs(services.store)).toEqual({ blobs: [], pieces: [], lists: [], references: [] });
  });

  test("a session is made with large messages, or found, by whoever is first", async () => {
    const { tl } = services;
    const input = { externalKey: "k", terminal: "t" };
    const first = await tl.sessions.getOrCreate(input, { messages: [message("a", large("text"))] });
    expect(first).toMatchObject({ created: true, messages: [{ seq: 1 }] });
    const again = await tl.sessions.getOrCreate(input, { messages: [message("a", large("text"))] });
    expect(again).toMatchObject({
      created: false,
      session: { id: first.session.id },
      messages: [{ seq: 1 }],
    });
    const other = beforeNextCommit(services, async () => {
      await tl.sessions.getOrCreate({ externalKey: "l" }, { messages: [message("x", large("other"))] });
    });
    const raced = await other.sessions.getOrCreate(
      { externalKey: "l" },
      { messages: [message("y", large("text"))] },
    );
    expect(raced).toMatchObject({ created: false, messages: [{ seq: 2 }] });
    services.time += 3 * day;
    await sweep(services);
    const { items } = await tl.messages.list(raced.session.id);
    expect(items.map(({ content }) => content.slice(0, 5))).toEqual(["other", "text "]);
    const { references } = await storedBlobs(services.store);
    expect(new Set(references.map(({ sessionId }) => sessionId))).toEqual(
      new Set([first.session.id, raced.session.id]),
    );
  });

  test.each([true, false])(
    "whoever died on the way left nothing that stays (commits carried out: %s)",
    async (did) => {
      const content = [
        // Takes two batches, packed as it is.
        { type: "file", mediaType: "m", data: randomBytes(4_500_000).toString("base64") },
        { type: "tool-result", toolCallId: "c", output: large("output") },
      ] as const;
      for (let commits = 1; ; commits += 1) {
        const id = `m${commits}`;
        // Each round has values of its own.
        const own = content.map((part) =>
          part.type === "file" ? { ...part, data: `${id}${part.data}` } : part,
        );
        const died = await dyingAt(services, commits, did)
          .messages.append(session, [message(id, own)])
          .then(
            () => false,
            () => true,
          );
        services.time += 3 * day;
        await sweep(services);
        const { items } = await services.tl.messages.list(session, { limit: 1_000 });
        expect(items.every((item) => JSON.stringify(item.content).length > 5_000_000)).toBe(true);
        const { blobs, pieces, lists, references } = await storedBlobs(services.store);
        expect(lists).toEqual([]);
        expect(blobs).toHaveLength(items.length === 0 ? 0 : items.length + 1);
        expect(new Set(pieces.map(({ hash }) => hash)).size).toBe(blobs.length);
        expect(references).toHaveLength(items.length * 2);
        if (!died) return;
      }
    },
  );

  test("a reader whose message is changed or deleted under it gets what is there now", async () => {
    const { tl, store } = services;
    const given = ["a", "b", "c"].map((id) => message(id, large(id)));
    await tl.messages.append(session, given);
    let isFirst = true;
    const reader = new Throughline({
      capabilities: store.capabilities,
      kinds: store.kinds,
      now: () => store.now(),
      commit: async (batch, options) => store.commit(batch, options),
      read: async (input, options) => {
        if (isFirst && input.requests.some(({ kind }) => kind === "blobs")) {
          isFirst = false;
          await tl.messages.delete(session, "a");
          await tl.messages.put(session, [message("b", large("other"))]);
          services.time += 3 * day;
          await sweep(services);
        }
        return store.read(input, options);
      },
      search: async (input, options) => store.search(input, options),
      changes: async (input, options) => store.changes(input, options),
      check: async () => store.check(),
      prune: async (before) => store.prune(before),
      close: async () => store.close(),
    });
    const { items } = await reader.messages.list(session);
    expect(items.map(({ id, content }) => [id, content.slice(0, 8)])).toEqual([
      ["b", "other ot"],
      ["c", "c c c c "],
    ]);
  });
});
