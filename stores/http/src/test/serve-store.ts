/** A store behind a real server on a port of its own, as tests use it. */
import { type Store, Throughline, guardStore } from "@throughline/core";
import { type RunningServer, createServer, listen } from "@throughline/server";
import { type HttpStoreOptions, httpStore } from "../http-store.ts";

export interface ServeOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** The guard's clock. Default: the system's. */
  readonly now?: () => number;
}

/** A served store and the way to it. */
export interface ServedStore {
  readonly url: string;
  readonly port: number;
  readonly throughline: Throughline;
  /** Another client of it. */
  connect(options?: Omit<HttpStoreOptions, "url">): Promise<Store>;
  /** Stops the server, and closes the store behind it. */
  stop(): Promise<void>;
}

/** Callers are administrators of the tenant that they name, in ASCII. */
const tenantHeader = "x-test-tenant";
const home = "server";

/** The headers by which a test's server knows a tenant. */
export function tenantHeaders(tenant: string | undefined): Readonly<Record<string, string>> {
  return tenant === undefined ? {} : { [tenantHeader]: encodeURIComponent(tenant) };
}

/** Puts a server before a store. */
export async function serveStore(store: Store, { port = 0, now }: ServeOptions = {}): Promise<ServedStore> {
  const throughline = new Throughline(guardStore(store, now === undefined ? {} : { clock: now }), {
    tenant: home,
  });
  const server = createServer({
    throughline,
    authenticate: ({ headers }) => ({
      tenant: decodeURIComponent(headers.get(tenantHeader) ?? home),
      role: "admin",
    }),
  });
  const running: RunningServer = await listen(server, { port });
  const { url } = running;
  return {
    url,
    port: running.port,
    throughline,
    connect: (options = {}) => httpStore({ url, headers: tenantHeaders, ...options }),
    async stop() {
      await running.close();
      await throughline.close();
    },
  };
}
