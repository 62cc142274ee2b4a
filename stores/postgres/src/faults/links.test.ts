/** Links that lose, cut and delay: what was acknowledged is there, once. */
import { ToldHistory, historyTenant, writeEntry, writeHistory } from "@throughline/conformance";
import { isThroughlineError } from "@throughline/core";
import { type LinkMode, repairOnceCut } from "@throughline/test-servers";
import { describe, expect, test } from "vitest";
import { postgresStore } from "../postgres-store.ts";
import { type Line, expectKept, newHistory, openLine, schema, isCommit } from "./test/open-line.ts";
import { shortTimeouts } from "./test/short-timeouts.ts";

const lanes = (count: number): number[] => Array.from({ length: count }, (_, lane) => lane);

/** Entries of both forms: plain appends, and those that also count. */
const bothForms = ["a", "b", "c", "d"];

test("a slow link only takes longer", async (context) => {
  const line = await openLine(context);
  const history = await newHistory(line);
  const told = new ToldHistory();
  line.proxy.setMode({ latencyMilliseconds: 300 });
  await Promise.all(
    bothForms.map(async (id) => told.acknowledged.set(id, await writeEntry(line.store, history, id))),
  );
  const requests = [{ type: "get", kind: "sessions", keys: [[history]] }] as const;
  const { answers } = await line.store.read({ tenant: historyTenant, requests });
  expect(answers[0][0]?.["messageCount"]).toBeGreaterThan(0);
  await expectKept(line, history, told);
});

test("[C38] commits whose replies are lost are carried out once, and answer what they did", async (context) => {
  const line = await openLine(context);
  const history = await newHistory(line);
  const told = new ToldHistory();
  let seen = 0;
  // Of every three calls the replies to two are lost.
  line.proxy.setMode({ loseReplyTo: (request) => isCommit(request) && (seen += 1) % 3 !== 0 });
  let isOver = false;
  const writing = writeHistory(line.store, {
    history,
    writer: "w",
    lanes: 6,
    isOver: () => isOver,
    tell: (event) => {
      told.hear(event);
      isOver = told.acknowledged.size >= 40;
    },
  });
  await writing;
  expect(line.proxy.statistics().cut).toBeGreaterThan(10);
  expect(told.pending.size).toBe(0);
  await expectKept(line, history, told);
});

