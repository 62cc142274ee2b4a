import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { SessionFilter } from "../../schemas/session-input.ts";
import { writeCursor } from "../cursor.ts";
import type { Session } from "./session.ts";
import { filters, fits, inOrder, insertSessions, pick, sessionOf, walk } from "../test/session-lists.ts";
import { storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("300 sessions on %s", (name) => {
  const services = useServices(name);
  const listed = new Map<string, boolean>();
  let everything: Session[] = [];
  let parent = "";

  beforeEach(async () => {
    const { sessions, messages } = services.tl;
    listed.clear();
    everything = [];
    for (let index = 0; index < 300; index += 1) {
      const input = sessionOf(index, parent);
      let session = await sessions.create(index === 0 ? { ...input, parent: null } : input);
      if (index === 0) parent = session.id;
      if (index % 6 === 0) session = await sessions.archive(session.id);
      if (index % 11 === 0) session = await sessions.update(session.id, { status: "expired" });
      if (index % 10 === 0) {
        await messages.append(session.id, [{ role: "user", content: "Hello" }]);
        session = await sessions.get(session.id);
      }
      everything.push(session);
      listed.set(session.id, input.listed !== false);
    }
  });

  function expected(filter: SessionFilter): Session[] {
    const fitting = everything.filter(
      (session) =>
        fits(session, listed.get(session.id) === true, filter) &&
        (filter.parent === undefined || session.parentSessionId === filter.parent),
    );
    return inOrder(fitting, filter.order);
  }

  test("any filters, in both orders, give what a model gives", async () => {
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        expect(await walk(services, filter)).toEqual(expected(filter));
      }),
      { numRuns: 120 },
    );
    expect(await walk(services, {})).toEqual(expected({}));
    for (const filter of [
      { parent, all: true },
      { parent, order: "created" },
    ] as const) {
      expect(await walk(services, filter)).toEqual(expected(filter));
    }
    expect(expected({ parent, all: true }).length).toBeGreaterThan(20);
  });

  test.each(["activity", "created"] as const)(
    "sessions that nobody touches during a walk by %s are there exactly once",
    async (order) => {
      let turn = 0;
      const touched = new Set<string>();
      const found = await walk(services, { limit: 7, order, all: true }, async () => {
        const { id } = pick(everything, (turn += 37));
        touched.add(id);
        await services.tl.messages.append(id, [{ role: "user", content: "More" }]);
        await services.tl.sessions.create();
      });
      const untouched = everything.filter(({ id }) => !touched.has(id)).map(({ id }) => id);
      const ids = found.map(({ id }) => id);
      expect(touched.size).toBeGreaterThan(20);
      expect(untouched.filter((id) => ids.filter((other) => other === id).length !== 1)).toEqual([]);
    },
  );
});

describe.each(storeNames)("lists of sessions on %s", (name) => {
  const services = useServices(name);

  test("50 are a page, up to 1,000 where that is asked for", { timeout: 60_000 }, async () => {
    await insertSessions(services, 1_001, () => ({}));
    expect((await services.tl.sessions.list()).items).toHaveLength(50);
    const page = await services.tl.sessions.list({ limit: 1_000 });
    expect(page.items).toHaveLength(1_000);
    const { items, next } = await services.tl.sessions.list({ limit: 1_000, cursor: page.next ?? "" });
    expect({ length: items.length, next }).toEqual({ length: 1, next: undefined });
  });

  test("an empty list, and one that a page just fills, have no next page", async () => {
    expect(await services.tl.sessions.list()).toEqual({ items: [] });
    for (let count = 0; count < 3; count += 1) await services.tl.sessions.create();
    const { items, next } = await services.tl.sessions.list({ limit: 3 });
    expect({ length: items.length, next }).toEqual({ length: 3, next: undefined });
  });

  test("a cursor is of one list: its order, its filters, its kind", async () => {
    const { sessions } = services.tl;
    for (let count = 0; count < 3; count += 1) await sessions.create({ user: "ada" });
    const { next: cursor = "" } = await sessions.list({ user: "ada", limit: 1 });
    expect((await sessions.list({ user: "ada", limit: 2, cursor })).items).toHaveLength(2);
    // What is undefined is not given.
    expect((await sessions.list({ user: "ada", tool: undefined, cursor })).items).toHaveLength(2);
    const others = [
      {},
      { user: "bob" },
      { user: "ada", order: "created" },
      { user: "ada", all: true },
    ] as const;
    for (const other of others) {
      await expect(sessions.list({ ...other, cursor })).rejects.toMatchObject({
        code: "invalid",
        reason: "cursor",
      });
    }
    const { id } = await sessions.create();
    await expect(services.tl.messages.list(id, { cursor })).rejects.toMatchObject({ reason: "cursor" });
  });

  test.each([
    "",
    "x",
    "%%%",
    "bnVsbA",
    "W10",
    writeCursor("sessions", []),
    writeCursor('sessions ["activity",false,{}]', ["x"]),
    writeCursor('sessions ["activity",false,{}]', [1, "x", 3]),
    writeCursor('sessions ["activity",false,{}]', ["x", 1]),
  ])("the cursor %j is refused", async (cursor) => {
    await expect(services.tl.sessions.list({ cursor })).rejects.toMatchObject({
      name: "ThroughlineError",
      code: "invalid",
    });
  });

  test.each([
    [{ limit: 0 }, "limit"],
    [{ limit: 1_001 }, "limit"],
    [{ limit: 1.5 }, "limit"],
    [{ order: "title" }, "order"],
    [{ pinned: "yes" }, "pinned"],
    [{ colour: "red" }, "colour"],
    [{ q: "" }, "q"],
    [{ metadata: { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 } }, "metadata"],
    [{ metadata: { a: { b: 1 } } }, "metadata"],
    [{ metadata: { a: Number.NaN } }, "metadata"],
  ])("the filter %j is refused, and the field is named", async (filter, field) => {
    await expect(services.tl.sessions.list(filter as never)).rejects.toMatchObject({
      code: "invalid",
      details: { field },
    });
  });

  test("more than can be sorted are listed all the same", { timeout: 120_000 }, async () => {
    // The list's own order begins with thousands that don't fit, and the filter's order leads to too many to sort.
    await insertSessions(services, 5_200, (index) => ({
      projectId: "p",
      pinned: index % 2 === 0,
      createdAt: index + 1,
    }));
    await insertSessions(services, 5_200, (index) => ({ toolId: "t", createdAt: index + 10_000 }));
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const filter = { project: "p", limit: 1_000 };
      const page = await services.tl.sessions.list(cursor === undefined ? filter : { ...filter, cursor });
      found.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(new Set(found).size).toBe(5_200);
    expect(found).toHaveLength(5_200);
    const { items } = await services.tl.sessions.list({ project: "p", pinned: true, limit: 3 });
    expect(items.map(({ createdAt }) => createdAt.getTime())).toEqual([5_199, 5_197, 5_195]);
  });
});
