import { memoryStore } from "@throughline/store-memory";
import { expect, test } from "vitest";
import type { CallOptions, Store } from "../contract/store.ts";
import { ThroughlineError } from "../error.ts";
import type { Kind } from "../model/kind.ts";
import { completeRecord } from "../model/kind.ts";
import { sessions } from "../model/sessions.ts";
import { guardStore } from "./guard-store.ts";

const insert = {
  type: "insert",
  kind: "sessions",
  record: completeRecord(sessions, { id: "s", status: "active" }),
  exists: "fail",
} as const;
const lost = new ThroughlineError("unavailable", "Lost.", { reason: "timeout", outcome: "unknown" });

/** A memory store with other parts. The prototype's verbs stay bound to it. */
function storeWith(parts: (store: Store) => Partial<Store>): Store {
  const store = memoryStore();
  const bound = {
    commit: store.commit.bind(store),
    read: store.read.bind(store),
    close: store.close.bind(store),
  };
  return Object.assign(Object.create(store) as Store, bound, parts(store));
}

test("[C44] a batch that may have arrived is asked to its end, though its caller gave up", async () => {
  const options: CallOptions[] = [];
  const store = storeWith((memory) => ({
    capabilities: { ...memory.capabilities, unknownOutcomes: true },
    commit: async (batch, given) => {
      options.push(given);
      if (given.signal?.aborted === true) throw given.signal.reason;
      const result = await memory.commit(batch, given);
      if (options.length === 1) throw lost;
      return result;
    },
  }));
  const controller = new AbortController();
  const commit = guardStore(store).commit({ tenant: "t", writes: [insert] }, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(commit).resolves.toMatchObject({ replayed: true, results: [{ outcome: "inserted" }] });
  expect(options.map(({ signal }) => signal)).toEqual([controller.signal, undefined]);
});

test("[M4] closing waits for a read that has to look up owners, and for one that was given up", async () => {
  const events: string[] = [];
  const store = storeWith((memory) => ({
    read: async (input, options) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      events.push("read");
      return memory.read(input, options);
    },
    close: async () => {
      events.push("closed");
    },
  }));
  const guarded = guardStore(store);
  await guarded.commit({ tenant: "t", writes: [insert, appendOne] });
  const acrossSessions = {
    type: "query",
    kind: "messages",
    shape: "key",
    prefix: [],
    direction: "forward",
    limit: 9,
  } as const;
  const read = guarded.read({ tenant: "t", requests: [acrossSessions] });
  const controller = new AbortController();
  const givenUp = guarded.read({ tenant: "t", requests: [] }, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(givenUp).rejects.toThrow("enough");
  await guarded.close();
  expect((await read).answers[0].rows).toHaveLength(1);
  expect(events).toEqual(["read", "read", "read", "closed"]);
});

const appendOne = {
  type: "append",
  session: ["s"],
  exists: "same",
  messages: [
    {
      record: {
        id: "m",
        role: "user",
        content: "",
        contentFormat: "",
        tokenCount: 0,
        model: "",
        usage: "",
        cost: null,
        metadata: "",
        native: "",
        createdAt: 0,
        updatedAt: 0,
      },
    },
  ],
} as const;

test("[M9] the time of a call is the guard's, and only rises", async () => {
  const times: number[] = [];
  let clock = 10;
  const store = storeWith((memory) => ({
    read: (input, options) => {
      times.push(input.now);
      return memory.read(input, options);
    },
  }));
  const guarded = guardStore(store, { clock: () => clock });
  for (clock of [10, 5, 20]) await guarded.read({ tenant: "t", requests: [] });
  expect(times).toEqual([10, 10, 20]);
});

test("[C41] input is refused before the store sees it", async () => {
  const store = storeWith(() => ({
    commit: () => Promise.reject(new Error("the store was called")),
  }));
  const records = Array.from({ length: 1_001 }, (_, index) => ({
    ...insert,
    record: { ...insert.record, id: `s${index}` },
  }));
  await expect(guardStore(store).commit({ tenant: "t", writes: records })).rejects.toMatchObject({
    code: "too_large",
    reason: "batch",
    outcome: "refused",
    details: { limit: 1_000, records: 1_001 },
  });
});

test("[R14, C37] hiding is left to the guard at a server, where there is one", async () => {
  const seen: object[] = [];
  const store = storeWith((memory) => ({
    guarded: true,
    commit: (batch, options) => {
      seen.push({ expect: batch.expect });
      return memory.commit(batch, options);
    },
    read: (input, options) => {
      seen.push({ requests: input.requests });
      return memory.read(input, options);
    },
  }));
  const guarded = guardStore(store);
  const write = { type: "remove", kind: "branches", key: ["s", 1] } as const;
  await guarded.commit({ tenant: "t", writes: [write] });
  const requests = [{ type: "get", kind: "branches", keys: [["s", 1]] }] as const;
  await guarded.read({ tenant: "t", requests });
  expect(seen).toEqual([{ expect: [] }, { requests }]);
});

test("[C33] a quiet batch that adds is not sent again: it may get lost, and never counts twice", async () => {
  let sent = 0;
  const store = storeWith((memory) => ({
    capabilities: { ...memory.capabilities, unknownOutcomes: true },
    commit: () => {
      sent += 1;
      return Promise.reject(lost);
    },
  }));
  const kinds = new Map([["counters", { ...counters }]]);
  const guarded = guardStore(Object.assign(store, { kinds }));
  const write = { type: "update", kind: "counters", key: ["a"], increment: { hits: 1 } } as const;
  const commit = guarded.commit({ tenant: "t", writes: [write], quiet: { durable: false } });
  await expect(commit).rejects.toMatchObject({ code: "unavailable", outcome: "unknown" });
  expect(sent).toBe(1);
});

const counters: Kind = {
  name: "counters",
  fields: { id: { type: "text" }, hits: { type: "integer", volatile: true } },
  key: ["id"],
  unique: {},
  shapes: {},
};

test("[C38] a store that loses no answers is not asked again when it does not know", async () => {
  let attempts = 0;
  const failing = storeWith(() => ({
    commit: async () => {
      attempts += 1;
      throw new ThroughlineError("unavailable", "The disk failed.", {
        reason: "io_error",
        outcome: "unknown",
      });
    },
  }));
  const operation = { id: "o", fingerprint: "" };
  const commit = guardStore(failing).commit({ tenant: "t", writes: [insert], operation });
  await expect(commit).rejects.toMatchObject({ reason: "io_error", outcome: "unknown", retryable: true });
  expect(attempts).toBe(1);
});
