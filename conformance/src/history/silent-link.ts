/** Calls over a link that takes everything and gives nothing: they end in time, and nothing is written twice. */
import type { GuardedStore, ThroughlineError } from "@throughline/core";
import { isThroughlineError, parseTextQuery } from "@throughline/core";
import { equal, failureOf, holds } from "../assertions.ts";
import { historyTenant } from "./entry-batch.ts";
import { findBrokenPromises } from "./find-broken-promises.ts";
import { ToldHistory, writeEntry } from "./write-history.ts";

/** A way to a store that can fall silent. */
export interface SilentLink {
  readonly store: GuardedStore;
  /** The same database by another way. */
  readonly direct: GuardedStore;
  readonly fallSilent: () => void;
  readonly speak: () => Promise<void>;
  /** Fails if the call takes longer than its limits allow. */
  readonly endsInTime: (call: Promise<unknown>) => Promise<void>;
}

/**
 * A commit into the silence is given up as `unavailable`, and asked for again once the link speaks: then it is there,
 * once. Answers the error.
 */
export async function commitInSilence(link: SilentLink, history: string): Promise<ThroughlineError> {
  const { store, direct, fallSilent, speak, endsInTime } = link;
  const told = new ToldHistory();
  told.acknowledged.set("before", await writeEntry(store, history, "before"));
  fallSilent();
  const commit = writeEntry(store, history, "swallowed");
  await endsInTime(commit);
  const error = await unavailable(commit);
  await speak();
  told.acknowledged.set("swallowed", await writeEntry(store, history, "swallowed"));
  equal(await findBrokenPromises(direct, history, told), [], "what is not as the writer was told");
  return error;
}

/** Reads, looks at the feed, searches and checks in the silence are given up as `unavailable`. Answers their errors. */
export async function readInSilence({
  store,
  fallSilent,
  endsInTime,
}: Omit<SilentLink, "direct" | "speak">): Promise<readonly ThroughlineError[]> {
  const tenant = historyTenant;
  const read = () => store.read({ tenant, requests: [{ type: "get", kind: "sessions", keys: [["h"]] }] });
  await read();
  fallSilent();
  const text = parseTextQuery("word");
  const calls = [
    read(),
    store.changes({ tenant, limit: 1 }),
    store.search({ tenant, text, order: "recent", limit: 1, skip: 0 }),
    store.check(),
  ];
  await endsInTime(Promise.allSettled(calls));
  return Promise.all(calls.map(unavailable));
}

async function unavailable(call: Promise<unknown>): Promise<ThroughlineError> {
  const error = await failureOf(call);
  holds(isThroughlineError(error), `it failed with ${String(error)}`);
  equal(
    { code: error.code, retryable: error.retryable },
    { code: "unavailable", retryable: true },
    "the error",
  );
  return error;
}
