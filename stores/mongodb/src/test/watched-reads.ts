/** Reads that are compared with what was there at their position. */
import { equal } from "./equal.ts";
import type { GuardedStore, ReadRequest } from "@throughline/core";

/** Everything of the scenarios, by several ways: whole records, orders, counts, unique keys. */
export const watched = [
  {
    type: "get",
    kind: "sessions",
    keys: [["s"], ["t"], { unique: "external", values: ["u", "", "key-s"] }],
    hidden: true,
  },
  {
    type: "get",
    kind: "messages",
    keys: [
      ["s", 1],
      ["s", 2],
    ],
    hidden: true,
  },
  {
    type: "get",
    kind: "messages",
    keys: [
      { unique: "id", values: ["s", "a"] },
      { unique: "id", values: ["s", "d"] },
    ],
    hidden: true,
  },
  {
    type: "query",
    kind: "branches",
    shape: "key",
    prefix: ["s"],
    direction: "forward",
    limit: 5,
    hidden: true,
  },
  { type: "count", kind: "branches", shape: "key", prefix: ["s"], hidden: true },
  {
    type: "query",
    kind: "sessions",
    shape: "activity",
    prefix: [],
    direction: "backward",
    limit: 100,
    hidden: true,
  },
  {
    type: "query",
    kind: "messages",
    shape: "key",
    prefix: ["s"],
    direction: "forward",
    limit: 3,
    hidden: true,
  },
  {
    type: "query",
    kind: "messages",
    shape: "key",
    prefix: ["s"],
    direction: "backward",
    limit: 2,
    select: "key",
    hidden: true,
  },
  { type: "count", kind: "messages", shape: "key", prefix: ["s"], hidden: true },
  { type: "query", kind: "test_items", shape: "key", prefix: [], direction: "forward", limit: 100 },
  { type: "query", kind: "test_items", shape: "rank", prefix: ["g"], direction: "backward", limit: 100 },
  { type: "count", kind: "test_items", shape: "key", prefix: [] },
  {
    type: "query",
    kind: "test_notes",
    shape: "rank",
    prefix: ["s"],
    direction: "forward",
    limit: 5,
    hidden: true,
  },
  { type: "count", kind: "test_items", shape: "rank", prefix: ["large"], range: { above: 0 } },
  {
    type: "get",
    kind: "test_items",
    keys: [
      { unique: "code", values: ["one"] },
      { unique: "code", values: ["two"] },
      { unique: "code", values: ["three"] },
      { unique: "name", values: ["g", "n"] },
    ],
  },
] as const satisfies readonly ReadRequest[];

/** What a store without crashes answered at each position. */
export type History = Map<number, readonly unknown[]>;

export async function readWatched(
  store: GuardedStore,
  tenant: string,
): Promise<{ position: number; answers: readonly unknown[] }> {
  return store.read({ tenant, requests: watched });
}

/** It is read by itself as well: whoever asks for keys only reads the log at the same time, not afterwards. */
const { 1: byKey } = watched;

/** Reads again and again, until it is ended; fails on the first answer that no position had, or that goes back. */
export function watchReads(
  store: GuardedStore,
  tenant: string,
  history: History,
): { end(): Promise<number> } {
  const state = { isOver: false };
  let reads = 0;
  const running = (async () => {
    let last = 0;
    while (!state.isOver) {
      const { position, answers } = await readWatched(store, tenant);
      equal(answers, history.get(position), `the read at position ${position}`);
      if (position < last) throw new Error(`a read was at ${position}, after one at ${last}`);
      const alone = await store.read({ tenant, requests: [byKey] });
      equal(
        alone.answers[0],
        history.get(alone.position)?.[1],
        `the messages by their keys at position ${alone.position}`,
      );
      last = alone.position;
      reads += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return reads;
  })();
  // Whoever ends it hears of the failure.
  running.catch(() => undefined);
  return {
    end: () => {
      state.isOver = true;
      return running;
    },
  };
}
