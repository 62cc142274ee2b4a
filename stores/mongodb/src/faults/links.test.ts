/** Links that lose, cut, delay and swallow: what was acknowledged is there, once, and every call ends in time. */
import { join } from "node:path";
import {
  ToldHistory,
  commitInSilence,
  historyTenant,
  readInSilence,
  writeEntry,
  writeHistory,
} from "@throughline/conformance";
import { bundleProgram, type LinkMode, repairOnceCut, startProgram } from "@throughline/test-servers";
import { describe, expect, test } from "vitest";
import { mongodbStore } from "../mongodb-store.ts";
import { endsInTime, expectKept, newHistory, openLine, shortTimeouts, silentLink } from "./test/open-line.ts";

const closing = await bundleProgram(join(import.meta.dirname, "test/closing-process.ts"));
const short = { timeouts: shortTimeouts, resendForMs: 1_000 };
const readNothing = { tenant: historyTenant, requests: [] } as const;

/** Whether a piece of what goes to the server inserts into the log: what makes a commit. */
const isCommit = (request: Buffer): boolean =>
  request.includes("insert\0") && request.includes("commit_log\0");

test("a slow link only takes longer", async (context) => {
  const line = await openLine(context);
  const history = await newHistory(line);
  const told = new ToldHistory();
  line.proxy.setMode({ latencyMilliseconds: 300 });
  await Promise.all(
    ["a", "b", "c", "d"].map(async (id) => {
      told.acknowledged.set(id, await writeEntry(line.store, history, id));
    }),
  );
  await line.store.read(readNothing);
  await expectKept(line, history, told);
});

test("[C38] commits whose replies are lost are carried out once, and answer what they did", async (context) => {
  const line = await openLine(context);
  const history = await newHistory(line);
  const told = new ToldHistory();
  let seen = 0;
  line.proxy.setMode({ loseReplyTo: (request) => isCommit(request) && (seen += 1) % 3 === 0 });
  let isOver = false;
  await writeHistory(line.store, {
    history,
    writer: "w",
    lanes: 3,
    isOver: () => isOver,
    tell: (event) => {
      told.hear(event);
      isOver = told.acknowledged.size >= 40;
    },
  });
  expect(line.proxy.statistics().cut).toBeGreaterThan(3);
  await expectKept(line, history, told);
});

/** So many places of a commit and its answer are tried, evenly spread. */
const CUTS = 16;

describe("a link that is cut", () => {
  test.for(["toServer", "toClient"] as const)(
    "[C38] after some bytes %s: the commit is carried out once",
    { timeout: 300_000 },
    async (direction, context) => {
      const line = await openLine(context);
      const history = await newHistory(line);
      const told = new ToldHistory();
      await writeEntry(line.store, history, "warm");
      const before = line.proxy.statistics();
      await writeEntry(line.store, history, "counted");
      const after = line.proxy.statistics();
      const total =
        direction === "toServer"
          ? after.bytesToServer - before.bytesToServer
          : after.bytesToClient - before.bytesToClient;
      expect(total).toBeGreaterThan(100);
      // After each cut the driver takes up to a second to find the server again.
      const step = Math.floor(total / CUTS);
      for (let bytes = 1; bytes <= total; bytes += step) {
        const id = `after${bytes}`;
        const mode: LinkMode = { cutAfter: { direction, bytes, by: bytes % 2 === 0 ? "reset" : "close" } };
        await repairOnceCut(line.proxy, mode, async () => {
          told.acknowledged.set(id, await writeEntry(line.store, history, id));
        });
      }
      expect(line.proxy.statistics().cut).toBeGreaterThan(CUTS / 2);
      await expectKept(line, history, told);
    },
  );
});

test("[C38, C39] writers go on after ten seconds without a server, and no call of theirs hangs", async (context) => {
  const line = await openLine(context, { timeouts: shortTimeouts });
  const history = await newHistory(line);
  const told = new ToldHistory();
  const reasons = new Set<string>();
  let isOver = false;
  const writing = writeHistory(line.store, {
    history,
    writer: "w",
    lanes: 4,
    isOver: () => isOver,
    tell: (event) => {
      told.hear(event);
      if ("refused" in event) reasons.add(event.reason);
    },
  });
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
  // On a busy machine a call may come to its short limit before it notices.
  const allowed = ["", "cannot_connect", "connection_lost", "timeout"];
  expect(allowed).toEqual(expect.arrayContaining([...reasons]));
  await expectKept(line, history, told);
});

describe("a link that swallows everything", () => {
  const silences: readonly (readonly [string, LinkMode])[] = [
    ["both ways", { blackHole: "both" }],
    ["to the server", { blackHole: "toServer" }],
    ["to the client", { blackHole: "toClient" }],
  ];

  test.for(silences)(
    "[C39] %s: a commit ends in time, and can be asked for later",
    async ([, mode], context) => {
      const line = await openLine(context, short);
      await commitInSilence(silentLink(line, mode), await newHistory(line));
    },
  );

  test.for(silences)("%s: reads, looks at the feed and searches end in time", async ([, mode], context) => {
    const line = await openLine(context, short);
    await readInSilence(silentLink(line, mode));
    line.proxy.setMode({});
    const read = () =>
      line.store.read(readNothing).then(
        () => "read",
        () => "failed",
      );
    await expect.poll(read, { timeout: 10_000 }).toBe("read");
  });

  test("a store is opened in time, or not", async (context) => {
    const { proxy, url } = await openLine(context);
    proxy.setMode({ blackHole: "both" });
    const opening = mongodbStore({ url, timeouts: shortTimeouts });
    await endsInTime(opening);
    await expect(opening).rejects.toMatchObject({ code: "unavailable", retryable: true });
  });

  test("[M4] a store is closed in time, and its process can end", async (context) => {
    const { proxy, url } = await openLine(context);
    const said: string[] = [];
    const program = startProgram(closing, [url], (line) => said.push(line));
    while (said.length === 0) {
      await Promise.race([program.ended, new Promise((resolve) => setTimeout(resolve, 5))]);
    }
    proxy.setMode({ blackHole: "both" });
    program.send("close");
    await endsInTime(program.ended);
    await program.kill();
    expect(said).toEqual(["ready", "closed"]);
  });
});
