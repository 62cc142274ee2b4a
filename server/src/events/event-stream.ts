import {
  type ChangesInput,
  type ChangesResult,
  type FeedEntry,
  type GuardedStore,
  matchesFeedFilter,
  parseFeedCursor,
} from "@throughline/core";
import type { Connection } from "../connection.ts";
import { changeBlock, endBlock, heartbeatBlock, openingBlock, startOverBlock } from "./event-blocks.ts";
import type { FeedFollower, FeedListener } from "./feed-follower.ts";

export interface StreamInput {
  readonly store: GuardedStore;
  readonly tenant: string;
  readonly follower: FeedFollower;
  /** What is let through; an entry is, when one of its changes fits. */
  readonly where: ChangesInput["where"];
  /** The place to go on after; undefined: from now on. */
  readonly since: string | undefined;
  /** Bytes that may wait for a slow reader. */
  readonly bufferBytes: number;
  readonly connection: Connection | undefined;
  /** Told once, when nobody is served any more. */
  onEnd(stream: EventStream): void;
  /** Told of a failure of the store while the past was read. */
  onFailure(error: unknown): void;
}

/** Entries that one look at the past reads. Nothing else of the past is held for a client. */
const PAST_PAGE = 200;
/** Bytes that are handed on at once. */
const CHUNK_BYTES = 64 * 1024;
/** How long a reader may take to fetch the rest of a stream that has ended, in milliseconds. */
const LINGER_MS = 5_000;

/**
 * The events of one client. From a place in the past it reads the feed by itself, a page when the client has fetched the
 * one before; at the end it joins those whom the follower tells.
 */
export class EventStream implements FeedListener {
  /** What the response carries. */
  readonly body: ReadableStream<Uint8Array>;
  readonly #input: StreamInput;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Whether the reader waits for more. */
  #isWanted = false;
  #queue: Uint8Array[] = [];
  #queued = 0;
  /** The last position that was sent, or passed over. */
  #position: number;
  /** Where the past is read on from; undefined once the stream has joined. */
  #past: string | undefined;
  #isReading = false;
  /** What the follower told while a page of the past was read; undefined where there was too much of it. */
  #meanwhile: { readonly position: number; readonly block: Uint8Array }[] | undefined = [];
  #state: "open" | "ending" | "done" = "open";
  #linger: NodeJS.Timeout | undefined;
  #sentAt = performance.now();

