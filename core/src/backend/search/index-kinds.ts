/** What a portable search index is kept in: derived records, beside the product's own. */
import type { Kind } from "../../model/kind.ts";

/** Where an index is: up to which place of the feed it goes, and which segments it consists of. One record an index. */
export const searchIndexes = {
  name: "search_indexes",
  key: ["version"],
  fields: {
    /** What its tokens and its format depend on: `indexVersion`. */
    version: { type: "text" },
    /** One more at each change: who changes the record expects the number that it read. */
    generation: { type: "integer" },
    /** The feed cursor up to which everything is indexed, once the index is built. */
    cursor: { type: "text" },
    /** The key of the last message that building the index has reached, as JSON; `''`: it is built. */
    building: { type: "json" },
    segments: { type: "json" },
    /** The time of the last change (milliseconds). */
    changedAt: { type: "integer" },
  },
  unique: {},
  shapes: {},
  derived: true,
} as const satisfies Kind;

/** A segment: written once, never changed, listed by its index when all of it is there. */
export const searchSegments = {
  name: "search_segments",
  key: ["id"],
  fields: {
    id: { type: "text" },
    /** The version of the index that it was made for. */
    version: { type: "text" },
    /** When it was begun (milliseconds): one that no index lists a day later was left behind. */
    createdAt: { type: "integer" },
    /** Where in its blocks things are; empty until it is complete. */
    directory: { type: "bytes", heavy: true },
  },
  unique: {},
  shapes: {},
  derived: true,
} as const satisfies Kind;

/** The blocks of a segment: those of its messages are numbered from 0, those of its words from `FIRST_WORD_BLOCK`. */
export const searchBlocks = {
  name: "search_blocks",
  key: ["segment", "block"],
  fields: {
    segment: { type: "text" },
    block: { type: "integer" },
    bytes: { type: "bytes", heavy: true },
  },
  unique: {},
  shapes: {},
  derived: true,
} as const satisfies Kind;

/** The kinds that a store is opened with to be searched by `PortableSearch`. */
export const portableSearchKinds: readonly Kind[] = [searchIndexes, searchSegments, searchBlocks];

/** The number of the first block of words: how many blocks of messages there will be is not known when it is written. */
export const FIRST_WORD_BLOCK = 1_000_000;
