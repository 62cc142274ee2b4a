/** Search over the text of messages. */
import type { TextQuery } from "../text/text-query.ts";

export interface SearchInput {
  readonly tenant: string;
  readonly text: TextQuery;
  readonly where?: SearchFilter;
  /** `rank`: best first. `recent`: newest first. */
  readonly order: "rank" | "recent";
  /** At most 1,000. */
  readonly limit: number;
  /** Hits to leave out at the beginning; with `limit` at most 1,000. */
  readonly skip: number;
}

export interface SearchFilter {
  readonly session?: string;
  readonly user?: string;
  readonly project?: string;
  readonly tool?: string;
  readonly role?: string;
  /** Written at or after this time (milliseconds). */
  readonly since?: number;
  /** Written before this time (milliseconds). */
  readonly until?: number;
}

export interface CheckedSearch extends SearchInput {
  readonly now: number;
}

export interface SearchHit {
  readonly session: string;
  readonly seq: number;
  /** Higher is better. Comparable within one answer only. */
  readonly score: number;
}

export interface SearchResult {
  /** Every write acknowledged up to this feed position was searched. */
  readonly position: number;
  readonly hits: readonly SearchHit[];
  readonly more: boolean;
}

/** Hits that can be paged through. */
export const SEARCH_LIMIT = 1_000;
