import { beforeEach, describe, expect, test } from "vitest";
import type { MessageInput } from "../../schemas/message-input.ts";
import { writeCursor } from "../cursor.ts";
import { noteReads } from "../test/count-reads.ts";
import { storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("branches of a session on %s", (name) => {
  const services = useServices(name);
  let session = "";

  beforeEach(async () => {
    session = (await services.tl.sessions.create()).id;
  });

  /** Appends `b>a`: a message b that follows a; `b` alone follows the head. */
  async function append(head: "move" | "stay", ...given: readonly string[]): Promise<void> {
    const inputs = given.map((each): MessageInput => {
      const [id = "", parent] = each.split(">");
      const role = id.startsWith("a") ? "assistant" : "user";
      return { id, role, content: id, ...(parent === undefined ? undefined : { parentId: parent || null }) };
    });
    await services.tl.messages.append(session, inputs, head === "move" ? { head } : {});
  }

  async function branches(of = session): Promise<string[]> {
    const { items } = await services.tl.sessions.branches(of);
    return items.map(
      ({ messageId, firstSeq, parentSeq, isCurrent }) =>
        `${messageId} ${firstSeq} ${parentSeq}${isCurrent ? " current" : ""}`,
    );
  }

  async function ids(branch?: number): Promise<string> {
    const options = branch === undefined ? {} : { branch };
    return (await services.tl.messages.list(session, options)).items.map(({ id }) => id).join(" ");
  }

  test("a session that went straight on has one, an empty one none", async () => {
    expect(await branches()).toEqual([]);
    await append("stay", "q1", "a1");
    expect((await services.tl.sessions.branches(session)).items).toEqual([
      {
        headSeq: 2,
        messageId: "a1",
        role: "assistant",
        firstSeq: 1,
        parentSeq: null,
        createdAt: (await services.tl.messages.get(session, "a1")).createdAt,
        isCurrent: true,
      },
    ]);
    await expect(services.tl.sessions.branches("nobody")).rejects.toMatchObject({ reason: "session" });
  });

  test("an answer that was made again: both are there, and either can be made current", async () => {
    const { sessions } = services.tl;
    await append("stay", "q1", "a1", "q2", "a2");
    await append("move", "a1x>q1");
    expect(await branches()).toEqual(["a1x 5 1 current", "a2 1 null"]);
    expect(await ids()).toBe("q1 a1x");
    expect(await ids(4)).toBe("q1 a1 q2 a2");
    expect(await sessions.setHead(session, { messageId: "a2" })).toMatchObject({ id: session });
    expect(await branches()).toEqual(["a1x 5 1", "a2 1 null current"]);
    expect(await ids()).toBe("q1 a1 q2 a2");
    await append("stay", "q3");
    expect(await ids()).toBe("q1 a1 q2 a2 q3");
    expect(await branches()).toEqual(["q3 6 4 current", "a1x 5 1"]);
  });

  test("a question that was edited begins a branch, also the first one", async () => {
    await append("stay", "q1", "a1");
    await append("move", "Q1>", "A1");
    expect(await ids()).toBe("Q1 A1");
    expect(await branches()).toEqual(["A1 3 null current", "a1 1 null"]);
  });

  test("[C26] two devices go on from one message: both are stored, the second is a branch", async () => {
    await append("stay", "q1", "a1");
    await append("stay", "phone>a1");
    await append("stay", "laptop>a1");
    expect(await ids()).toBe("q1 a1 phone");
    expect(await branches()).toEqual(["laptop 4 2", "phone 1 null current"]);
    // Each goes on with its own.
    await append("stay", "a-laptop>laptop");
    await append("stay", "a-phone>phone");
    expect(await ids()).toBe("q1 a1 phone a-phone");
    expect(await ids(5)).toBe("q1 a1 laptop a-laptop");
    expect(await branches()).toEqual(["a-phone 6 3 current", "a-laptop 4 2"]);
  });

  test("a path that was rewound goes on from there, and nothing is lost", async () => {
    const { sessions, messages } = services.tl;
    await append("stay", "q1", "a1", "q2", "a2");
    await sessions.setHead(session, { seq: 2 });
    expect(await ids()).toBe("q1 a1");
    expect(await branches()).toEqual(["a2 1 null"]);
    await append("stay", "q3");
    expect(await messages.get(session, "q3")).toMatchObject({ seq: 5, parentSeq: 2 });
    await sessions.setHead(session, { seq: 0 });
    expect(await ids()).toBe("");
    await append("stay", "new");
    expect(await ids()).toBe("new");
    expect(await branches()).toEqual(["new 6 null current", "q3 5 2", "a2 1 null"]);
  });

  test("an end that was deleted is left out, or passed over where something of its own is left", async () => {
    const { messages } = services.tl;
    await append("stay", "q1", "a1");
    await append("stay", "b1>q1", "b2");
    await append("stay", "c1>q1");
    await messages.delete(session, "c1");
    await messages.delete(session, "b2");
    expect(await branches()).toEqual(["b1 3 1", "a1 1 null current"]);
    await messages.delete(session, "a1");
    // What is left of it, the others have, too.
    expect(await branches()).toEqual(["b1 3 1"]);
    await append("stay", "d1", "d2");
    expect(await ids()).toBe("q1 d1 d2");
    await messages.delete(session, "d2");
    expect(await branches()).toEqual(["d1 6 2 current", "b1 3 1"]);
  });

  test("pages of any size hold each branch once", async () => {
    await append("stay", "root");
    const siblings = Array.from({ length: 30 }, (_, index) => `s${index}>root`);
    await append("stay", ...siblings);
    for (const seq of [3, 4, 5, 31]) {
      const write = { type: "remove", kind: "messages", key: [session, seq] } as const;
      await services.store.commit({ tenant: "default", writes: [write] });
    }
    const all = (await services.tl.sessions.branches(session)).items.map(({ headSeq }) => headSeq);
    expect(all).toEqual(
      Array.from({ length: 30 }, (_, index) => 31 - index).filter(
        (seq) => (seq > 5 && seq < 31) || seq === 2,
      ),
    );
    for (const limit of [1, 4, 26, 27]) {
      const found: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await services.tl.sessions.branches(
          session,
          cursor === undefined ? { limit } : { limit, cursor },
        );
        expect(page.items.length).toBeLessThanOrEqual(limit);
        found.push(...page.items.map(({ headSeq }) => headSeq));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(found).toEqual(all);
    }
  });

  test("2,500 branches are listed by few reads, and those of a page by two once they are known", async () => {
    await append("stay", "root");
    for (let batch = 0; batch < 5; batch += 1) {
      await append("stay", ...Array.from({ length: 500 }, (_, index) => `s${batch}-${index}>root`));
    }
    const { tl, reads } = noteReads(services.tl);
    const first = await tl.sessions.branches(session, { limit: 1_000 });
    expect(first.items).toHaveLength(1_000);
    expect(reads.length).toBeLessThanOrEqual(4);
    const second = await tl.sessions.branches(session, { limit: 1_000, cursor: first.next ?? "" });
    const third = await tl.sessions.branches(session, { limit: 1_000, cursor: second.next ?? "" });
    expect(third.items).toHaveLength(500);
    expect(third.next).toBeUndefined();
    reads.length = 0;
    await tl.sessions.branches(session, { limit: 50 });
    expect(reads).toHaveLength(2);
  });

  test("what a fork shares is one of its branches once it has left it", async () => {
    const { sessions, messages } = services.tl;
    await append("stay", "q1", "a1", "q2", "a2");
    const fork = (await sessions.fork(session)).id;
    expect(await branches(fork)).toEqual(["a2 1 null current"]);
    await messages.append(fork, [{ id: "a3", role: "user", content: "x", parentId: "q2" }], { head: "move" });
    expect(await branches(fork)).toEqual(["a3 5 3 current", "a2 1 null"]);
    await sessions.delete(session);
    expect(await branches(fork)).toEqual(["a3 5 3 current", "a2 1 null"]);
    await messages.append(fork, [{ id: "a4", role: "user", content: "x", parentId: "a2" }]);
    expect(await branches(fork)).toEqual(["a4 6 4", "a3 5 3 current"]);
  });

  test("a cursor of another list, and one that somebody made up", async () => {
    await append("stay", "root", "a>root", "b>root");
    const { next = "" } = await services.tl.sessions.branches(session, { limit: 1 });
    const other = await services.tl.sessions.create();
    const refused = { code: "invalid", reason: "cursor" };
    await expect(services.tl.sessions.branches(other.id, { cursor: next })).rejects.toMatchObject(refused);
    await expect(services.tl.messages.list(session, { cursor: next })).rejects.toMatchObject(refused);
    for (const values of [["x"], []]) {
      const cursor = writeCursor(`branches ${session}`, values);
      await expect(services.tl.sessions.branches(session, { cursor })).rejects.toMatchObject(refused);
    }
    await expect(services.tl.sessions.branches(session, { limit: 0 })).rejects.toMatchObject({
      reason: "type",
    });
  });
});
