/** 2,000 sessions whose lists are compared with a model, also while others change them. */
import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { GuardedStore } from "../../contract/store.ts";
import type { Write } from "../../contract/batch.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { type SessionFilter, sessionInput } from "../../schemas/session-input.ts";
import { type Session, newSessionRecord, sessionFields, toSession } from "./session.ts";
import { filters, fits, inOrder, insertSessions, pick, sessionOf, walk } from "../test/session-lists.ts";
import { beginning, storeNames, useServices } from "../test/use-services.ts";
import { Throughline } from "../throughline.ts";

const total = 2_000;
const parent = "parent";

function recordOf(index: number) {
  const id = `${String((index * 7_919) % total).padStart(5, "0")}-session`;
  const fields = sessionFields(parseInput(sessionInput, sessionOf(index, parent), "session"));
  return newSessionRecord(id, beginning, {
    ...fields,
    status: pick(["active", "archived", "expired", "active", "active"], index >> 1),
    endedAt: index % 7 === 0 ? beginning + index : 0,
    lastActivity: beginning - ((index * 31) % 500),
  });
}

describe.each(storeNames)("2,000 sessions on %s", (name) => {
  const services = useServices(name);
  const listed = new Map<string, boolean>();
  let everything: Session[] = [];

  beforeEach(async () => {
    const records = Array.from({ length: total }, (_, index) => recordOf(index));
    for (let begin = 0; begin < total; begin += 1_000) {
      const writes = records.slice(begin, begin + 1_000).map((record): Write => ({
        type: "insert",
        kind: "sessions",
        record,
        exists: "fail",
      }));
      await services.store.commit({ tenant: "default", writes });
    }
    everything = records.map((record) => toSession("default", { ...record, revision: 1 }));
    for (const record of records) listed.set(record.id as string, record.listed === true);
  });

  function expected(filter: SessionFilter): Session[] {
    const fitting = everything.filter((session) => fits(session, listed.get(session.id) === true, filter));
    return inOrder(fitting, filter.order);
  }

  // Pages of a few items are tried on fewer sessions, in the test of lists.
  const pagedFilters = filters.map((filter) => ({ ...filter, limit: filter.limit === 1_000 ? 1_000 : 90 }));

  test("any filters, in both orders, give what a model gives", { timeout: 120_000 }, async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(pagedFilters, async (filter) => {
        const ids = (await walk(services, filter)).map(({ id }) => id);
        expect(ids).toEqual(expected(filter).map(({ id }) => id));
        found += ids.length;
      }),
      { numRuns: 40 },
    );
    expect(found).toBeGreaterThan(1_000);
  });

  test(
    "while others change, what nobody touches is there exactly once, in order",
    { timeout: 120_000 },
    async () => {
      const { sessions, messages } = services.tl;
      const touched = new Set<string>();
      let turn = 0;
      const disturb = async (): Promise<void> => {
        const { id } = pick(everything, (turn += 1_237));
        touched.add(id);
        if (turn % 3 === 0) await messages.append(id, [{ role: "user", content: "More" }]);
        else if (turn % 3 === 1) await sessions.update(id, { title: "Other", tags: [], pinned: true });
        else await sessions.delete(id).catch(() => undefined);
        await sessions.create({ title: "alpha", tags: ["red"], pinned: true });
      };
      await fc.assert(
        fc.asyncProperty(pagedFilters, async (filter) => {
          const found = (await walk(services, filter, disturb)).map(({ id }) => id);
          const untouched = expected(filter)
            .map(({ id }) => id)
            .filter((id) => !touched.has(id));
          const isUntouched = new Set(untouched);
          expect(found.filter((id) => isUntouched.has(id))).toEqual(untouched);
        }),
        { numRuns: 25 },
      );
      expect(touched.size).toBeGreaterThan(40);
    },
  );

  test("an external key with its user and tool is looked up, not looked for", async () => {
    const session = everything.find(
      ({ externalKey, toolId, id }) => externalKey !== null && toolId !== null && listed.get(id) === true,
    );
    const filter = {
      user: session?.userId ?? "",
      tool: session?.toolId ?? "",
      externalKey: session?.externalKey ?? "",
    };
    const { tl, reads } = countingReads(services.store);
    expect((await tl.sessions.list(filter)).items).toEqual([session]);
    expect(reads()).toBe(1);
    expect((await tl.sessions.list({ ...filter, tag: "no such tag" })).items).toEqual([]);
    expect((await tl.sessions.list({ ...filter, user: "nobody" })).items).toEqual([]);
  });

  test("a page of 1,000 that a scan along the list fills is not sorted", { timeout: 60_000 }, async () => {
    await insertSessions(services, 6_000, (index) => ({ toolId: "big", createdAt: beginning + index + 1 }));
    const { tl, reads } = countingReads(services.store);
    expect((await tl.sessions.list({ tool: "big", order: "created", limit: 1_000 })).items).toHaveLength(
      1_000,
    );
    expect(reads()).toBe(2);
  });
});

/** The same store, with its reads counted. */
function countingReads(store: GuardedStore): { tl: Throughline; reads(): number } {
  let count = 0;
  const counted: GuardedStore = new Proxy(store, {
    get(target, name) {
      if (name === "read") count += 1;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return { tl: new Throughline(counted), reads: () => count };
}