  constructor(input: StreamInput) {
    this.#input = input;
    this.#past = input.since;
    const { position, cursor } = input.follower.place;
    this.#position = input.since === undefined ? position : parseFeedCursor(input.since).position;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#isWanted = true;
          this.#hand();
        },
        cancel: () => this.drop(),
      },
      { highWaterMark: 0 },
    );
    this.#push(openingBlock(input.since ?? cursor));
    input.follower.add(this);
  }

  get tenant(): string {
    return this.#input.tenant;
  }

  take(entry: FeedEntry, block: () => Uint8Array): void {
    if (this.#state !== "open" || !matchesFeedFilter(entry, this.#input.where)) return;
    if (this.#past !== undefined) {
      // While nobody reads the past, the next page will hold it.
      if (!this.#isReading || this.#meanwhile === undefined) return;
      if (this.#meanwhile.length >= PAST_PAGE) this.#meanwhile = undefined;
      else this.#meanwhile.push({ position: entry.position, block: block() });
      return;
    }
    if (entry.position <= this.#position) return;
    this.#position = entry.position;
    this.#push(block());
    if (this.#queued > this.#input.bufferBytes) this.end("slow_reader");
  }

  startOver(cursor: string): void {
    if (this.#state !== "open") return;
    if (this.#past !== undefined) {
      // Who reads the past is told by what it reads next.
      this.#meanwhile = undefined;
      return;
    }
    this.#position = parseFeedCursor(cursor).position;
    this.#push(startOverBlock(cursor));
  }

  /** Shows the client that the connection is alive, unless it was sent something since `before`. */
  heartbeat(before: number): void {
    if (this.#state !== "open" || this.#queued > 0 || this.#sentAt > before) return;
    this.#push(heartbeatBlock(this.#past === undefined ? this.#input.follower.place.cursor : undefined));
  }

  /** Ends the stream after what waits, with an event that says why. The client comes again and misses nothing. */
  end(reason: string, lingerMs: number = LINGER_MS): void {
    if (this.#state !== "open") return;
    this.#state = "ending";
    this.#leave();
    this.#push(endBlock(reason));
    // The last piece may be gone already.
    if (this.#isDone()) return;
    this.#linger = setTimeout(() => this.#cut(), lingerMs);
    this.#linger.unref();
  }

  /** Lets go of everything: the client is gone. */
  drop(): void {
    if (this.#state === "open") this.#leave();
    this.#state = "done";
    clearTimeout(this.#linger);
    this.#queue = [];
    this.#queued = 0;
  }

  /** The same where the reader was not the one to say so. */
  abort(reason: unknown): void {
    if (this.#isDone()) return;
    this.drop();
    this.#controller?.error(reason);
  }

  /** Nobody fetches the rest. */
  #cut(): void {
    const { connection } = this.#input;
    if (connection === undefined) this.abort(new Error("The rest of the events was not fetched."));
    else connection.destroy();
    this.drop();
  }

  #isDone(): boolean {
    return this.#state === "done";
  }

  #leave(): void {
    this.#input.follower.remove(this);
    this.#meanwhile = undefined;
    this.#input.onEnd(this);
  }

  #push(block: Uint8Array): void {
    this.#queue.push(block);
    this.#queued += block.length;
    this.#hand();
  }

  /** Gives the reader what it waits for, if there is something. */
  #hand(): void {
    if (!this.#isWanted || this.#state === "done") return;
    if (this.#queue.length === 0) {
      if (this.#past !== undefined && !this.#isReading) void this.#readPast(this.#past);
      return;
    }
    this.#isWanted = false;
    this.#sentAt = performance.now();
    this.#controller?.enqueue(this.#nextChunk());
    if (this.#state === "ending" && this.#queue.length === 0) {
      this.drop();
      this.#controller?.close();
    }
  }

  #nextChunk(): Uint8Array {
    let bytes = 0;
    let count = 0;
    do {
      bytes += this.#queue[count]?.length ?? 0;
      count += 1;
    } while (count < this.#queue.length && bytes < CHUNK_BYTES);
    const blocks = this.#queue.splice(0, count);
    this.#queued -= bytes;
    return blocks.length === 1 && blocks[0] !== undefined ? blocks[0] : Buffer.concat(blocks, bytes);
  }

  async #readPast(since: string): Promise<void> {
    const { store, tenant, where } = this.#input;
    this.#isReading = true;
    // Whatever the follower told before this moment is in the page, or in one after it.
    this.#meanwhile = [];
    try {
      const page = await store.changes({
        tenant,
        since,
        limit: PAST_PAGE,
        ...(where === undefined ? undefined : { where }),
      });
      if (this.#state === "open") this.#passOn(page);
    } catch (error) {
      if (this.#state === "open") this.#input.onFailure(error);
      this.end("store_failure");
    } finally {
      this.#isReading = false;
    }
    this.#hand();
  }

  /** Sends a page of the past; at its end joins those whom the follower tells, from the place where it ends. */
  #passOn({ entries, cursor, more, startOver }: ChangesResult): void {
    const { incarnation, position } = parseFeedCursor(cursor);
    if (startOver) this.#push(startOverBlock(cursor));
    for (const entry of entries) this.#push(changeBlock(entry, incarnation));
    const meanwhile = this.#meanwhile;
    this.#past = more || meanwhile === undefined ? cursor : undefined;
    if (this.#past !== undefined) return;
    this.#position = position;
    for (const told of meanwhile ?? []) {
      if (told.position <= this.#position) continue;
      this.#position = told.position;
      this.#push(told.block);
    }
    this.#meanwhile = undefined;
  }
}
