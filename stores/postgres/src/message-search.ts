/** How the store searches: what an index has to offer to take the place of reading everything. */
import type { CheckedSearch, SearchResult } from "@throughline/core";
import type { Database } from "./database.ts";
import type { Reading } from "./reading.ts";
import { scanMessages } from "./scan-messages.ts";

export interface MessageSearch {
  /** Searches as of one position; sees every write that was acknowledged before it. */
  search(input: CheckedSearch): Promise<SearchResult>;
  /** Told after each commit of this store that may have changed messages of a tenant. */
  noteCommit(tenant: string): void;
  /** Called before entries of the feed go: what an index has still to learn from them must not. */
  catchUp(): Promise<void>;
  /** Ends what runs. No commits come after it, and the database is still open. */
  close(): Promise<void>;
}

/** Search by reading every message that the filters let through. */
export function scanSearch(
  database: Database,
  reading: Omit<Reading, "connection" | "tenant">,
): MessageSearch {
  return {
    search: (input) =>
      database.readTogether((connection) =>
        scanMessages({ ...reading, connection, tenant: input.tenant }, input),
      ),
    noteCommit: () => undefined,
    catchUp: async () => undefined,
    close: async () => undefined,
  };
}
