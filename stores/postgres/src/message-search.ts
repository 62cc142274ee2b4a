/** How the store searches. */
import type { CheckedSearch, SearchResult } from "@throughline/core";

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
