import { memoryStore } from "@throughline/store-memory";
import type { Store } from "@throughline/core";
import { expect, test } from "vitest";
import type { OpenForTest } from "../conformance-test.ts";
import { refuseBadInput } from "../refuse-bad-input.ts";
import { compareServices } from "./compare-services.ts";

const memory: OpenForTest = async ({ kinds }) => {
  const store = memoryStore({ kinds });
  return { store, dispose: () => store.close() };
};

/** A store that gives the pages of a list the other way round. */
function turned(store: Store): Store {
  return {
    ...bound(store),
    read: async (input, options) => {
      const result = await store.read(input, options);
      const answers = result.answers.map((answer) =>
        typeof answer === "object" && "rows" in answer && answer.next === undefined
          ? { rows: answer.rows.toReversed() }
          : answer,
      );
      return { ...result, answers };
    },
  };
}

function bound(store: Store): Store {
  return {
    capabilities: store.capabilities,
    kinds: store.kinds,
    commit: store.commit.bind(store),
    read: store.read.bind(store),
    search: store.search.bind(store),
    changes: store.changes.bind(store),
    check: store.check.bind(store),
    prune: store.prune.bind(store),
    close: store.close.bind(store),
  };
}

test("a store answers as itself", async () => {
  await compareServices({
    reference: memory,
    open: memory,
    runs: Number(process.env["PROPERTY_RUNS"] ?? 30),
  });
});

test("a difference is found and shown", async () => {
  const open: OpenForTest = async (options) => {
    const opened = await memory(options);
    return { ...opened, store: turned(opened.store) };
  };
  await expect(compareServices({ reference: memory, open, runs: 100, seed: 1 })).rejects.toThrow(
    /The services differ after[\s\S]*Repeat it/,
  );
});

test("what makes no sense is refused, and leaves nothing", async () => {
  await refuseBadInput(memory);
});

test("it is found out where something is left", async () => {
  const leaving: OpenForTest = async (options) => {
    const { store, dispose } = await memory(options);
    const commit: Store["commit"] = async (batch, call) => {
      const { writes, expect: _, ...rest } = batch;
      // As if nothing were expected: a fork of what was deleted is made nonetheless.
      return store.commit({ ...rest, writes, expect: [] }, call);
    };
    return { store: { ...bound(store), commit }, dispose };
  };
  await expect(refuseBadInput(leaving)).rejects.toThrow("a call succeeded that has to fail");
});
