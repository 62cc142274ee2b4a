/** What can happen to a server and to the links to it. Each is over, and the server takes connections, when it resolves. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PostgresServer, Proxy } from "@throughline/test-servers";
import { withClient } from "../../test/raw-connection.ts";

export interface Place {
  readonly server: PostgresServer;
  /** What the writers' links go through. */
  readonly proxy: Proxy;
}

export const serverFaults = {
  /** Every process of the server gets a SIGKILL, as if its machine had stopped. */
  killed: async ({ server }: Place): Promise<void> => {
    await server.kill();
    await server.restart();
  },
  /** As `pg_ctl restart -m fast` does: transactions are rolled back. */
  restarted: ({ server }: Place): Promise<void> => server.restart(),
  /** As `pg_ctl restart -m immediate` does: the server recovers as after a crash. */
  "restarted without a shutdown": async ({ server }: Place): Promise<void> => {
    const [first = ""] = (await readFile(join(server.dataDirectory, "postmaster.pid"), "utf8")).split("\n");
    process.kill(Number(first), "SIGQUIT");
    await server.restart();
  },
  /** Every connection of a store is ended from another one. */
  "cleared of connections": ({ server }: Place): Promise<void> =>
    withClient(async (client) => {
      await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'throughline'",
      );
    }, server.url),
  /** Every link is reset between the writers and the server. */
  "cut off": async ({ proxy }: Place): Promise<void> => proxy.cutAll(),
} as const;

export type ServerFault = keyof typeof serverFaults;
