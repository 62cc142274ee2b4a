/** Ways to the run's server, or its stand-in, that fail when they are told to. */
import {
  type SilentLink,
  beginHistory,
  findBrokenPromises,
  historyTenant,
  testKinds,
} from "@throughline/conformance";
import type { GuardedStore } from "@throughline/core";
import { guardStore } from "@throughline/core";
import { type LinkMode, type Proxy, endsWithin, startProxy, testMongodbUrl } from "@throughline/test-servers";
import { type TestContext, expect, onTestFinished } from "vitest";
import { mongodbStore } from "../../mongodb-store.ts";
import type { Timeouts } from "../../connect.ts";
import { dropDatabase, newDatabaseUrl } from "../../test/test-database.ts";

/** Limits for tests of what never answers: short, but enough for what does on a busy machine. */
export const shortTimeouts: Required<Timeouts> = {
  connectMs: 1_500,
  selectMs: 1_500,
  queryMs: 1_500,
  poolMs: 1_500,
  commitMs: 1_500,
};

/** What a call with these limits may take, sent again for a second, on a busy machine. */
const IN_TIME_MS = 20_000;

export interface Line {
  readonly proxy: Proxy;
  /** The way through the proxy. */
  readonly url: string;
  /** Through the proxy. */
  readonly store: GuardedStore;
  /** Past the proxy. */
  readonly direct: GuardedStore;
}

export interface LineOptions {
  readonly timeouts?: Timeouts;
  readonly resendForMs?: number;
  readonly connections?: number;
}

/** Opens ways to a database of the test's own; they end with the test. */
export async function openLine(context: TestContext, options: LineOptions = {}): Promise<Line> {
  const { timeouts = {}, resendForMs = 60_000, connections = 10 } = options;
  const url = newDatabaseUrl();
  const { hostname, port } = new URL(testMongodbUrl());
  if (!["127.0.0.1", "localhost"].includes(hostname)) context.skip("needs a MongoDB on this machine");
  const proxy = await startProxy({ target: Number(port) });
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String(proxy.port);
  // Otherwise the driver would go past the proxy, to the members that a replica set names.
  through.searchParams.set("directConnection", "true");
  const direct = guardStore(await mongodbStore({ url, kinds: testKinds }));
  const raw = await mongodbStore({ url: through.href, kinds: testKinds, timeouts, connections });
  const store = guardStore(raw, { resendForMs });
  onTestFinished(async () => {
    proxy.setMode({});
    await store.close();
    proxy.stop();
    await direct.close();
    await dropDatabase(url);
  });
  return { proxy, url: through.href, store, direct };
}

/** The one history of a line's database. */
export async function newHistory({ direct }: Pick<Line, "direct">): Promise<string> {
  await beginHistory(direct, "h");
  return "h";
}

/** Fails unless everything is as the writers were told. */
export async function expectKept(
  { direct }: Pick<Line, "direct">,
  history: string,
  told: Parameters<typeof findBrokenPromises>[2],
): Promise<void> {
  expect(await findBrokenPromises(direct, history, told)).toEqual([]);
}

/** Fails if a call takes longer than its limits allow. */
export async function endsInTime(call: Promise<unknown>): Promise<void> {
  expect(await endsWithin(call, IN_TIME_MS), "the call hangs").toBe(true);
}

/** A line whose links behave as `mode` says while it is silent. */
export function silentLink({ store, direct, proxy }: Line, mode: LinkMode): SilentLink {
  return {
    store,
    direct,
    fallSilent: () => proxy.setMode(mode),
    speak: async () => {
      proxy.setMode({});
      // The driver may have to find the server anew first.
      await store.read({ tenant: historyTenant, requests: [] }).catch(() => undefined);
    },
    endsInTime,
  };
}
