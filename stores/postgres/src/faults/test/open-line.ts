/** A server of the test's own, and ways to it that fail when they are told to. */
import { type SilentLink, beginHistory, findBrokenPromises, testKinds } from "@throughline/conformance";
import type { GuardedStore, Store } from "@throughline/core";
import { guardStore } from "@throughline/core";
import {
  type LinkMode,
  type PostgresServer,
  type Proxy,
  endsWithin,
  startOrSkip,
  startPostgres,
  startProxy,
} from "@throughline/test-servers";
import { afterAll, expect, onTestFinished } from "vitest";
import type { PostgresTimeouts } from "../../options.ts";
import { postgresStore } from "../../postgres-store.ts";

export const schema = "faults";

/** What a call with these limits may take, sent again for a second, on a busy machine. */
const IN_TIME_MS = 15_000;

let starting: Promise<PostgresServer> | undefined;

/** The server of this test file. */
export async function fileServer(context: {
  readonly skip: (reason: string) => never;
}): Promise<PostgresServer> {
  if (starting === undefined) {
    starting = startPostgres();
    starting.catch(() => undefined);
  }
  const server = starting;
  return startOrSkip(context, () => server);
}

afterAll(async () => {
  const server = await starting?.catch(() => undefined);
  await server?.stop();
});

export interface LineOptions {
  readonly timeouts?: PostgresTimeouts;
  readonly maximum?: number;
  readonly resendForMs?: number;
}

export interface Line {
  readonly server: PostgresServer;
  readonly proxy: Proxy;
  /** The way through the proxy. */
  readonly url: string;
  /** Through the proxy, without a guard. */
  readonly raw: Store;
  /** Through the proxy. */
  readonly store: GuardedStore;
  /** Past the proxy. */
  readonly direct: GuardedStore;
}

/** Opens ways to the file's server; they end with the test. */
export async function openLine(
  context: { readonly skip: (reason: string) => never },
  { timeouts = {}, maximum = 4, resendForMs = 60_000 }: LineOptions = {},
): Promise<Line> {
  const server = await fileServer(context);
  const proxy = await startProxy({ target: server.port });
  onTestFinished(() => proxy.stop());
  const through = new URL(server.url);
  through.port = String(proxy.port);
  const url = through.href;
  const given = { schema, kinds: testKinds };
  const direct = guardStore(await postgresStore({ ...given, url: server.url }));
  const raw = await postgresStore({ ...given, url, timeouts, pool: { maximum } });
  const store = guardStore(raw, { resendForMs });
  onTestFinished(async () => {
    proxy.setMode({});
    await store.close();
    await direct.close();
  });
  return { server, proxy, url, raw, store, direct };
}

/** Whether a piece of what goes to the server holds a call of the function that commits: items in JSON, or lists of it. */
export function isCommit(request: Buffer): boolean {
  return /form\\?":/.test(request.toString("latin1"));
}

let histories = 0;

/** Begins a history that no other test has. */
export async function newHistory({ direct }: Pick<Line, "direct">): Promise<string> {
  const history = `h${(histories += 1)}`;
  await beginHistory(direct, history);
  return history;
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
    speak: async () => proxy.setMode({}),
    endsInTime,
  };
}
