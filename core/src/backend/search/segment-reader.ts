import type { KeyValues, Row } from "../../model/kind.ts";
import type { BlockCache } from "./block-cache.ts";
import { type Directory, decodeDirectory } from "./directory.ts";
import { FIRST_WORD_BLOCK, searchBlocks, searchSegments } from "./index-kinds.ts";
import { type IndexedMessage, decodeMessages } from "./indexed-message.ts";
import type { TenantStore } from "./tenant-store.ts";

/** A segment that an index lists, or listed a moment ago, is not there: it was merged, or lost. */
export class SegmentGone extends Error {
  readonly segment: string;

  constructor(segment: string) {
    super(`The search segment ${segment} is not there.`);
    this.name = "SegmentGone";
    this.segment = segment;
  }
}

/** One block: of words, or of messages. */
export interface BlockName {
  readonly segment: string;
  readonly block: number;
}

/** Blocks that a merge reads at once. */
const BLOCKS_AT_ONCE = 16;
/** Decoded messages need several times the bytes of their block. */
const DECODED = 8;

/** Reads segments, as many blocks at once as are wanted, and only those that were not read lately. */
export class SegmentReader {
  readonly #store: TenantStore;
  readonly #cache: BlockCache;

  constructor(store: TenantStore, cache: BlockCache) {
    this.#store = store;
    this.#cache = cache;
  }

  /** @throws SegmentGone */
  async readDirectories(segments: readonly string[]): Promise<Directory[]> {
    return this.#readThrough(
      segments,
      (segment) => segment,
      (missing) =>
        this.#readRecords(
          searchSegments,
          missing.map((segment) => [segment]),
        ),
      (row) => {
        const bytes = row.directory as Uint8Array;
        return bytes.length === 0 ? undefined : [decodeDirectory(bytes), DECODED * bytes.length];
      },
    );
  }

  /** Blocks of words, by their numbers from 0. @throws SegmentGone */
  async readWordBlocks(names: readonly BlockName[]): Promise<Uint8Array[]> {
    return this.#readThrough(
      names,
      ({ segment, block }) => `${segment} w${block}`,
      (missing) => this.#readBlocks(missing, FIRST_WORD_BLOCK),
      (row) => [row.bytes as Uint8Array, (row.bytes as Uint8Array).length],
    );
  }

  /** Blocks of messages. @throws SegmentGone */
  async readMessageBlocks(names: readonly BlockName[]): Promise<IndexedMessage[][]> {
    return this.#readThrough(
      names,
      ({ segment, block }) => `${segment} m${block}`,
      (missing) => this.#readBlocks(missing, 0),
      (row) => [decodeMessages(row.bytes as Uint8Array), DECODED * (row.bytes as Uint8Array).length],
    );
  }

  /** All messages of a segment; what a merge reads is not read again. @throws SegmentGone */
  async readAllMessages(segment: string, { messageBlocks }: Directory): Promise<IndexedMessage[]> {
    const messages: IndexedMessage[] = [];
    for (let first = 0; first < messageBlocks.length; first += BLOCKS_AT_ONCE) {
      const blocks = await this.#readRow(segment, first, messageBlocks.length, 0);
      messages.push(...blocks.flatMap(decodeMessages));
    }
    return messages;
  }

  /** Some blocks of words from a number on, to read them all one after another. @throws SegmentGone */
  async readWordBlocksFrom(segment: string, { wordBlocks }: Directory, first: number): Promise<Uint8Array[]> {
    return this.#readRow(segment, first, wordBlocks.length, FIRST_WORD_BLOCK);
  }

  async #readRow(segment: string, first: number, end: number, offset: number): Promise<Uint8Array[]> {
    const length = Math.min(BLOCKS_AT_ONCE, end - first);
    const names = Array.from({ length }, (_, index) => ({ segment, block: first + index }));
    return (await this.#readBlocks(names, offset)).map((row) => {
      if (row === undefined) throw new SegmentGone(segment);
      return row.bytes as Uint8Array;
    });
  }

  async #readBlocks(names: readonly BlockName[], first: number): Promise<readonly (Row | undefined)[]> {
    return this.#readRecords(
      searchBlocks,
      names.map(({ segment, block }) => [segment, first + block]),
    );
  }

  async #readRecords(
    kind: typeof searchBlocks | typeof searchSegments,
    keys: readonly KeyValues[],
  ): Promise<readonly (Row | undefined)[]> {
    const { rows } = await this.#store.getRows({ kind, keys, select: "all" });
    return rows[0] ?? [];
  }

  async #readThrough<Name extends string | BlockName, Value>(
    names: readonly Name[],
    nameOf: (name: Name) => string,
    read: (missing: readonly Name[]) => Promise<readonly (Row | undefined)[]>,
    decode: (row: Row) => readonly [value: Value, bytes: number] | undefined,
  ): Promise<Value[]> {
    const values = names.map((name) => this.#cache.get(nameOf(name)) as Value | undefined);
    const missing = names.filter((_, index) => values[index] === undefined);
    if (missing.length === 0) return values as Value[];
    const rows = await read(missing);
    let next = 0;
    return names.map((name, index) => {
      const known = values[index];
      if (known !== undefined) return known;
      const row = rows[next++];
      const decoded = row === undefined ? undefined : decode(row);
      if (decoded === undefined) throw new SegmentGone(typeof name === "string" ? name : name.segment);
      this.#cache.set(nameOf(name), ...decoded);
      return decoded[0];
    });
  }
}
