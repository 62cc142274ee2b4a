import type { Kind } from "../model/kind.ts";
import type { Batch, CheckedBatch, CommitResult } from "./batch.ts";
import type { ChangesInput, ChangesResult, CheckedChanges } from "./changes.ts";
import type { CheckedRead, ReadAnswer, ReadInput, ReadRequest, ReadResult } from "./read.ts";
import type { CheckedSearch, SearchInput, SearchResult } from "./search.ts";

/** What a store can do and promise. A feature that is missing here fails with `unsupported`, never silently. */
export interface Capabilities {
  /** The store's name, for people. */
  readonly name: string;
  /** What an acknowledged write survives. */
  readonly durability: "none" | "process-crash" | "power-loss";
  /** Whether a commit can end without an answer, so that nobody knows its outcome (servers). */
  readonly unknownOutcomes: boolean;
  /** Whether several processes may use one database at once. */
  readonly shared: boolean;
  /** How text is searched: by an index, or by reading everything. */
  readonly search: "index" | "scan";
}

/** A finding of `check`: one thing that is wrong in the database. */
export interface Problem {
  /** Stable name of the kind of damage. */
  readonly problem: string;
  readonly message: string;
  readonly session?: string;
}

export interface CallOptions {
  /**
   * Gives up waiting. A commit that was not begun is then not carried out; one that was runs to its end, and its
   * outcome is the answer.
   */
  readonly signal?: AbortSignal;
}

/**
 * What a backend implements: few verbs with clean input. `CONTRACT.md` holds the rules by number, `conformance` the
 * tests. The guard stands before every store: it has checked the input, scoped it to its tenant, set the time, and
 * will not call after `close`.
 */
export interface Store {
  readonly capabilities: Capabilities;
  /** The kinds it was opened with, by name. */
  readonly kinds: ReadonlyMap<string, Kind>;
  /**
   * Set where another guard stands behind this store, at a server: that one hides what was deleted and gives the time,
   * and the guard here leaves both to it.
   */
  readonly guarded?: true;
  /** All writes or none, durable when it resolves. */
  commit(batch: CheckedBatch, options: CallOptions): Promise<CommitResult>;
  read(input: CheckedRead, options: CallOptions): Promise<ReadResult>;
  search(input: CheckedSearch, options: CallOptions): Promise<SearchResult>;
  changes(input: CheckedChanges, options: CallOptions): Promise<ChangesResult>;
  /** Looks for damage. Empty: none was found. */
  check(): Promise<readonly Problem[]>;
  /** Removes what is kept for a time only: feed entries, operation ids and removed keys older than given. */
  prune(before: PruneTimes): Promise<void>;
  /** Finishes acknowledged work and lets go of everything. */
  close(): Promise<void>;
}

export interface PruneTimes {
  /** Feed entries, and the revisions of removed keys, from before this time (milliseconds). */
  readonly changes: number;
  /** Operation ids from before this time (milliseconds). */
  readonly operations: number;
}

/** A store behind its guard: what services use. */
export interface GuardedStore {
  readonly capabilities: Capabilities;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** The guard's clock, in milliseconds. */
  now(): number;
  commit(batch: Batch, options?: CallOptions): Promise<CommitResult>;
  read<const Requests extends readonly ReadRequest[]>(
    input: ReadInput & { readonly requests: Requests },
    options?: CallOptions,
  ): Promise<{ readonly position: number; readonly answers: ReadAnswers<Requests> }>;
  search(input: SearchInput, options?: CallOptions): Promise<SearchResult>;
  changes(input: ChangesInput, options?: CallOptions): Promise<ChangesResult>;
  check(): Promise<readonly Problem[]>;
  prune(before: PruneTimes): Promise<void>;
  close(): Promise<void>;
}

/** The answer that belongs to each request. */
export type ReadAnswers<Requests extends readonly ReadRequest[]> = {
  readonly [Index in keyof Requests]: ReadAnswer<Requests[Index]>;
};
