/** The portable index finds what reading every message finds, whatever happens and whoever indexes. */
import { strict as assert } from "node:assert";
import { memoryStore } from "@throughline/store-memory";
import * as fc from "fast-check";
import { test } from "vitest";
import type { Write } from "../../contract/batch.ts";
import type { CheckedSearch, SearchFilter, SearchResult } from "../../contract/search.ts";
import type { Store } from "../../contract/store.ts";
import { isThroughlineError } from "../../error.ts";
import { parseTextQuery } from "../../text/text-query.ts";
import type { PortableSearchOptions } from "./index-context.ts";
import { PortableSearch } from "./portable-search.ts";
import { append, change, insertSession, remove } from "./test/records.ts";
import { slowStore } from "./test/slow-store.ts";

const TENANT = "t";
const runs = Number(process.env["PROPERTY_RUNS"] ?? 100);

const words = fc.constantFrom(
  "alpha",
  "Beta",
  "beta gamma",
  "getUserById",
  "get_user_by_id",
  "get user",
  "src/auth/login.ts",
  "日本語",
  "日",
  "本",
  "café",
  "CAFE\u0301",
  "author authentic",
  "ha ha ha",
  "a-b a-b",
  "👩‍💻",
  "x".repeat(200),
  "𐐀𐐁 𐐀",
  "𐐁",
);
const queryWords = fc.constantFrom(
  "alpha",
  "beta",
  '"beta gamma"',
  '"gamma beta"',
  "getUserById",
  "get_user*",
  "user",
  '"get user"',
  '"user b"*',
  "login.ts",
  "日本",
  "本",
  "cafe",
  "auth*",
  "a*",
  "-alpha",
  '-"get user"',
  "-auth*",
  '"a b a"',
  '"ha ha"',
  '"ha ha ha ha"',
  '"ha h"*',
  "x".repeat(128),
  "𐐀*",
  "𐐁",
);
const text = fc.array(words, { maxLength: 7 }).map((parts) => parts.join(" "));
const session = fc.constantFrom("x", "y", "z", "日 x");

const appending = fc
  .record({
    id: session,
    added: fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 1, max: 9 }).map(String),
        content: text,
        role: fc.constantFrom("user", "assistant"),
        createdAt: fc.integer({ min: 0, max: 4 }),
      }),
      { selector: ({ id }) => id, minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ id, added }): Write => append(id, added));
const writes = fc.oneof(
  { weight: 12, arbitrary: appending },
  {
    weight: 3,
    arbitrary: fc
      .tuple(session, fc.integer({ min: 1, max: 6 }))
      .map(([id, seq]) => remove("messages", id, seq)),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        session,
        fc.oneof(
          fc.record({ userId: fc.constantFrom("ada", "bob") }),
          fc.record({ hiddenAt: fc.constantFrom(0, 5) }),
          fc.record({ projectId: fc.constantFrom("", "p"), toolId: fc.constantFrom("", "t") }),
        ),
      )
      .map(([id, set]) => change(id, set)),
  },
  { weight: 1, arbitrary: session.map((id) => remove("sessions", id)) },
);
const filters: fc.Arbitrary<SearchFilter> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ session }) },
  { weight: 1, arbitrary: fc.record({ user: fc.constantFrom("ada", "bob") }) },
  { weight: 1, arbitrary: fc.record({ project: fc.constant("p"), role: fc.constant("user") }) },
  { weight: 1, arbitrary: fc.record({ tool: fc.constant("t"), since: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ session, until: fc.integer({ min: 0, max: 4 }) }) },
);
const searches = fc.record({
  query: fc.array(queryWords, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(" ")),
  where: filters,
  order: fc.constantFrom("rank" as const, "recent" as const),
  skip: fc.constantFrom(0, 0, 1, 5),
  limit: fc.constantFrom(1, 3, 900),
  by: fc.integer({ min: 0, max: 1 }),
});
const steps = fc.oneof(
  { weight: 8, arbitrary: fc.record({ write: writes }) },
  { weight: 4, arbitrary: fc.record({ search: searches }) },
  { weight: 2, arbitrary: fc.record({ catchUp: fc.constantFrom([0], [1], [0, 1], [0, 1, 0]) }) },
  { weight: 1, arbitrary: fc.constantFrom("prune" as const, "search while indexing" as const) },
);
const settings: fc.Arbitrary<PortableSearchOptions> = fc.record({
  tailLimit: fc.constantFrom(1, 5, 1_000),
  smallestBatch: fc.constantFrom(1, 3),
  largestBatch: fc.constantFrom(1, 4, 50),
  fanOut: fc.constantFrom(2, 3),
  segmentBytes: fc.constantFrom(500, 1_000_000),
  cacheBytes: fc.constantFrom(0, 2_000, 1_000_000),
});

