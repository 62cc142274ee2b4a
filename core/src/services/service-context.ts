import type { GuardedStore } from "../contract/store.ts";
import type { ChunkCodec } from "./sources/blank-source.ts";
import type { TokenFamily } from "../text/token-families.ts";
import type { RetentionPolicy } from "./retention/policy.ts";

/** What every service works with: one store, seen by one tenant. */
export interface ServiceContext {
  readonly store: GuardedStore;
  readonly tenant: string;
  /** Makes ids of sessions, and of messages that bring none. */
  generateId(): string;
  /** For the chunks of imported files. */
  readonly codec?: ChunkCodec | undefined;
  /** Bytes above which older entries of a context are packed; null: never. Absent: the default. */
  readonly packContextAbove?: number | null;
  /** Bytes that kept content may have. Absent: the default. */
  readonly contentBytes?: number;
  /** Whose tokens are counted where nobody says. Absent: the default. */
  readonly tokenFamily?: TokenFamily;
  /** How long things are kept. Absent: the defaults. */
  readonly retention?: RetentionPolicy;
}
