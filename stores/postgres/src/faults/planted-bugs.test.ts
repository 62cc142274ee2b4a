/** Stores that break their promises on purpose: the look for broken promises finds it, or it would prove nothing. */
import { ToldHistory, findBrokenPromises, writeEntry, writeHistory } from "@throughline/conformance";
import type { Store } from "@throughline/core";
import { guardStore, isThroughlineError } from "@throughline/core";
import { resultsOfAppend } from "@throughline/store-sql";
import { expect, test } from "vitest";
import { newHistory, openLine, isCommit } from "./test/open-line.ts";
import { serverFaults } from "./test/server-faults.ts";

/** Answers what a commit will probably answer, before it is there. One writer's guesses are right. */
function eagerStore(store: Store): Store {
  let seq = 0;
  let position = 0;
  return {
    ...passOn(store),
    commit: async (batch, options) => {
      const [write] = batch.writes;
      if (write?.type !== "append") return store.commit(batch, options);
      const ids = write.messages.map(({ record }) => record.id as string);
      const firstSeq = seq + 1;
      seq += ids.length;
      position += 1;
      store.commit(batch, {}).catch(() => undefined);
      // As long as a commit takes.
      await new Promise((resolve) => setTimeout(resolve, 1));
      const session = String((write.session as readonly string[])[0]);
      return { position, replayed: false, results: resultsOfAppend({ session, firstSeq, ids }) };
    },
  };
}

/** Sends what had no answer again, as another operation. */
function forgetfulStore(store: Store): Store {
  return {
    ...passOn(store),
    commit: async (batch, options) => {
      try {
        return await store.commit(batch, options);
      } catch (error) {
        if (!isThroughlineError(error) || error.outcome !== "unknown") throw error;
        const { operation: _, ...another } = batch;
        return store.commit(another, options);
      }
    },
  };
}

function passOn(store: Store): Store {
  return {
    capabilities: store.capabilities,
    kinds: store.kinds,
    commit: (batch, options) => store.commit(batch, options),
    read: (input, options) => store.read(input, options),
    search: (input, options) => store.search(input, options),
    changes: (input, options) => store.changes(input, options),
    check: () => store.check(),
    prune: (before) => store.prune(before),
    close: () => store.close(),
  };
}

test("a store that acknowledges before the commit is found out by a kill", async (context) => {
  const { server, proxy, raw, direct } = await openLine(context);
  const history = await newHistory({ direct });
  const told = new ToldHistory();
  let isOver = false;
  const writing = writeHistory(guardStore(eagerStore(raw)), {
    history,
    writer: "w",
    isOver: () => isOver,
    tell: (event) => told.hear(event),
  });
  while (told.acknowledged.size < 50) await new Promise((resolve) => setTimeout(resolve, 1));
  await serverFaults.killed({ server, proxy });
  isOver = true;
  await writing;
  const wrong = await findBrokenPromises(direct, history, told);
  expect(wrong.filter((line) => line.endsWith("is lost")).length).toBeGreaterThan(0);
});

test("a store that sends again without the operation's id is found out by a lost reply", async (context) => {
  const { proxy, raw, direct } = await openLine(context);
  const history = await newHistory({ direct });
  const store = guardStore(forgetfulStore(raw));
  const told = new ToldHistory();
  // An entry that counts.
  const id = ["a", "b", "c", "d"].find((name) => name.charCodeAt(0) % 4 === 0) ?? "";
  let isLost = false;
  proxy.setMode({
    loseReplyTo: (request) => {
      if (isLost || !isCommit(request)) return false;
      isLost = true;
      return true;
    },
  });
  told.acknowledged.set(id, await writeEntry(store, history, id));
  expect(isLost).toBe(true);
  expect(await findBrokenPromises(direct, history, told)).toContain("1 entries were counted as 2");
});
