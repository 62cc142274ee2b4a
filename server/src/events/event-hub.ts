/** All event streams of a server: who is served, by which followers of the feed, and for how long. */
import {
  type ChangesInput,
  type GuardedStore,
  type ThroughlineError,
  isThroughlineError,
  parseFeedCursor,
} from "@throughline/core";
import type { Connection } from "../connection.ts";
import type { Caller } from "../caller.ts";
import { EventStream } from "./event-stream.ts";
import { FeedFollower } from "./feed-follower.ts";

export interface EventSettings {
  /** Silence after which a client is shown that the connection is alive, in milliseconds. */
  readonly heartbeatMs: number;
  /** How often the feed is looked at for what other processes wrote, in milliseconds. */
  readonly pollMs: number;
  /** Bytes that may wait for a client that reads slowly; beyond them its stream ends. */
  readonly bufferBytes: number;
}

export const defaultEventSettings: EventSettings = {
  heartbeatMs: 15_000,
  pollMs: 1_000,
  bufferBytes: 1024 * 1024,
};

export interface HubOptions extends EventSettings {
  /** Who sends a request; it is asked again while a stream is open. */
  authenticate(request: Request): Caller | undefined | Promise<Caller | undefined>;
  /** Told how old an entry of the feed was when it was found, in milliseconds. */
  onEntry(ageMs: number): void;
  onFailure(request: Request | undefined, error: unknown): void;
}

export interface OpenInput {
  readonly store: GuardedStore;
  readonly tenant: string;
  readonly where: ChangesInput["where"];
  /** The place to go on after; undefined: from now on. */
  readonly since: string | undefined;
  readonly request: Request;
  readonly connection: Connection | undefined;
}

/** How often callers of open streams are asked for again: with what a key ring remembers, less than two seconds. */
const RECHECK_MS = 1_000;
/** How long a reader may take to fetch the rest when the server closes. */
const CLOSING_LINGER_MS = 250;

interface Served {
  readonly request: Request;
  isChecked: boolean;
}

export class EventHub {
  readonly #options: HubOptions;
  readonly #followers = new Map<string, { readonly follower: FeedFollower; streams: number }>();
  readonly #streams = new Map<EventStream, Served>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** Streams that are open. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Tenants whose feeds are followed. */
  get followers(): number {
    return this.#followers.size;
  }

  /**
   * Begins a stream. What is committed after this resolves is in it.
   *
   * @throws ThroughlineError `invalid` with reason `cursor`, and what the store throws
   */
  async open({ store, tenant, where, since, request, connection }: OpenInput): Promise<EventStream> {
    if (since !== undefined) parseFeedCursor(since);
    const follower = this.#hold(store, tenant);
    try {
      await follower.refresh();
    } catch (error) {
      this.#release(tenant);
      throw error;
    }
    const stream = new EventStream({
      store,
      tenant,
      follower,
      where,
      since,
      bufferBytes: this.#options.bufferBytes,
      connection,
      onEnd: (ended) => this.#onEnd(ended),
      onFailure: (error) => this.#options.onFailure(request, error),
    });
    this.#streams.set(stream, { request, isChecked: false });
    if (connection === undefined) abortWith(request.signal, stream);
    this.#schedule();
    return stream;
  }

  /** Something of this tenant was committed: those who wait for it are told at once. */
  wake(tenant: string): void {
    this.#followers.get(tenant)?.follower.wake();
  }

  /** Asks for the caller of every stream again. */
  recheck(): void {
    for (const [stream, served] of this.#streams) void this.#check(stream, served);
  }

  /** Ends every stream, and waits for none. */
  endAll(): void {
    for (const stream of this.#streams.keys()) stream.end("closing", CLOSING_LINGER_MS);
  }

  #hold(store: GuardedStore, tenant: string): FeedFollower {
    const known = this.#followers.get(tenant);
    if (known !== undefined) {
      known.streams += 1;
      return known.follower;
    }
    const follower = new FeedFollower(store, tenant, {
      pollMs: this.#options.pollMs,
      onEntry: this.#options.onEntry,
      onFailure: (error) => this.#onFailure(tenant, error),
    });
    this.#followers.set(tenant, { follower, streams: 1 });
    return follower;
  }

  #release(tenant: string): void {
    const held = this.#followers.get(tenant);
    if (held === undefined) return;
    held.streams -= 1;
    if (held.streams > 0) return;
    held.follower.stop();
    this.#followers.delete(tenant);
  }

  #onEnd(stream: EventStream): void {
    this.#streams.delete(stream);
    this.#release(stream.tenant);
    if (this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A follower tries again by itself, unless there will never be anything to follow. */
  #onFailure(tenant: string, error: unknown): void {
    const isClosed = isThroughlineError(error) && error.code === "closed";
    if (!isClosed) this.#options.onFailure(undefined, error);
    for (const stream of isClosed ? this.#streams.keys() : []) {
      if (stream.tenant === tenant) stream.end("closing", CLOSING_LINGER_MS);
    }
  }

  #schedule(): void {
    const { heartbeatMs } = this.#options;
    this.#timer ??= setInterval(
      () => {
        const before = performance.now() - heartbeatMs;
        for (const stream of this.#streams.keys()) stream.heartbeat(before);
        this.recheck();
      },
      Math.min(RECHECK_MS, heartbeatMs),
    ).unref();
  }

  async #check(stream: EventStream, served: Served): Promise<void> {
    if (served.isChecked) return;
    served.isChecked = true;
    try {
      const caller = await this.#options.authenticate(served.request);
      if (caller?.tenant !== stream.tenant) stream.end("credentials");
    } catch (error) {
      // While the store can't be asked, nothing is sent either.
      if (isRefusal(error)) stream.end(error.reason ?? "credentials");
    } finally {
      served.isChecked = false;
    }
  }
}

/** A listener cancels what it can't send any more; without one, the request's own signal has to say so. */
function abortWith(signal: AbortSignal, stream: EventStream): void {
  const abort = (): void => stream.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
}

function isRefusal(error: unknown): error is ThroughlineError {
  return isThroughlineError(error) && (error.code === "unauthorized" || error.code === "forbidden");
}
