import { beforeEach, describe, expect, test } from "vitest";
import { messageToJson } from "../to-json.ts";
import { noteReads } from "../test/count-reads.ts";
import { storeNames, useServices } from "../test/use-services.ts";

const user = "user" as const;

describe.each(storeNames)("lists of other paths on %s", (name) => {
  const services = useServices(name);
  let session = "";

  // a b c d is current; e f is a branch beside b, and c is deleted.
  beforeEach(async () => {
    const { sessions, messages } = services.tl;
    session = (await sessions.create()).id;
    const given = ["a", "b", "c", "d"].map((id) => ({ id, role: user, content: id }));
    await messages.append(session, given);
    await messages.append(session, [
      { id: "e", role: user, content: "e", parentId: "a", metadata: { a: 1 } },
      { id: "f", role: user, content: "f" },
    ]);
    await messages.delete(session, "c");
  });

  type Options = Parameters<typeof services.tl.messages.list>[1];

  async function ids(options: Options, of = session): Promise<string> {
    return (await services.tl.messages.list(of, options)).items.map(({ id }) => id).join("");
  }

  async function streamed(options: Parameters<typeof services.tl.messages.stream>[1]): Promise<string> {
    let found = "";
    for await (const { id } of services.tl.messages.stream(session, options)) found += id;
    return found;
  }

  test("the path that ends at any position", async () => {
    expect(await ids({})).toBe("abd");
    expect(await ids({ branch: 6 })).toBe("aef");
    expect(await ids({ branch: 5 })).toBe("ae");
    expect(await ids({ branch: 2 })).toBe("ab");
    expect(await ids({ branch: 6, last: 1 })).toBe("f");
    expect(await ids({ branch: 6, afterSeq: 1, limit: 1 })).toBe("e");
    expect(await streamed({ branch: 6 })).toBe("aef");
    expect(await streamed({ branch: 6, afterSeq: 1 })).toBe("ef");
  });

  test("every message of the session, and deleted ones too", async () => {
    expect(await ids({ all: true })).toBe("abdef");
    expect(await ids({ all: true, last: 2 })).toBe("ef");
    expect(await ids({ all: true, tombstones: true })).toBe("abcdef");
    expect(await ids({ tombstones: true })).toBe("abcd");
    expect(await ids({ tombstones: true, branch: 3 })).toBe("abc");
    expect(await streamed({ all: true })).toBe("abdef");
    expect(await streamed({ tombstones: true })).toBe("abcd");
  });

  test("a deleted message says when it was, and nothing else", async () => {
    const { items } = await services.tl.messages.list(session, { tombstones: true });
    const [live, , deleted] = items;
    expect(live).not.toHaveProperty("removedAt");
    expect(deleted).toMatchObject({ id: "c", seq: 3, parentSeq: 2, content: "", metadata: {}, role: "user" });
    expect(deleted?.removedAt).toEqual(deleted?.updatedAt);
    if (live === undefined || deleted === undefined) throw new Error("there are four messages");
    expect(messageToJson(deleted)).toMatchObject({
      removed_at: deleted.removedAt?.toISOString(),
      content: "",
    });
    expect(messageToJson(live)).not.toHaveProperty("removed_at");
  });

  test.each([0, 7, -1, Number.MAX_SAFE_INTEGER])("there is no path to position %i", async (branch) => {
    const refused = { code: "invalid", reason: "position" };
    await expect(services.tl.messages.list(session, { branch })).rejects.toMatchObject(refused);
    await expect(streamed({ branch })).rejects.toMatchObject(refused);
    // Also once the session is known.
    await services.tl.messages.list(session);
    await expect(services.tl.messages.list(session, { branch })).rejects.toMatchObject(refused);
  });

  test("a cursor belongs to its own list", async () => {
    const lists: Options[] = [{}, { branch: 6 }, { branch: 5 }, { all: true }, { tombstones: true }];
    for (const [index, options] of lists.entries()) {
      const { next: cursor = "" } = await services.tl.messages.list(session, { ...options, limit: 1 });
      const own = await services.tl.messages.list(session, { ...options, cursor });
      expect(own.items.length).toBeGreaterThan(0);
      for (const others of lists.filter((_, other) => other !== index)) {
        const page = services.tl.messages.list(session, { ...others, cursor });
        await expect(page).rejects.toMatchObject({ code: "invalid", reason: "cursor" });
      }
    }
  });

  test.each([
    [{ branch: 1, all: true }, ""],
    [{ branch: 1.5 }, "branch"],
    [{ branch: "1" }, "branch"],
    [{ all: 1 }, "all"],
    [{ tombstones: "yes" }, "tombstones"],
  ])("the options %j are refused", async (options, field) => {
    await expect(services.tl.messages.list(session, options as never)).rejects.toMatchObject({
      code: "invalid",
      reason: "type",
      details: { field },
    });
  });

  test("a straight session is one read, a fork two at first, and one as long as its ancestors live", async () => {
    const { sessions, messages } = services.tl;
    const straight = (await sessions.create()).id;
    await messages.append(straight, [{ role: user, content: "x" }]);
    const fork = (await sessions.fork(session)).id;
    await messages.append(fork, [{ id: "x", role: user, content: "x" }]);
    const { tl, reads } = noteReads(services.tl);
    const count = async (of: string, options: Options = {}): Promise<number> => {
      reads.length = 0;
      await tl.messages.list(of, options);
      return reads.length;
    };
    expect(await count(straight)).toBe(1);
    expect(await count(straight, { last: 50 })).toBe(1);
    expect(await count(session)).toBeLessThanOrEqual(2);
    expect(await count(session)).toBe(1);
    expect(await count(session, { last: 50 })).toBe(1);
    const other = (await sessions.fork(fork)).id;
    // The reader of these forks knows nothing of them yet.
    const fresh = noteReads(services.tl);
    await fresh.tl.messages.list(other);
    expect(fresh.reads.length).toBeLessThanOrEqual(2);
    expect(fresh.reads.flat().some(({ hidden }) => hidden === true)).toBe(false);
    expect(await count(other)).toBeLessThanOrEqual(2);
    expect(await count(other)).toBe(1);
    expect(await count(other, { last: 1 })).toBe(1);
  });

  test("hidden sessions are asked for only where a read has shown that they are", async () => {
    const { sessions, messages } = services.tl;
    const child = (await sessions.fork(session)).id;
    await messages.append(child, [{ id: "x", role: user, content: "x" }]);
    const fork = (await sessions.fork(child)).id;
    await sessions.delete(session);
    const { tl, reads } = noteReads(services.tl);
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await tl.messages.list(fork)).items.map(({ id }) => id).join("")).toBe("abdx");
    }
    const hidden = reads.flat().filter((request) => request.hidden === true);
    expect(hidden.length).toBeGreaterThan(0);
    for (const request of hidden) expect(request).toMatchObject({ kind: "messages", prefix: [session] });
    await sessions.undelete(session);
    reads.length = 0;
    expect((await tl.messages.list(fork)).items).toHaveLength(4);
    expect(reads.flat().some((request) => request.hidden === true)).toBe(false);
    expect(reads).toHaveLength(1);
  });

  test("what was erased is missing, and the rest is there", async () => {
    const { sessions, messages } = services.tl;
    const child = (await sessions.fork(session)).id;
    await messages.append(child, [{ id: "x", role: user, content: "x" }]);
    const fork = (await sessions.fork(child)).id;
    await messages.append(fork, [{ id: "y", role: user, content: "y" }]);
    await sessions.delete(session, { erase: true });
    expect(await ids({}, fork)).toBe("xy");
    expect(await ids({ last: 1 }, fork)).toBe("y");
    expect(await ids({ branch: 2 }, fork)).toBe("");
  });

  test("long runs of deleted messages are passed in few reads", async () => {
    const given = Array.from({ length: 900 }, (_, index) => ({ id: `m${index}`, role: user, content: "x" }));
    await services.tl.messages.append(session, given);
    for (let begin = 20; begin < 880; begin += 430) {
      const writes = given
        .slice(begin, begin + 430)
        .map(
          ({ id }) =>
            ({ type: "remove", kind: "messages", key: { unique: "id", values: [session, id] } }) as const,
        );
      await services.store.commit({ tenant: "default", writes });
    }
    const { tl, reads } = noteReads(services.tl);
    const page = await tl.messages.list(session, { last: 25 });
    expect(page.items.map(({ id }) => id).slice(0, 6)).toEqual(["m15", "m16", "m17", "m18", "m19", "m880"]);
    expect(reads.length).toBeLessThanOrEqual(7);
  });
});
