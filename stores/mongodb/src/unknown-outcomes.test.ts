/** Answers to the insert that is the commit get lost: it is sent again, and carried out once. */
import { testKinds } from "@throughline/conformance";
import type { GuardedStore } from "@throughline/core";
import { guardStore, isThroughlineError } from "@throughline/core";
import { MongoNetworkError } from "mongodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openMongodbStore } from "./mongodb-store.ts";
import { appendTo, newSession, testTenant as tenant } from "./test/records.ts";
import { dropDatabase, newDatabaseUrl } from "./test/test-database.ts";

/** What happens to an insert into the log: it does not arrive, its answer is lost, or it is carried out. */
type Fate = "before" | "after" | "none";

let url: string;
let fates: Fate[];
/** Runs before an insert whose fate is `before`. */
let meanwhile: () => Promise<unknown>;
let losing: GuardedStore;
let other: GuardedStore;

beforeEach(async () => {
  url = newDatabaseUrl();
  fates = [];
  meanwhile = () => Promise.resolve();
  const options = { url, kinds: testKinds, timeouts: { commitMs: 400 } };
  const store = await openMongodbStore(options, {
    intercept: async (call, run) => {
      const fate = call === "insert commit_log" ? fates.shift() : "none";
      if (fate === "before") await meanwhile();
      const answer = fate === "before" ? undefined : await run();
      if (fate === "before" || fate === "after") throw new MongoNetworkError("the connection was cut");
      return answer as Awaited<ReturnType<typeof run>>;
    },
  });
  // The guard would ask again, and hear that all is well.
  losing = guardStore(store, { resendForMs: 0 });
  other = guardStore(await openMongodbStore(options, {}));
  await other.commit({ tenant, writes: [newSession("s")] });
  // So that it knows where the log ends, and its first insert is the one that counts.
  await messageIds(losing);
});

afterEach(async () => {
  await losing.close();
  await other.close();
  await dropDatabase(url);
});

async function messageIds(store: GuardedStore): Promise<unknown[]> {
  const query = {
    type: "query",
    kind: "messages",
    shape: "key",
    prefix: ["s"],
    direction: "forward",
    limit: 100,
  } as const;
  const { answers } = await store.read({ tenant, requests: [query] });
  return answers[0].rows.map(({ id, seq }) => `${String(id)} ${String(seq)}`);
}

test.for<readonly Fate[]>([["before"], ["after"], ["before", "after"], ["after", "before", "before"]])(
  "[C38] a commit whose insert is lost %j is carried out once",
  async (lost) => {
    fates = [...lost];
    const { position, replayed } = await losing.commit({ tenant, writes: [appendTo("s", ["a"])] });
    expect({ position, replayed, ids: await messageIds(other) }).toEqual({
      position: 2,
      replayed: false,
      ids: ["a 1"],
    });
    expect(fates).toEqual([]);
    expect(await other.check()).toEqual([]);
  },
);

test("[C38] a commit that lost its slot while it was in doubt goes to the next one", async () => {
  fates = ["before"];
  meanwhile = () => other.commit({ tenant, writes: [appendTo("s", ["theirs"])] });
  const { position } = await losing.commit({ tenant, writes: [appendTo("s", ["ours"])] });
  expect(position).toBe(3);
  expect(await messageIds(losing)).toEqual(["theirs 1", "ours 2"]);
});

test("[C39] when the time is over the outcome is unknown, and the operation tells later", async () => {
  fates = Array.from({ length: 100 }, (_, index) => (index === 0 ? "after" : "before"));
  const operation = { id: "op", fingerprint: "" };
  const batch = { tenant, operation, writes: [appendTo("s", ["a"])] };
  const error: unknown = await losing.commit(batch).catch((reason: unknown) => reason);
  expect(isThroughlineError(error) && [error.code, error.outcome, error.reason, error.details]).toEqual([
    "unavailable",
    "unknown",
    "connection_lost",
    { operation: "op" },
  ]);
  fates = [];
  expect(await losing.commit(batch)).toMatchObject({ position: 2, replayed: true });
  expect(await messageIds(other)).toEqual(["a 1"]);
});
