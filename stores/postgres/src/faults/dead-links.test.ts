/** Links and servers that are silent: every call ends within its time limit, and nothing is written twice. */
import { join } from "node:path";
import {
  ToldHistory,
  commitInSilence,
  historyTenant,
  readInSilence,
  testItems,
  testKinds,
  writeEntry,
} from "@throughline/conformance";
import { type Batch, type GuardedStore, completeRecord, guardStore } from "@throughline/core";
import type { LinkMode } from "@throughline/test-servers";
import { bundleProgram, startProgram } from "@throughline/test-servers";
import { describe, expect, onTestFinished, test } from "vitest";
import { postgresStore } from "../postgres-store.ts";
import { withClient } from "../test/raw-connection.ts";
import {
  type Line,
  endsInTime,
  expectKept,
  newHistory,
  openLine,
  isCommit,
  schema,
  silentLink,
} from "./test/open-line.ts";
import { shortTimeouts } from "./test/short-timeouts.ts";

const closing = await bundleProgram(join(import.meta.dirname, "test/closing-process.ts"));
const short = { timeouts: shortTimeouts, resendForMs: 1_000 };
const silences: readonly (readonly [string, LinkMode])[] = [
  ["both ways", { blackHole: "both" }],
  ["to the server", { blackHole: "toServer" }],
  ["to the client", { blackHole: "toClient" }],
];
const readNothing = { tenant: historyTenant, requests: [] } as const;

describe("a link that swallows everything", () => {
  test.for(silences)(
    "[C39] %s: a commit ends in time, and can be asked for later",
    async ([, mode], context) => {
      const line = await openLine(context, short);
      const history = await newHistory(line);
      expect(await commitInSilence(silentLink(line, mode), history)).toMatchObject({
        reason: "timeout",
        outcome: "unknown",
        details: { operation: `${history} swallowed` },
      });
    },
  );

  test.for(silences)("%s: a read, a look at the feed and a search end in time", async ([, mode], context) => {
    const line = await openLine(context, { ...short, maximum: 10 });
    const errors = await readInSilence(silentLink(line, mode));
    expect(errors.map(({ reason }) => reason)).toEqual(Array(4).fill("timeout"));
    line.proxy.setMode({});
    await line.store.read(readNothing);
  });

  test("a store is opened in time, or not", async (context) => {
    const { proxy, url } = await openLine(context);
    proxy.setMode({ blackHole: "both" });
    const opening = postgresStore({ url, schema, timeouts: shortTimeouts });
    await endsInTime(opening);
    await expect(opening).rejects.toMatchObject({
      code: "unavailable",
      reason: "timeout",
      outcome: "refused",
    });
  });

  test("[M4] a store is closed in time, and its process can end", async (context) => {
    const { proxy, url } = await openLine(context);
    const said: string[] = [];
    const program = startProgram(closing, [url, schema], (line) => said.push(line));
    while (said.length === 0)
      await Promise.race([program.ended, new Promise((resolve) => setTimeout(resolve, 5))]);
    proxy.setMode({ blackHole: "both" });
    program.send("close");
    await endsInTime(program.ended);
    await program.kill();
    expect(said).toEqual(["ready", "closed"]);
  });
});

/** The processes of the server that serve stores. */
async function findBackends({ server }: Line): Promise<readonly number[]> {
  return withClient(async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'throughline'",
    );
    return rows.map(({ pid }) => pid);
  }, server.url);
}

interface Freezing {
  readonly store: GuardedStore;
  /** Lets the server's process for the store's connection stand still. New connections are served. */
  freeze(): void;
  /** Does so when the next commit arrives there, before it is seen. */
  freezeAtCommit(): Promise<void>;
  /** Lets it go on: it carries out what was sent to it, and ends, because nobody is there. */
  thaw(): Promise<void>;
}

async function openFreezing(line: Line): Promise<Freezing> {
  const others = await findBackends(line);
  const store = guardStore(
    await postgresStore({
      url: line.url,
      schema,
      kinds: testKinds,
      timeouts: shortTimeouts,
      pool: { maximum: 1 },
    }),
    { resendForMs: 60_000 },
  );
  onTestFinished(() => store.close());
  const [backend = 0, ...more] = (await findBackends(line)).filter((id) => !others.includes(id));
  expect(more).toEqual([]);
  const freeze = (): void => void process.kill(backend, "SIGSTOP");
  return {
    store,
    freeze,
    freezeAtCommit: () =>
      new Promise((resolve) => {
        line.proxy.setMode({
          loseReplyTo: (request) => {
            if (isCommit(request)) {
              line.proxy.setMode({});
              freeze();
              resolve();
            }
            return false;
          },
        });
      }),
    thaw: async () => {
      process.kill(backend, "SIGCONT");
      while ((await findBackends(line)).includes(backend))
        await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

describe("a server's end of a link that stands still", () => {
  // Entries of both forms: a plain append, and one that also counts.
  test.for(["a", "d"])(
    "[C17] a commit goes by another connection, and the one that comes late changes nothing (%s)",
    async (id, context) => {
      const line = await openLine(context);
      const history = await newHistory(line);
      const told = new ToldHistory();
      const { store, freezeAtCommit, thaw } = await openFreezing(line);
      const frozen = freezeAtCommit();
      const commit = writeEntry(store, history, id);
      await endsInTime(commit);
      await frozen;
      told.acknowledged.set(id, await commit);
      await thaw();
      await expectKept(line, history, told);
    },
  );

  test("[C38] a batch that was refused is not carried out by an attempt that comes late", async (context) => {
    const line = await openLine(context);
    const record = completeRecord(testItems, { id: "late" });
    const insert = (operation: string): Batch => ({
      tenant: historyTenant,
      operation: { id: operation, fingerprint: "" },
      writes: [{ type: "insert", kind: "test_items", record, exists: "fail" }],
    });
    const { store, freezeAtCommit, thaw } = await openFreezing(line);
    const frozen = freezeAtCommit();
    const commit = store.commit(insert("late"));
    commit.catch(() => undefined);
    await frozen;
    await line.direct.commit(insert("another"));
    await endsInTime(commit);
    await expect(commit).rejects.toMatchObject({ code: "conflict", reason: "exists" });
    const removal = { type: "remove", kind: "test_items", key: ["late"] } as const;
    await line.direct.commit({ tenant: historyTenant, writes: [removal] });
    await thaw();
    const read = { type: "get", kind: "test_items", keys: [["late"]] } as const;
    const { answers } = await line.direct.read({ tenant: historyTenant, requests: [read] });
    expect(answers).toEqual([[undefined]]);
  });

  test("a read goes by another connection once its own has been given up", async (context) => {
    const line = await openLine(context);
    const { store, freeze, thaw } = await openFreezing(line);
    freeze();
    await expect(store.read(readNothing)).rejects.toMatchObject({ reason: "timeout" });
    await store.read(readNothing);
    await thaw();
  });
});
