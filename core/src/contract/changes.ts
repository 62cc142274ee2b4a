/** The feed: what changed, in commit order, without content. */

export interface ChangesInput {
  readonly tenant: string;
  /** The cursor of an earlier answer; absent: from the beginning of what is kept. */
  readonly since?: string;
  readonly where?: { readonly session?: string; readonly kinds?: readonly string[]; readonly user?: string };
  /** At most 1,000 entries. */
  readonly limit: number;
}

export interface CheckedChanges extends ChangesInput {
  readonly now: number;
}

export interface FeedEntry {
  /** Rises within a tenant, in commit order. */
  readonly position: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Owner of the session that changed; `''` where no session did. */
  readonly user: string;
  readonly changes: readonly FeedChange[];
}

export interface FeedChange {
  readonly kind: string;
  readonly change: "insert" | "update" | "remove" | "append";
  /** Of an append: session and first position. */
  readonly key: readonly (string | number)[];
  /** The session that changed or that owns what did; `''` for none. */
  readonly session: string;
  /** Of an append: how many messages. */
  readonly count?: number;
}

export interface ChangesResult {
  readonly entries: readonly FeedEntry[];
  /** Pass it as `since` to go on. It moves on even where `where` matched nothing. */
  readonly cursor: string;
  /** Whether there was more than `limit` let through. */
  readonly more: boolean;
  /**
   * True when `since` can't be gone on from: the past was pruned, or the store was restored. Read everything again,
   * then follow `cursor`.
   */
  readonly startOver: boolean;
}
