import { beforeEach, describe, expect, test } from "vitest";
import type { MessageInput } from "../../schemas/message-input.ts";
import { storedBlobs } from "../test/stored-blobs.ts";
import { storeNames, useServices } from "../test/use-services.ts";

const kilobyte = 1024;
const megabyte = 1024 * kilobyte;

describe.each(storeNames)("large messages on %s", (name) => {
  const services = useServices(name);
  let session = "";

  beforeEach(async () => {
    session = (await services.tl.sessions.create()).id;
  });

  async function contentFormats(): Promise<unknown[]> {
    const { answers } = await services.store.read({
      tenant: "default",
      requests: [
        {
          type: "query",
          kind: "messages",
          shape: "key",
          prefix: [session],
          direction: "forward",
          limit: 1_000,
        },
      ],
    });
    return answers[0].rows.map((row) => row.contentFormat);
  }

  test.each([
    ["1 MB of text", "lorem ipsum ".repeat(megabyte / 12)],
    ["1 MB of two-byte characters", "é".repeat(megabyte / 2)],
    ["10 MB of text", "dolor sit amet ".repeat((10 * megabyte) / 15)],
    ["3 MB of emoji, cut into pieces anywhere", `x${"🧵".repeat((3 * megabyte) / 4)}`],
    ["NUL and lone surrogates", "\0\ud800".repeat(50 * kilobyte)],
  ])("%s comes back as it was given", async (_, content) => {
    await services.tl.messages.append(session, [{ id: "a", role: "user", content }]);
    expect(await contentFormats()).toEqual(["blob"]);
    const [message] = (await services.tl.messages.list(session)).items;
    expect(message?.content === content).toBe(true);
    expect((await services.tl.messages.get(session, "a")).content === content).toBe(true);
  });

  test("large parts and a large native payload come back, one put in the place of another", async () => {
    const { messages } = services.tl;
    const output = { lines: Array.from({ length: 20_000 }, (_, line) => `line ${line}`) };
    const native = { format: "f", text: `{"blob":"x","y":"${"\0z".repeat(80 * kilobyte)}"}` };
    const content = [{ type: "tool-result", toolCallId: "c", output }] as const;
    await messages.append(session, [{ id: "a", role: "tool", content, native }]);
    expect(await messages.get(session, "a", { native: true })).toMatchObject({ content, native });
    await messages.put(session, [{ id: "a", role: "tool", content: "small" }]);
    const small = await messages.get(session, "a", { native: true });
    expect(small).not.toHaveProperty("native");
    expect(small.content).toBe("small");
    await messages.put(session, [{ id: "a", role: "tool", content: "large ".repeat(20_000), native }]);
    expect((await messages.get(session, "a")).content).toHaveLength(120_000);
  });

  test("a large text is found by words at its beginning, middle and end", async () => {
    const filler = "lorem ipsum dolor sit amet ".repeat(20_000);
    await services.tl.messages.append(session, [
      { role: "user", content: `alphaword ${filler} betaword ${filler} gammaword` },
    ]);
    for (const text of ["alphaword", "betaword", "gammaword"]) {
      const { items } = await services.tl.search({ text });
      expect(items).toMatchObject([{ sessionId: session, seq: 1 }]);
      expect(items[0]?.snippet).toContain(text);
    }
    expect((await services.tl.search({ text: "deltaword" })).items).toEqual([]);
  });

  test("one large text in many messages is stored once", async () => {
    const content = "the same ".repeat(30_000);
    await services.tl.messages.append(session, [{ role: "user", content }]);
    await services.tl.messages.append(session, [{ role: "user", content }]);
    const { blobs, pieces } = await storedBlobs(services.store);
    expect([blobs.length, pieces.length]).toEqual([1, 1]);
    const { items } = await services.tl.messages.list(session);
    expect(items.map((item) => item.content === content)).toEqual([true, true]);
  });

  test("an append that fits no batch is staged as far as is needed, and is all there", async () => {
    const given = Array.from({ length: 100 }, (_, index): MessageInput => ({
      id: `m${index}`,
      role: "user",
      content: `${index} `.padEnd(60 * kilobyte, "x"),
    }));
    await services.tl.messages.append(session, given);
    const formats = await contentFormats();
    expect(new Set(formats)).toEqual(new Set(["", "blob"]));
    const { items } = await services.tl.messages.list(session, { limit: 1_000 });
    expect(items.map(({ id, content }) => ({ id, content }))).toEqual(
      given.map(({ id, content }) => ({ id, content })),
    );
  });

  test("a repeat is one whatever else was in the append, staged or not", async () => {
    const { messages } = services.tl;
    const given = Array.from({ length: 100 }, (_, index): MessageInput => ({
      id: `m${index}`,
      role: "assistant",
      content: [{ type: "text", text: `${index} `.padEnd(50 * kilobyte, "y") }],
      native: { format: "f", text: `${index}` },
    }));
    await messages.append(session, given);
    const formats = await contentFormats();
    expect(new Set(formats)).toEqual(new Set(["json", "blob"]));
    // Alone each of them is small enough to be inline.
    for (const index of [0, 99, formats.indexOf("blob"), formats.indexOf("json")]) {
      const one = given[index] as MessageInput;
      expect(await messages.append(session, [one])).toMatchObject({
        replayed: true,
        items: [{ seq: index + 1 }],
      });
      await expect(messages.append(session, [{ ...one, content: "other" }])).rejects.toMatchObject({
        reason: "different_content",
      });
      const otherNative = { ...one, native: { format: "f", text: "other" } };
      await expect(messages.append(session, [otherNative])).rejects.toMatchObject({
        reason: "different_content",
      });
    }
    // And the other way: first inline, then among many.
    const other = (await services.tl.sessions.create()).id;
    for (const one of given) await messages.append(other, [one]);
    expect(await messages.append(other, given)).toMatchObject({ replayed: true });
  });

  test("1,000 messages are an append, 1,001 are not", async () => {
    const given = Array.from({ length: 1_001 }, (): MessageInput => ({ role: "user", content: "x" }));
    await expect(services.tl.messages.append(session, given)).rejects.toMatchObject({
      code: "too_large",
      reason: "messages",
      outcome: "refused",
      details: { limit: 1_000 },
    });
    const { items } = await services.tl.messages.append(session, given.slice(1));
    expect(items.at(-1)?.seq).toBe(1_000);
  });

  test("16 MiB are a message and an append, more are not", async () => {
    const { messages } = services.tl;
    const room = 16 * megabyte - 2 * kilobyte;
    const tooLarge = { code: "too_large", reason: "message", outcome: "refused" };
    await messages.append(session, [{ role: "user", content: "x".repeat(room) }]);
    await expect(
      messages.append(session, [{ role: "user", content: "x".repeat(16 * megabyte) }]),
    ).rejects.toMatchObject({ ...tooLarge, details: { limit: 16 * megabyte } });
    const half = { role: "user", content: "x".repeat(8 * megabyte) } as const;
    await expect(messages.append(session, [half, half])).rejects.toMatchObject(tooLarge);
    const native = { format: "f", text: "x".repeat(9 * megabyte) };
    await expect(messages.append(session, [{ ...half, native }])).rejects.toMatchObject(tooLarge);
    expect((await services.tl.sessions.get(session)).messageCount).toBe(1);
  });

  test("small texts with large metadata fit an append, too", async () => {
    const metadata = { note: "x".repeat(60 * kilobyte) };
    const given = Array.from({ length: 50 }, (): MessageInput => ({
      role: "user",
      content: "y".repeat(20 * kilobyte),
      metadata,
    }));
    const { items } = await services.tl.messages.append(session, given);
    expect(items).toHaveLength(50);
    expect((await services.tl.messages.list(session, { last: 1 })).items[0]).toMatchObject({ metadata });
  });
});
