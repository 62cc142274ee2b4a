import type { SegmentReader } from "./segment-reader.ts";
import type { TenantStore } from "./tenant-store.ts";

/** How an index is kept. Tests make the numbers small, to see much happen in little. */
export interface PortableSearchOptions {
  /** A search reads up to so many messages that are not indexed; more are indexed first. Default: 1,000. */
  readonly tailLimit?: number;
  /** Fewer new messages are left to be read by searches, but for what has to be erased. Default: 100. */
  readonly smallestBatch?: number;
  /** Messages that are indexed in one step. Default: 2,000. */
  readonly largestBatch?: number;
  /** So many segments of about one size become one. Default: 8. */
  readonly fanOut?: number;
  /** Segments do not grow beyond this. Default: 64 MiB. */
  readonly segmentBytes?: number;
  /** Words that were removed or replaced are gone from the index after this time, at the latest. Default: an hour. */
  readonly eraseAfterMs?: number;
  /** Segments that were begun and never finished are removed after this time. Default: a day. */
  readonly abandonedAfterMs?: number;
  /** Indexing begins when nothing was committed for so long, but after 20 times as long at the latest. Default: 250. */
  readonly idleMs?: number;
  /** What is left after an indexing is indexed after this time. Default: a minute. */
  readonly settleMs?: number;
  /** What is kept in memory of what was read last. Default: 32 MiB. */
  readonly cacheBytes?: number;
}

export type SearchSettings = Required<PortableSearchOptions>;

export const defaultSettings: SearchSettings = {
  tailLimit: 1_000,
  smallestBatch: 100,
  largestBatch: 2_000,
  fanOut: 8,
  segmentBytes: 64 * 1024 * 1024,
  eraseAfterMs: 60 * 60 * 1_000,
  abandonedAfterMs: 24 * 60 * 60 * 1_000,
  idleMs: 250,
  settleMs: 60_000,
  cacheBytes: 32 * 1024 * 1024,
};

/** One tenant's index, for those who search it and those who keep it. */
export interface IndexContext {
  readonly store: TenantStore;
  readonly reader: SegmentReader;
  /** Which index of the tenant is used: one of another version is none. */
  readonly version: string;
  readonly settings: SearchSettings;
  /** Lets others have a turn, if it is time. */
  readonly rest: () => Promise<void>;
}
