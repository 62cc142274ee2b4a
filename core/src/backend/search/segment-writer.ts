import type { Insert, Write } from "../../contract/batch.ts";
import { newId } from "../../id.ts";
import { type WordBlockStart, encodeDirectory } from "./directory.ts";
import { FIRST_WORD_BLOCK, searchBlocks, searchSegments } from "./index-kinds.ts";
import type { SegmentEntry } from "./index-state.ts";
import { type IndexedMessage, MESSAGES_A_BLOCK, encodeMessages } from "./indexed-message.ts";
import type { TenantStore } from "./tenant-store.ts";
import { WordBlockWriter } from "./word-blocks.ts";

/** A batch is sent when it holds so much: well below what the contract allows. */
const BATCH_BYTES = 1024 * 1024;
const BATCH_BLOCKS = 256;

/** Writes one segment: its messages, then its words in order. No index lists it before it is complete. */
export class SegmentWriter {
  readonly id = newId();
  readonly #store: TenantStore;
  readonly #version: string;
  readonly #messages: readonly IndexedMessage[];
  readonly #words: WordBlockWriter;
  readonly #wordBlocks: WordBlockStart[] = [];
  #pending: Insert[] = [];
  #pendingBytes = 0;
  #bytes = 0;

  constructor(store: TenantStore, version: string, messages: readonly IndexedMessage[]) {
    this.#store = store;
    this.#version = version;
    this.#messages = messages;
    this.#words = new WordBlockWriter((start, bytes) => {
      this.#add(FIRST_WORD_BLOCK + this.#wordBlocks.length, bytes);
      this.#wordBlocks.push(start);
    });
    for (let block = 0; block * MESSAGES_A_BLOCK < messages.length; block += 1) {
      const start = block * MESSAGES_A_BLOCK;
      this.#add(block, encodeMessages(messages.slice(start, start + MESSAGES_A_BLOCK)));
    }
  }

  /** Adds a posting, whose places stand in `bytes`; words and the numbers of their messages have to come in order. */
  addPosting(word: string, message: number, bytes: Uint8Array, start: number, end: number): void {
    this.#words.add(word, message, bytes, start, end);
  }

  /** Whether there is enough for a batch: then `flush` has to follow. */
  get isFull(): boolean {
    return this.#pendingBytes >= BATCH_BYTES || this.#pending.length >= BATCH_BLOCKS;
  }

  async flush(): Promise<void> {
    const begin = this.#bytes === this.#pendingBytes ? [this.#segmentRecord(new Uint8Array(0))] : [];
    await this.#send(begin);
  }

  /** Writes what is left; then an index may list the segment. */
  async end(): Promise<SegmentEntry> {
    this.#words.end();
    if (this.isFull) await this.flush();
    const blocks = this.#messages.filter((_, number) => number % MESSAGES_A_BLOCK === 0);
    const directory = encodeDirectory({
      messages: this.#messages.length,
      messageBlocks: blocks.map(({ session, seq }) => ({ session, seq })),
      wordBlocks: this.#wordBlocks,
    });
    await this.#send([this.#segmentRecord(directory)]);
    return {
      id: this.id,
      messages: this.#messages.length,
      words: this.#messages.reduce((sum, { length }) => sum + length, 0),
      bytes: this.#bytes,
      staleSince: 0,
      stale: 0,
    };
  }

  #add(block: number, bytes: Uint8Array): void {
    this.#pending.push(insert(searchBlocks.name, { segment: this.id, block, bytes }));
    this.#pendingBytes += bytes.length;
    this.#bytes += bytes.length;
  }

  #segmentRecord(directory: Uint8Array): Insert {
    const { id } = this;
    return insert(searchSegments.name, {
      id,
      version: this.#version,
      createdAt: this.#store.now,
      directory,
    });
  }

  async #send(more: readonly Write[]): Promise<void> {
    const writes = [...more, ...this.#pending];
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.#store.write(writes);
  }
}

function insert(kind: string, record: Insert["record"]): Insert {
  return { type: "insert", kind, record, exists: "replace" };
}