describe("a link that is cut", () => {
  async function openThrough(url: string): Promise<void> {
    await (await postgresStore({ url, schema })).close();
  }

  /** Bytes of a commit and of its answer; counted on a sound link. */
  async function countBytes(
    { proxy, store }: Line,
    history: string,
  ): Promise<Record<"toServer" | "toClient", number>> {
    await writeEntry(store, history, "warm");
    const before = proxy.statistics();
    await writeEntry(store, history, "counted");
    const after = proxy.statistics();
    return {
      toServer: after.bytesToServer - before.bytesToServer,
      toClient: after.bytesToClient - before.bytesToClient,
    };
  }

  test.for([
    ["toServer", 11],
    ["toClient", 3],
  ] as const)(
    "[C38] after some bytes %s: the commit is carried out once",
    { timeout: 300_000 },
    async ([direction, step], context) => {
      const line = await openLine(context);
      const history = await newHistory(line);
      const told = new ToldHistory();
      const total = (await countBytes(line, history))[direction];
      expect(total).toBeGreaterThan(100);
      const connections = line.proxy.statistics().cut;
      for (let bytes = 1; bytes <= total; bytes += step) {
        const id = `after${bytes}`;
        const mode: LinkMode = { cutAfter: { direction, bytes, by: bytes % 2 === 0 ? "reset" : "close" } };
        await repairOnceCut(line.proxy, mode, async () => {
          told.acknowledged.set(id, await writeEntry(line.store, history, id));
        });
      }
      expect(line.proxy.statistics().cut - connections).toBeGreaterThan(total / step / 2);
      await expectKept(line, history, told);
    },
  );

  test.for([
    ["toServer", 13],
    ["toClient", 11],
  ] as const)(
    "after some bytes of connecting (%s) is an error of the opening, and no more",
    async ([direction, step], context) => {
      const { proxy, url } = await openLine(context);
      const before = proxy.statistics();
      await openThrough(url);
      const after = proxy.statistics();
      const total =
        direction === "toServer"
          ? after.bytesToServer - before.bytesToServer
          : after.bytesToClient - before.bytesToClient;
      for (let bytes = 1; bytes < total; bytes += step) {
        proxy.setMode({ cutAfter: { direction, bytes, by: bytes % 2 === 0 ? "reset" : "close" } });
        const refusal = { code: "unavailable", reason: "connection_lost", retryable: true };
        await expect(openThrough(url), `after ${bytes} bytes`).rejects.toMatchObject(refusal);
      }
      proxy.setMode({});
      await openThrough(url);
    },
  );

  test("between calls does not disturb: reads ask once more, and commits again", async (context) => {
    const line = await openLine(context);
    const history = await newHistory(line);
    const told = new ToldHistory();
    for (const by of ["close", "reset", "close", "reset"] as const) {
      line.proxy.cutAll(by);
      await line.store.read({ tenant: historyTenant, requests: [] });
      line.proxy.cutAll(by);
      const id = `m${told.acknowledged.size}`;
      told.acknowledged.set(id, await writeEntry(line.store, history, id));
    }
    await expectKept(line, history, told);
  });

  test("in the middle of each read is connection_lost", async (context) => {
    const { proxy, store } = await openLine(context);
    proxy.setMode({ cutAfter: { direction: "toClient", bytes: 20 } });
    const read = store.read({ tenant: historyTenant, requests: [] });
    await expect(read).rejects.toMatchObject({ code: "unavailable", retryable: true });
  });
});

test("[C38, C39] writers go on after ten seconds without a server, and no call of theirs hangs", async (context) => {
  const line = await openLine(context, { timeouts: shortTimeouts });
  const history = await newHistory(line);
  const told = new ToldHistory();
  const reasons = new Set<string>();
  let isOver = false;
  const writing = Promise.all(
    lanes(2).map((writer) =>
      writeHistory(line.store, {
        history,
        writer: `w${writer}`,
        lanes: 2,
        isOver: () => isOver,
        tell: (event) => {
          told.hear(event);
          if ("refused" in event) reasons.add(event.reason);
        },
      }),
    ),
  );
  const until = async (count: number): Promise<void> => {
    const acknowledged = async (): Promise<void> => {
      while (told.acknowledged.size < count) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await Promise.race([acknowledged(), writing]);
  };
  await until(10);
  line.proxy.stopListening();
  line.proxy.cutAll();
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  await line.proxy.listenAgain();
  await until(told.acknowledged.size + 10);
  isOver = true;
  await writing;
  // Those that were on their way were asked for until there was an answer; new ones were refused at once.
  expect(["cannot_connect", "connection_lost"]).toEqual(expect.arrayContaining([...reasons]));
  await expectKept(line, history, told);
});

test("[C39] a server that stays away leaves the outcome unknown, and names the operation", async (context) => {
  const line = await openLine(context, { timeouts: shortTimeouts, resendForMs: 1_000 });
  const history = await newHistory(line);
  await writeEntry(line.store, history, "before");
  line.proxy.setMode({ loseReplyTo: isCommit });
  const commit = writeEntry(line.store, history, "lost");
  commit.catch(() => undefined);
  const { cut } = line.proxy.statistics();
  while (line.proxy.statistics().cut === cut) await new Promise((resolve) => setTimeout(resolve, 1));
  line.proxy.stopListening();
  const error: unknown = await commit.catch((thrown: unknown) => thrown);
  expect(isThroughlineError(error) && error).toMatchObject({
    code: "unavailable",
    outcome: "unknown",
    details: { operation: `${history} lost` },
  });
  await line.proxy.listenAgain();
  line.proxy.setMode({});
  expect(await writeEntry(line.store, history, "lost")).toMatchObject({ replayed: true });
});
