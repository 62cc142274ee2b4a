import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Direction } from "./link-mode.ts";

/** What passes through a direction: bytes, the end of them, or a reset. */
type Item = { readonly arrivedAt: number; readonly content: Buffer | "end" | "reset" };

/** What a direction asks about the link that it belongs to. */
export interface DirectionOwner {
  readonly direction: Direction;
  readonly latencyMilliseconds: () => number;
  readonly bytesPerSecond: () => number;
  /** Resolves once nothing holds this direction up. */
  readonly untilOpen: () => Promise<void>;
  /** Answers how many of these bytes may still pass. Fewer than all: the link is cut after them. */
  readonly admit: (content: Buffer) => number;
  readonly passed: (bytes: number) => void;
  readonly cut: () => void;
}

/** More than this is not read ahead: a slow link slows its sender down. */
const queueLimit = 1024 * 1024;

/** At a limited bandwidth, bytes pass in slices, this many a second. */
const slicesPerSecond = 50;

/** Carries bytes from one socket to the other, in order, as late and as slowly as its owner says. */
export class LinkDirection {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #owner: DirectionOwner;
  readonly #queue: Item[] = [];
  #queued = 0;
  #isRunning = false;

  constructor(from: Socket, to: Socket, owner: DirectionOwner) {
    this.#from = from;
    this.#to = to;
    this.#owner = owner;
    from.on("data", (content: Buffer) => this.#add(content));
    from.on("end", () => this.#add("end"));
    from.on("error", () => this.#add("reset"));
  }

  #add(content: Item["content"]): void {
    this.#queue.push({ arrivedAt: performance.now(), content });
    this.#queued += sizeOf(content);
    if (this.#queued > queueLimit) this.#from.pause();
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) {
      const wait = item.arrivedAt + this.#owner.latencyMilliseconds() - performance.now();
      if (wait > 0) await sleep(wait);
      await this.#owner.untilOpen();
      await this.#deliver(item.content);
      this.#queued -= sizeOf(item.content);
      if (this.#queued <= queueLimit) this.#from.resume();
    }
    this.#isRunning = false;
  }

  async #deliver(content: Item["content"]): Promise<void> {
    if (this.#to.destroyed) return;
    if (content === "end") this.#to.end();
    else if (content === "reset") this.#owner.cut();
    else await this.#deliverBytes(content);
  }

  async #deliverBytes(content: Buffer): Promise<void> {
    for (let start = 0; start < content.length;) {
      const rate = this.#owner.bytesPerSecond();
      const end = Math.min(content.length, start + Math.max(1, Math.floor(rate / slicesPerSecond)));
      const slice = content.subarray(start, end);
      const admitted = this.#owner.admit(slice);
      await this.#write(slice.subarray(0, admitted));
      this.#owner.passed(admitted);
      if (admitted < slice.length) {
        this.#owner.cut();
        return;
      }
      start = end;
      if (start < content.length) await sleep(1000 / slicesPerSecond);
      await this.#owner.untilOpen();
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0 || this.#to.destroyed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    // Called in the end, with or without an error. An error ends the link by its own event.
    this.#to.write(bytes, () => resolve());
    return promise;
  }
}

function sizeOf(content: Item["content"]): number {
  return typeof content === "string" ? 0 : content.length;
}
