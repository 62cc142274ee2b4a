import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "./message.ts";
import type { Throughline } from "../throughline.ts";
import { storeNames, useServices } from "../test/use-services.ts";

/** What happens to a session: appends of some messages after a message, after none, or at the end. */
interface Step {
  readonly count: number;
  /** Which message the first follows, as a share of those that are there; null: none; absent: the end. */
  readonly parent?: number | null;
  readonly move?: boolean;
  /** Which message is deleted after it, as a share. */
  readonly remove?: number;
}

const steps = fc.array(
  fc.record<Step>(
    {
      count: fc.integer({ min: 1, max: 4 }),
      parent: fc.oneof(fc.constant(null), fc.double({ min: 0, max: 0.999, noNaN: true })),
      move: fc.boolean(),
      remove: fc.double({ min: 0, max: 0.999, noNaN: true }),
    },
    { requiredKeys: ["count"] },
  ),
  { minLength: 1, maxLength: 14 },
);

/** The same session as a list of parents, walked one by one. */
class Model {
  readonly parents: number[] = [];
  readonly removed = new Set<number>();
  head = 0;

  append(count: number, parent: number | undefined, move: boolean): void {
    for (let index = 0; index < count; index += 1) {
      const follows = index === 0 ? (parent ?? this.head) : this.parents.length;
      this.parents.push(follows);
      if (follows === this.head || move) this.head = this.parents.length;
    }
  }

  path(): number[] {
    const path: number[] = [];
    for (let seq = this.head; seq > 0; seq = this.parents[seq - 1] ?? 0) path.unshift(seq);
    return path.filter((seq) => !this.removed.has(seq));
  }

  at(share: number): number {
    return Math.floor(share * this.parents.length) + 1;
  }
}

describe.each(storeNames)("branches on %s", (name) => {
  const services = useServices(name);

  async function play({ messages }: Throughline, session: string, plan: readonly Step[]): Promise<Model> {
    const model = new Model();
    for (const { count, parent, move = false, remove } of plan) {
      const isEmpty = model.parents.length === 0;
      const follows = parent === undefined || (isEmpty && parent !== null) ? undefined : parent;
      const seq = follows === undefined ? undefined : follows === null ? 0 : model.at(follows);
      const inputs = Array.from({ length: count }, (_, index) => ({
        id: `m${model.parents.length + index + 1}`,
        role: "user" as const,
        content: `${index}`,
        ...(index > 0 || seq === undefined ? undefined : { parentId: seq === 0 ? null : `m${seq}` }),
      }));
      await messages.append(session, inputs, move ? { head: "move" } : {});
      model.append(count, seq, move);
      if (remove === undefined) continue;
      const gone = model.at(remove);
      if (!model.removed.has(gone)) await messages.delete(session, `m${gone}`);
      model.removed.add(gone);
    }
    return model;
  }

  async function walk(
    { messages }: Throughline,
    session: string,
    limit: number,
    isForward: boolean,
  ): Promise<Message[]> {
    const found: Message[] = [];
    let page = await messages.list(session, isForward ? { limit } : { last: limit });
    for (;;) {
      if (isForward) found.push(...page.items);
      else found.unshift(...page.items);
      const cursor = isForward ? page.next : page.previous;
      if (cursor === undefined) return found;
      page = await messages.list(session, { cursor, limit });
    }
  }

  test("lists show the path of parents from the head, whatever the tree", { timeout: 120_000 }, async () => {
    let runs = 0;
    const plans = fc.asyncProperty(steps, fc.integer({ min: 1, max: 6 }), async (plan, limit) => {
      runs += 1;
      const tl = services.tl.withTenant(`run-${runs}`);
      const { id } = await tl.sessions.create();
      const model = await play(tl, id, plan);
      const path = model.path();
      const forward = await walk(tl, id, limit, true);
      expect(forward.map(({ seq }) => seq)).toEqual(path);
      expect(forward.map(({ parentSeq }) => parentSeq ?? 0)).toEqual(
        path.map((seq) => model.parents[seq - 1]),
      );
      expect((await walk(tl, id, limit, false)).map(({ seq }) => seq)).toEqual(path);
      const streamed: number[] = [];
      for await (const { seq } of tl.messages.stream(id)) streamed.push(seq);
      expect(streamed).toEqual(path);
      const middle = Math.ceil(model.parents.length / 2);
      const after = await tl.messages.list(id, { afterSeq: middle, limit: 1_000 });
      const before = await tl.messages.list(id, { beforeSeq: middle, limit: 1_000 });
      expect(after.items.map(({ seq }) => seq)).toEqual(path.filter((seq) => seq > middle));
      expect(before.items.map(({ seq }) => seq)).toEqual(path.filter((seq) => seq < middle));
      expect((await tl.sessions.get(id)).messageCount).toBe(model.parents.length - model.removed.size);
    });
    await fc.assert(plans, { numRuns: 100 });
  });

  test("an answer made again is a sibling that is current only where that is asked for", async () => {
    const { sessions, messages } = services.tl;
    const { id } = await sessions.create();
    await messages.append(id, [
      { id: "q", role: "user", content: "?" },
      { id: "a1", role: "assistant", content: "1" },
    ]);
    const ids = async (): Promise<string[]> => (await messages.list(id)).items.map((item) => item.id);
    await messages.append(id, [{ id: "a2", role: "assistant", content: "2", parentId: "q" }]);
    expect(await ids()).toEqual(["q", "a1"]);
    expect(await messages.get(id, "a2")).toMatchObject({ seq: 3, parentSeq: 1 });
    await messages.append(id, [{ id: "q2", role: "user", content: "?" }]);
    expect(await ids()).toEqual(["q", "a1", "q2"]);
    await messages.append(id, [{ id: "a3", role: "assistant", content: "3", parentId: "q" }], {
      head: "move",
    });
    expect(await ids()).toEqual(["q", "a3"]);
  });

  test("the first message is edited by another that follows none", async () => {
    const { sessions, messages } = services.tl;
    const { id } = await sessions.create();
    await messages.append(id, [{ id: "old", role: "user", content: "Helo" }]);
    const edited = { id: "new", role: "user", content: "Hello", parentId: null } as const;
    await messages.append(id, [edited], { head: "move" });
    expect((await messages.list(id)).items).toMatchObject([{ id: "new", parentSeq: null }]);
    expect(await messages.append(id, [edited], { head: "move" })).toMatchObject({ replayed: true });
  });

  test("a parent may be in the same append", async () => {
    const { sessions, messages } = services.tl;
    const { id } = await sessions.create();
    await messages.append(id, [
      { id: "a", role: "user", content: "a" },
      { id: "b", role: "assistant", content: "b" },
      { id: "c", role: "assistant", content: "c", parentId: "a" },
    ]);
    expect(await messages.get(id, "c")).toMatchObject({ seq: 3, parentSeq: 1 });
    expect((await messages.list(id)).items.map((item) => item.id)).toEqual(["a", "b"]);
  });

  test("more branches than a page holds are one path", { timeout: 60_000 }, async () => {
    const { sessions, messages } = services.tl;
    const { id } = await sessions.create();
    await messages.append(id, [{ id: "root", role: "user", content: "0" }]);
    for (let batch = 0; batch < 3; batch += 1) {
      const siblings = Array.from({ length: 400 }, (_, index) => ({
        id: `s${batch}-${index}`,
        role: "assistant" as const,
        content: "x",
        parentId: "root",
      }));
      await messages.append(id, siblings, { head: "move" });
    }
    expect((await messages.list(id)).items.map(({ seq }) => seq)).toEqual([1, 1_201]);
  });
});
