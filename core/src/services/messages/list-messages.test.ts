import { beforeEach, describe, expect, test } from "vitest";
import { writeCursor } from "../cursor.ts";
import type { MessagePage } from "./list-messages.ts";
import { storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("pages of messages on %s", (name) => {
  const services = useServices(name);
  let session = "";

  beforeEach(async () => {
    session = (await services.tl.sessions.create()).id;
  });

  async function append(count: number): Promise<void> {
    const messages = Array.from({ length: count }, (_, index) => ({
      role: "user" as const,
      content: `message ${index}`,
    }));
    await services.tl.messages.append(session, messages);
  }

  async function deleteAt(...positions: readonly number[]): Promise<void> {
    const writes = positions.map(
      (seq) => ({ type: "remove", kind: "messages", key: [session, seq] }) as const,
    );
    await services.store.commit({ tenant: "default", writes });
  }

  function seqs({ items }: MessagePage): number[] {
    return items.map(({ seq }) => seq);
  }

  async function list(options: Parameters<typeof services.tl.messages.list>[1]): Promise<MessagePage> {
    return services.tl.messages.list(session, options);
  }

  test("an empty session has an empty page", async () => {
    for (const options of [{}, { last: 5 }, { afterSeq: 3 }, { beforeSeq: 3 }]) {
      expect(await list(options)).toEqual({ items: [] });
    }
    await expect(services.tl.messages.list("nobody")).rejects.toMatchObject({
      code: "not_found",
      reason: "session",
    });
  });

  test("the first 50 by default, the last, those after and before a position", async () => {
    await append(120);
    expect(seqs(await list({}))).toEqual(range(1, 50));
    expect(seqs(await list({ last: 3 }))).toEqual([118, 119, 120]);
    expect(seqs(await list({ afterSeq: 118 }))).toEqual([119, 120]);
    expect(seqs(await list({ afterSeq: 10, limit: 2 }))).toEqual([11, 12]);
    expect(seqs(await list({ beforeSeq: 10, limit: 2 }))).toEqual([8, 9]);
    expect(seqs(await list({ beforeSeq: 3 }))).toEqual([1, 2]);
    expect(seqs(await list({ last: 1_000 }))).toEqual(range(1, 120));
    expect(seqs(await list({ afterSeq: Number.MAX_SAFE_INTEGER - 1 }))).toEqual([]);
    expect(seqs(await list({ beforeSeq: Number.MAX_SAFE_INTEGER - 1, limit: 1 }))).toEqual([120]);
    expect(seqs(await list({ beforeSeq: 0 }))).toEqual([]);
  });

  test("pages say whether they go on, both ways", async () => {
    await append(10);
    const ways = async (options: Parameters<typeof list>[0]): Promise<string> => {
      const { previous, next } = await list(options);
      return `${previous === undefined ? "" : "<"}${next === undefined ? "" : ">"}`;
    };
    expect(await ways({})).toBe("");
    expect(await ways({ limit: 10 })).toBe("");
    expect(await ways({ limit: 9 })).toBe(">");
    expect(await ways({ last: 9 })).toBe("<");
    expect(await ways({ last: 10 })).toBe("");
    expect(await ways({ afterSeq: 5, limit: 5 })).toBe("<");
    expect(await ways({ afterSeq: 5, limit: 2 })).toBe("<>");
    expect(await ways({ afterSeq: 10 })).toBe("");
    expect(await ways({ beforeSeq: 11 })).toBe("");
    expect(await ways({ beforeSeq: 100, limit: 3 })).toBe("<");
    expect(await ways({ beforeSeq: 10, limit: 9 })).toBe(">");
    expect(await ways({ beforeSeq: 6, limit: 2 })).toBe("<>");
  });

  test.each([1, 7, 25])("pages of %i reach every message exactly once, both ways", async (limit) => {
    await append(60);
    await deleteAt(1, 2, 30, 31, 32, 33, 34, 35, 36, 37, 38, 59, 60);
    const live = [...range(3, 29), ...range(39, 58)];
    expect(await walkForward(await list({ limit }), limit)).toEqual(live);
    expect(await walkBackward(await list({ last: limit }), limit)).toEqual(live);
    // There and back again.
    const first = await list({ afterSeq: 0, limit });
    const second = await list({ cursor: first.next ?? "", limit });
    expect(seqs(await list({ cursor: second.previous ?? "", limit }))).toEqual(seqs(first));
  });

  async function walkForward(first: MessagePage, limit: number): Promise<number[]> {
    const found = seqs(first);
    for (let page = first; page.next !== undefined;) {
      page = await list({ cursor: page.next, limit });
      found.push(...seqs(page));
    }
    return found;
  }

  async function walkBackward(first: MessagePage, limit: number): Promise<number[]> {
    const found = seqs(first);
    for (let page = first; page.previous !== undefined;) {
      page = await list({ cursor: page.previous, limit });
      found.unshift(...seqs(page));
    }
    return found;
  }

  test("pages are filled across long runs of deleted messages", async () => {
    await append(300);
    await deleteAt(...range(11, 290));
    expect(seqs(await list({ limit: 15 }))).toEqual([...range(1, 10), ...range(291, 295)]);
    expect(seqs(await list({ last: 15 }))).toEqual([...range(6, 10), ...range(291, 300)]);
    expect(seqs(await list({ afterSeq: 50, limit: 1 }))).toEqual([291]);
    expect(seqs(await list({ beforeSeq: 240, limit: 1 }))).toEqual([10]);
  });

  test("appends while a reader pages are at the end, once", async () => {
    await append(20);
    const found: number[] = [];
    let page = await list({ limit: 3 });
    for (let turn = 0; ; turn += 1) {
      found.push(...seqs(page));
      if (page.next === undefined) break;
      if (turn < 5) await append(2);
      page = await list({ cursor: page.next, limit: 3 });
    }
    expect(found).toEqual(range(1, 30));
  });

  test("a stream gives every message in order, also of a session that grows meanwhile", async () => {
    await append(700);
    await deleteAt(1, 50, 51, 700);
    const found: number[] = [];
    for await (const { seq } of services.tl.messages.stream(session)) {
      found.push(seq);
      if (seq === 400) await append(3);
    }
    expect(found).toEqual([...range(2, 49), ...range(52, 699), 701, 702, 703]);
    const later: number[] = [];
    for await (const { seq } of services.tl.messages.stream(session, { afterSeq: 698 })) later.push(seq);
    expect(later).toEqual([699, 701, 702, 703]);
  });

  test("a stream of no session, and one that was given up, fail at the first message", async () => {
    const first = (stream: AsyncGenerator): Promise<unknown> => stream.next();
    await expect(first(services.tl.messages.stream("nobody"))).rejects.toMatchObject({ code: "not_found" });
    const signal = AbortSignal.abort();
    await expect(first(services.tl.messages.stream(session, { signal }))).rejects.toMatchObject({
      name: "AbortError",
    });
  });

  test("the native payload is given where it is asked for", async () => {
    const native = { format: "other", text: '{ "kept": "as it was",\r\n "n": 1.0 }' };
    await services.tl.messages.append(session, [{ id: "a", role: "user", content: "x", native }]);
    expect((await list({})).items[0]).not.toHaveProperty("native");
    expect((await list({ native: true })).items[0]?.native).toEqual(native);
    expect((await list({ last: 1, native: true })).items[0]?.native).toEqual(native);
    expect(await services.tl.messages.get(session, "a")).not.toHaveProperty("native");
    expect((await services.tl.messages.get(session, "a", { native: true })).native).toEqual(native);
    for await (const message of services.tl.messages.stream(session, { native: true })) {
      expect(message.native).toEqual(native);
    }
  });

  test("a cursor is of one session", async () => {
    await append(3);
    const { next = "" } = await list({ limit: 1 });
    const other = await services.tl.sessions.create();
    await expect(services.tl.messages.list(other.id, { cursor: next })).rejects.toMatchObject({
      code: "invalid",
      reason: "cursor",
    });
  });

  test("a cursor that somebody made up is refused, and never an error of ours", async () => {
    await append(3);
    for (const values of [["forward", "x"], ["backward", -1.5], ["sideways", "x"], ["forward"]]) {
      const cursor = writeCursor(`messages ${session}`, values);
      await expect(list({ cursor })).rejects.toMatchObject({ name: "ThroughlineError", code: "invalid" });
    }
  });

  test.each([
    [{ last: 0 }, "last"],
    [{ limit: 1_001 }, "limit"],
    [{ afterSeq: -1 }, "afterSeq"],
    [{ beforeSeq: Number.MAX_SAFE_INTEGER }, "beforeSeq"],
    [{ before: 4 }, "before"],
    [{ native: 1 }, "native"],
    [{ last: 1, afterSeq: 1 }, ""],
    [{ afterSeq: 1, beforeSeq: 5 }, ""],
  ])("the options %j are refused", async (options, field) => {
    await expect(list(options as never)).rejects.toMatchObject({ code: "invalid", details: { field } });
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
