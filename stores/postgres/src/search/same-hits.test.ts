/** The index finds what reading every message finds, however much of it is indexed yet. */
import { strict as assert } from "node:assert";
import { testKinds } from "@throughline/conformance";
import type { GuardedStore, SearchFilter, Write } from "@throughline/core";
import { guardStore, parseTextQuery } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import * as fc from "fast-check";
import { afterAll, test } from "vitest";
import { dropEmptied, openEmptiedStore } from "../test/open-test-store.ts";
import { insertSession, newMessage } from "../test/records.ts";

afterAll(dropEmptied);

const tenants = ["one", "two"] as const;
const users = ["ada", "bob", "日本 %s1"] as const;
const word = fc.constantFrom(
  "alpha",
  "Beta",
  "getUserById",
  "get_user_by_id",
  "src\\auth/login.ts",
  "日本語",
  "日",
  "café",
  "CAFE\u0301",
  "d'accord",
  "AND",
  '"',
  "-",
  "*",
  "👩‍💻",
  "a*",
  "a & b | !c:*",
);
const shortText = fc.array(word, { minLength: 0, maxLength: 8 }).map((parts) => parts.join(" "));
/** Long enough for several slices: no word has more positions in one than 150. */
const longText = fc
  .tuple(shortText, fc.constantFrom("alpha ", "getUser alpha Beta ", "日本"), shortText)
  .map(([before, repeated, after]) => `${before} ${repeated.repeat(200)} ${after}`);
const text = fc.oneof({ weight: 6, arbitrary: shortText }, { weight: 1, arbitrary: longText });
const session = fc.constantFrom("x", "y", "z");
const messageId = fc.integer({ min: 1, max: 6 }).map(String);

const appending = fc
  .tuple(session, messageId, text, fc.constantFrom("user", "assistant"), fc.integer({ min: 0, max: 3 }))
  .map(([id, message, content, role, createdAt]): Write => ({
    type: "append",
    session: [id],
    messages: [newMessage({ id: message, content, role, createdAt })],
    exists: "replace",
  }));
const removing = fc
  .tuple(session, fc.integer({ min: 1, max: 4 }))
  .map(([id, seq]): Write => ({ type: "remove", kind: "messages", key: [id, seq] }));
const changing = fc
  .tuple(
    session,
    fc.oneof(
      fc.record({ userId: fc.constantFrom(...users) }),
      fc.record({ hiddenAt: fc.constantFrom(0, 5) }),
      fc.record({ projectId: fc.constantFrom("", "p") }),
    ),
  )
  .map(([id, set]): Write => ({ type: "update", kind: "sessions", key: [id], set }));
const erasing = session.map((id): Write => ({ type: "remove", kind: "sessions", key: [id] }));
const write = fc.oneof(
  { weight: 12, arbitrary: appending },
  { weight: 3, arbitrary: removing },
  { weight: 4, arbitrary: changing },
  { weight: 1, arbitrary: erasing },
);
const where = fc.option(
  fc.oneof(
    fc.record({ session }),
    fc.record({ user: fc.constantFrom(...users) }),
    fc.record({ project: fc.constantFrom("p", "q") }),
    fc.record({ role: fc.constantFrom("user", "assistant") }),
    fc.record({ since: fc.integer({ min: 0, max: 3 }), until: fc.integer({ min: 0, max: 4 }) }),
  ),
  { nil: undefined },
);
const clause = fc.oneof(
  { weight: 4, arbitrary: word },
  { weight: 1, arbitrary: fc.tuple(word, word).map((pair) => `"${pair.join(" ")}"`) },
  { weight: 1, arbitrary: word.map((excluded) => `-${excluded}`) },
);
const searching = fc.record({
  query: fc.array(clause, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(" ")),
  where,
  order: fc.constantFrom("rank" as const, "recent" as const),
});
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ write, tenant: fc.constantFrom(...tenants) }) },
  { weight: 6, arbitrary: fc.record({ search: searching, tenant: fc.constantFrom(...tenants) }) },
  { weight: 2, arbitrary: fc.constant("index" as const) },
);

interface Searching {
  readonly query: string;
  readonly where: SearchFilter | undefined;
  readonly order: "rank" | "recent";
}

async function findHits(
  store: GuardedStore,
  tenant: string,
  { query, where: filter, order }: Searching,
): Promise<string[]> {
  const { hits } = await store.search({
    tenant,
    text: parseTextQuery(query),
    order,
    limit: 1_000,
    skip: 0,
    ...(filter === undefined ? {} : { where: filter }),
  });
  const scores = hits.map(({ score }) => score);
  if (order === "rank")
    assert.deepEqual(
      scores,
      scores.toSorted((left, right) => right - left),
    );
  return hits.map((hit) => `${hit.session} ${hit.seq}`).toSorted();
}

/** The result of a write, or why it was refused. */
async function outcomeOf(store: GuardedStore, tenant: string, given: Write): Promise<unknown> {
  try {
    return (await store.commit({ tenant, writes: [given] })).results;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

/** Pruning nothing indexes everything. */
async function indexAll(store: GuardedStore): Promise<void> {
  await store.prune({ changes: 0, operations: 0 });
}

async function fill(store: GuardedStore): Promise<void> {
  for (const tenant of tenants) {
    const messages = ["1", "2"].map((id) =>
      newMessage({ id, content: "alpha getUserById 日本語 s1 café getUser" }),
    );
    const writes = ["x", "y", "z"].flatMap((id, index): Write[] => [
      insertSession({ id, userId: users[index] ?? "" }),
      { type: "append", session: [id], messages, exists: "fail" },
    ]);
    await store.commit({ tenant, writes });
  }
}

test("[S1, S2] the same hits as the memory store, after any writes, indexed or not", async () => {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 5, maxLength: 40 }),
    fc.boolean(),
    async (steps, isIndexed) => {
      const clock = (): number => 10;
      const memory = guardStore(memoryStore(), { clock });
      const opened = await openEmptiedStore({ kinds: testKinds, now: clock });
      const store = guardStore(opened.store, { clock });
      try {
        await fill(memory);
        await fill(store);
        if (isIndexed) await indexAll(store);
        for (const given of steps) {
          if (given === "index") {
            await indexAll(store);
          } else if ("write" in given) {
            const outcome = await outcomeOf(store, given.tenant, given.write);
            assert.deepEqual(outcome, await outcomeOf(memory, given.tenant, given.write));
          } else if (parseTextQuery(given.search.query).required.length > 0) {
            const hits = await findHits(store, given.tenant, given.search);
            assert.deepEqual(hits, await findHits(memory, given.tenant, given.search));
          }
        }
      } finally {
        await opened.dispose();
      }
    },
  );
  await fc.assert(property, { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 40) });
});
