import { beforeEach, describe, expect, test } from "vitest";
import type { ReadRequest } from "../../contract/read.ts";
import type { MessageInput } from "../../schemas/message-input.ts";
import { noteReads } from "../test/count-reads.ts";
import { storedBlobs } from "../test/stored-blobs.ts";
import { storeNames, useServices } from "../test/use-services.ts";

const kilobyte = 1024;
const megabyte = 1024 * kilobyte;

function file(data: string): MessageInput["content"] {
  return [{ type: "file", mediaType: "application/pdf", filename: "report.pdf", data }];
}

function fetched(reads: readonly (readonly ReadRequest[])[]): number {
  return reads.flat().filter(({ kind }) => kind === "blob_pieces").length;
}

describe.each(storeNames)("large parts on %s", (name) => {
  const services = useServices(name);
  let session = "";

  beforeEach(async () => {
    session = (await services.tl.sessions.create()).id;
  });

  test("a file in two messages, two sessions and another order is stored once, whatever else they say", async () => {
    const { messages, sessions } = services.tl;
    const data = "JVBERi0xLjQK".repeat(20_000);
    const part = { type: "file", mediaType: "application/pdf", filename: "a.pdf", data } as const;
    const other = (await sessions.create()).id;
    const contents: MessageInput["content"][] = [
      [{ type: "text", text: "What does it say?" }, part],
      [part, { type: "text", text: "And this one?" }],
      data,
      [part, part, { type: "tool-result", toolCallId: "c", output: data }],
    ];
    for (const content of contents) await messages.append(session, [{ role: "user", content }]);
    await messages.append(other, [{ role: "user", content: contents[0] ?? "" }]);
    const { blobs, references } = await storedBlobs(services.store);
    expect(blobs).toMatchObject([{ size: data.length + 2, encoding: "gzip" }]);
    expect(references).toHaveLength(5);
    const { items } = await messages.list(session);
    expect(items.map(({ content }) => content)).toEqual(contents);
  });

  test("the same value of two tenants is stored for each of them", async () => {
    const content = "the same ".repeat(20_000);
    const guest = services.tl.withTenant("guest");
    await services.tl.messages.append(session, [{ role: "user", content }]);
    const { id } = await guest.sessions.create();
    await guest.messages.append(id, [{ id: "m", role: "user", content }]);
    const [own, theirs] = [await storedBlobs(services.store), await storedBlobs(services.store, "guest")];
    expect(own.blobs.map(({ hash }) => hash)).toEqual(theirs.blobs.map(({ hash }) => hash));
    expect([own.pieces.length, theirs.pieces.length]).toEqual([1, 1]);
    await guest.messages.delete(id, "m");
    expect((await storedBlobs(services.store, "guest")).blobs).toEqual([]);
    expect((await services.tl.messages.list(session)).items[0]?.content).toBe(content);
  });

  test("parts come back as they were given, the awkward ones too", async () => {
    const { messages } = services.tl;
    const awkward = `\0\ud800"\\\n\u2028 🧵 é ${"x".repeat(70 * kilobyte)}`;
    const content = [
      { type: "reasoning", text: awkward },
      {
        type: "tool-call",
        toolCallId: "c",
        toolName: "t",
        input: { [awkward]: [null, -0.5, awkward], 2: 1, 1: 2 },
      },
      { type: "tool-result", toolCallId: "c", toolName: "t", output: [awkward], isError: true },
      { type: "data", name: "d", data: { __proto__: null, awkward, deep: { awkward } } },
      { type: "text", text: "small" },
      { type: "file", mediaType: "m", data: "data".repeat(30 * kilobyte) },
      { type: "source", url: "https://example.com" },
    ] as const satisfies MessageInput["content"];
    const native = { format: "f", text: awkward.repeat(20) };
    await messages.append(session, [{ id: "a", role: "assistant", content, native }]);
    const message = await messages.get(session, "a", { native: true });
    expect(message.content).toEqual(content);
    expect(JSON.stringify(message.content)).toBe(JSON.stringify(content));
    expect(message.native).toEqual(native);
    expect(await messages.append(session, [{ id: "a", role: "assistant", content, native }])).toMatchObject({
      replayed: true,
    });
    const changed = content.map((part) => (part.type === "text" ? { ...part, text: "other" } : part));
    await expect(
      messages.append(session, [{ id: "a", role: "assistant", content: changed, native }]),
    ).rejects.toMatchObject({ reason: "different_content" });
  });

  test("text is packed, in pieces of at most a megabyte of it", async () => {
    const { messages } = services.tl;
    const text = JSON.stringify(Array.from({ length: 80_000 }, (_, line) => ({ line, text: `row ${line}` })));
    await messages.append(session, [{ id: "text", role: "tool", content: file(text) }]);
    const { blobs, pieces } = await storedBlobs(services.store);
    const [blob] = blobs;
    expect(blob).toMatchObject({ encoding: "gzip", pieces: Math.ceil((blob?.size as number) / megabyte) });
    expect(pieces).toHaveLength(blob?.pieces as number);
    const stored = pieces.reduce((sum, { bytes }) => sum + (bytes as Uint8Array).length, 0);
    expect(stored).toBeLessThan((blob?.size as number) / 3);
    expect((await messages.get(session, "text")).content).toEqual(file(text));
  });

  test("who reads other messages fetches nothing of a large one", async () => {
    const output = "line of output\n".repeat((10 * megabyte) / 15);
    const given = Array.from({ length: 80 }, (_, index): MessageInput =>
      index === 9
        ? { id: `m${index}`, role: "tool", content: [{ type: "tool-result", toolCallId: "c", output }] }
        : { id: `m${index}`, role: "user", content: `number ${index}` },
    );
    await services.tl.messages.append(session, given);
    const { tl, reads } = noteReads(services.tl);
    expect((await tl.messages.list(session, { last: 50 })).items).toHaveLength(50);
    expect((await tl.messages.get(session, "m3")).content).toBe("number 3");
    expect(fetched(reads)).toBe(0);
    expect((await tl.messages.list(session, { limit: 50 })).items[9]?.content).toEqual(given[9]?.content);
    // In steps, between which others have their turn.
    expect(fetched(reads)).toBe(6);
    for await (const message of tl.messages.stream(session, { afterSeq: 10 }))
      expect(message.seq).toBeGreaterThan(10);
    expect(fetched(reads)).toBe(6);
  });

  test("many that are smaller are fetched together", async () => {
    const { messages } = services.tl;
    const texts = Array.from({ length: 24 }, (_, index) => `${index} `.repeat(30 * kilobyte));
    await messages.append(
      session,
      texts.map((content) => ({ role: "user", content })),
    );
    const { tl, reads } = noteReads(services.tl);
    expect((await tl.messages.list(session)).items.map(({ content }) => content)).toEqual(texts);
    expect(fetched(reads)).toBeLessThanOrEqual(2);
  });

  test("the text of large parts is found, the bytes of a file are not", async () => {
    const { tl } = services;
    const filler = "lorem ipsum ".repeat(20_000);
    const content = [
      { type: "tool-result", toolCallId: "c", output: { text: `alphaword ${filler} betaword` } },
      { type: "file", mediaType: "m", filename: "gammaword.pdf", data: `deltaword ${filler}` },
      { type: "text", text: `epsilonword ${filler}` },
    ] as const;
    await tl.messages.append(session, [{ role: "tool", content }]);
    for (const text of ["alphaword", "betaword", "gammaword", "epsilonword"]) {
      expect((await tl.search({ text })).items, text).toMatchObject([{ seq: 1 }]);
    }
    expect((await tl.search({ text: "deltaword" })).items).toEqual([]);
  });

  test("a repeat is one, however it is staged: alone by parts, among many as a whole", async () => {
    const { messages } = services.tl;
    const one: MessageInput = {
      id: "m50",
      role: "tool",
      content: [
        { type: "text", text: "note ".repeat(100) },
        { type: "tool-result", toolCallId: "c", output: "x".repeat(70 * kilobyte) },
        { type: "text", text: "y".repeat(60 * kilobyte) },
      ],
    };
    const many = Array.from({ length: 100 }, (_, index): MessageInput =>
      index === 50 ? one : { id: `m${index}`, role: "user", content: `${index} `.padEnd(60 * kilobyte, "z") },
    );
    const other = (await services.tl.sessions.create()).id;
    await messages.append(session, [one]);
    await messages.append(other, many);
    expect(await messages.append(other, [one])).toMatchObject({ replayed: true, items: [{ seq: 51 }] });
    expect(await messages.append(session, many.slice(50, 51))).toMatchObject({ replayed: true });
    await messages.append(session, many);
    expect((await messages.list(session, { limit: 1 })).items[0]?.content).toEqual(one.content);
  });

  test("small appends stage nothing, and send what they always sent", async () => {
    const { messages } = services.tl;
    await messages.append(session, [{ role: "user", content: "small" }]);
    expect(await storedBlobs(services.store)).toEqual({ blobs: [], pieces: [], lists: [], references: [] });
  });

  test("a piece that is missing or damaged is told, never other text", async () => {
    const { messages } = services.tl;
    const { tl, store } = services;
    await messages.append(session, [{ id: "a", role: "user", content: "x".repeat(100_000) }]);
    const { pieces } = await storedBlobs(store);
    const record = pieces[0] ?? {};
    const { revision: _, ...piece } = record as { revision?: number };
    const damage = async (bytes: Uint8Array): Promise<void> => {
      const write = { type: "insert", kind: "blob_pieces", exists: "replace" } as const;
      await store.commit({
        tenant: "default",
        writes: [{ ...write, record: { ...piece, bytes } }],
        quiet: { durable: true },
      });
    };
    const whole = (record as unknown as { bytes: Uint8Array }).bytes;
    for (const bytes of [whole.subarray(0, 20), new Uint8Array([0xff]), new Uint8Array(0)]) {
      await damage(bytes);
      await expect(tl.messages.get(session, "a")).rejects.toMatchObject({
        code: "unavailable",
        reason: "damaged",
      });
    }
    await damage(whole);
    expect((await tl.messages.get(session, "a")).content).toHaveLength(100_000);
  });

  test("a large value of other bytes, as many as it had, is told by whoever reads it", async () => {
    const { tl, store } = services;
    const { messages, sessions } = tl;
    const large = "x".repeat(100_000);
    const content = [{ type: "tool-result", toolCallId: "c", output: large }] as const;
    await messages.append(session, [{ id: "content", role: "tool", content }]);
    const other = (await sessions.create()).id;
    await messages.append(other, [
      { id: "native", role: "user", content: "small", native: { format: "f", text: `${large}y` } },
    ]);
    const { blobs, pieces } = await storedBlobs(store);
    const records = pieces.map(({ hash = "", piece = 0 }) => {
      const size = blobs.find((blob) => blob.hash === hash)?.size as number;
      return { hash, piece, bytes: new TextEncoder().encode("z".repeat(size)) };
    });
    const write = { type: "insert", kind: "blob_pieces", exists: "replace" } as const;
    const writes = records.map((record) => ({ ...write, record }));
    await store.commit({ tenant: "default", writes, quiet: { durable: true } });
    const readings = [
      () => messages.get(session, "content"),
      () => messages.list(session),
      () => messages.stream(session).next(),
      () => sessions.statistics(session),
      () => messages.get(other, "native", { native: true }),
    ];
    for (const read of readings) {
      await expect(read()).rejects.toMatchObject({ code: "unavailable", reason: "damaged" });
    }
  });

  test("a search goes on without a large value that is damaged, and shows the rest of its message", async () => {
    const { messages } = services.tl;
    const { tl, store } = services;
    const large = (word: string): string => `${word} `.repeat(20_000);
    const parts = ["walrus inside", large("octopus")].map((text) => ({ type: "text", text }) as const);
    await messages.append(session, [
      { id: "whole", role: "user", content: large("walrus") },
      { id: "parts", role: "user", content: parts },
      {
        id: "file",
        role: "user",
        content: [...parts.slice(0, 1), { type: "file", mediaType: "image/png", data: large("pixel") }],
      },
    ]);
    const other = (await tl.sessions.create()).id;
    await messages.append(other, [{ id: "other", role: "user", content: "another walrus" }]);
    const { pieces } = await storedBlobs(store);
    expect(pieces).toHaveLength(3);
    for (const bytes of [
      new Uint8Array([0x1f, 0x8b, 1]),
      new Uint8Array([0xff]),
      new Uint8Array([0x7b]),
      new Uint8Array([0x35]),
    ]) {
      await store.commit({
        tenant: "default",
        writes: pieces.map(({ hash = "", piece = 0 }) => ({
          type: "insert",
          kind: "blob_pieces",
          exists: "replace",
          record: { hash, piece, bytes },
        })),
        quiet: { durable: true },
      });
      const { items } = await tl.search({ text: "walrus", order: "recent" });
      const found = new Map(items.map(({ messageId, snippet }) => [messageId, snippet]));
      expect(found.get("other")).toBe("another walrus");
      expect([found.get("parts"), found.get("file")]).toEqual(["walrus inside", "walrus inside"]);
    }
  });
});
