/** What the function `commit_group` takes: see the migration that makes it. */

/** A statement with its rows. In it, `$1` is the tenant and `$2` the rows. */
export interface Step {
  readonly sql: string;
  readonly data: unknown;
}

export interface AppendItem {
  readonly form: "append";
  readonly now: number;
  readonly operation?: string;
  readonly fingerprint?: string;
  readonly session: string;
  /** The position that the first message is to have. */
  readonly expected?: number;
  readonly activity: number;
  readonly added: number;
  readonly tokens: number;
  /** Ids that may be there already; absent where none can be. */
  readonly known_ids?: readonly string[];
  readonly messages: readonly Readonly<Record<string, unknown>>[];
  readonly message_ids?: readonly string[];
}

export interface ImagesItem {
  readonly form: "images";
  readonly now: number;
  readonly operation?: string;
  readonly fingerprint?: string;
  /** Each answers whether what it checks has changed. */
  readonly checks: readonly Step[];
  readonly writes: readonly Step[];
  /** Whether the feed tells of it. */
  readonly is_told: boolean;
  readonly user_id?: string;
  readonly feed_session?: string;
  readonly feed_first_seq?: number;
  readonly feed_count?: number;
  readonly entries?: string;
  /** The results, kept with the operation. */
  readonly session?: string;
  readonly first_seq?: number;
  readonly message_ids?: readonly string[];
  readonly results?: string;
}

interface FenceItem {
  readonly form: "fence";
  readonly now: number;
  readonly operation: string;
  readonly fingerprint: string;
}

export type GroupItem = AppendItem | ImagesItem | FenceItem;

export interface GroupAnswer {
  readonly outcome: "done" | "not plain" | "stale";
  readonly position: number;
  /** The position of the first message that an `append` added. */
  readonly firstSeq: number;
}