interface Searching extends Pick<CheckedSearch, "order" | "skip" | "limit"> {
  readonly query: string;
  readonly where: SearchFilter;
}

/** Demands the hits of reading every message: the same set, pages of it, and the newest first where that was asked for. */
async function compare(
  store: Store,
  searched: PortableSearch,
  now: number,
  given: Searching,
  isChanging = false,
): Promise<void> {
  const parsed = parseTextQuery(given.query);
  if (parsed.required.length === 0) return;
  const { order, where, skip, limit } = given;
  const input: CheckedSearch = { tenant: TENANT, text: parsed, where, order, skip: 0, limit: 1_000, now };
  const expected = await store.search(input, {});
  const actual = await searched.search(input);
  const names = namesOf(actual);
  assert.deepEqual(names.toSorted(), expected.hits.map((hit) => `${hit.session} ${hit.seq}`).toSorted());
  assert.equal(actual.position, expected.position);
  assert.ok(!actual.more);
  // While the index changes, so may what is known of words, and with it the order.
  if (isChanging) return;
  if (order === "rank") {
    const scores = actual.hits.map(({ score }) => score);
    assert.deepEqual(
      scores,
      scores.toSorted((left, right) => right - left),
    );
  } else {
    const times = await readTimes(store, actual.hits, now);
    assert.deepEqual(
      times,
      times.toSorted((left, right) => right - left),
    );
  }
  const { page, names: around } = await searchPage(searched, input, { skip, limit });
  assert.deepEqual(namesOf(page), around.slice(skip, skip + limit));
  assert.equal(page.more, names.length > skip + limit);
}

function namesOf({ hits }: SearchResult): string[] {
  return hits.map((hit) => `${hit.session} ${hit.seq}`);
}

/** A page, and the order of all hits before and after it: an indexer may go on by itself between two searches. */
async function searchPage(
  searched: PortableSearch,
  input: CheckedSearch,
  part: { readonly skip: number; readonly limit: number },
): Promise<{ readonly page: SearchResult; readonly names: readonly string[] }> {
  for (let tries = 0; tries < 20; tries += 1) {
    const before = namesOf(await searched.search(input));
    const page = await searched.search({ ...input, ...part });
    const after = namesOf(await searched.search(input));
    if (before.join() === after.join()) return { page, names: before };
  }
  throw new Error("the order of the hits does not come to rest");
}

async function readTimes(
  store: Store,
  hits: readonly { session: string; seq: number }[],
  now: number,
): Promise<number[]> {
  const keys = hits.map(({ session: id, seq }) => [id, seq]);
  const requests = [{ type: "get", kind: "messages", keys }] as const;
  const { answers } = await store.read({ tenant: TENANT, requests, now }, {});
  const rows = answers[0] as unknown as readonly { createdAt: number }[];
  return rows.map(({ createdAt }) => createdAt);
}

async function commit(store: Store, now: number, ...given: Write[]): Promise<boolean> {
  try {
    await store.commit({ tenant: TENANT, writes: given, now }, {});
    return true;
  } catch (error) {
    if (isThroughlineError(error)) return false;
    throw error;
  }
}

test("[S1, S2, S5, S9] the same hits as by reading, after any writes, by two indexers at once", async () => {
  const property = fc.asyncProperty(
    fc.array(steps, { minLength: 5, maxLength: 40 }),
    settings,
    fc.integer({ min: 1, max: 1_000_000 }),
    async (sequence, options, seed) => {
      const store = memoryStore();
      const searched = [0, 1].map((index) => new PortableSearch(slowStore(store, seed + index), options));
      let now = 10;
      for (const id of ["x", "y", "z", "日 x"])
        await commit(store, now, insertSession(id, { userId: "ada" }));
      for (const step of sequence) {
        now += 1;
        if (step === "prune") await store.prune({ changes: now - 5, operations: 0 });
        else if (step === "search while indexing") {
          const indexing = searched.map((each) => each.catchUp(TENANT, now));
          const given = { where: {}, order: "rank", skip: 0, limit: 5 } as const;
          for (const query of ["beta", "get user", "日"]) {
            await compare(store, searched[0] as PortableSearch, now, { ...given, query }, true);
          }
          await Promise.all(indexing);
        } else if ("write" in step) await commit(store, now, step.write);
        else if ("search" in step) {
          await compare(store, searched[step.search.by] as PortableSearch, now, step.search);
        } else await Promise.all(step.catchUp.map(async (index) => searched[index]?.catchUp(TENANT, now)));
      }
      await Promise.all(searched.map((each) => each.close()));
    },
  );
  await fc.assert(property, { numRuns: runs });
});
