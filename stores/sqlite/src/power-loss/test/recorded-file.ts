import { type Kept, SECTOR } from "./kept.ts";

/** A write (`data`) or a truncation (`size`) that a power cut may still undo. */
interface Change {
  readonly at: number;
  readonly offset: number;
  readonly data: Buffer | undefined;
  /** `failed`: a sync of it failed. Systems then forget that it has still to be written, so that no later sync helps. */
  state: "unsynced" | "synced" | "failed";
}

/** A file on a disk that may lose what was not synced. */
export class RecordedFile {
  #durable = new Bytes();
  #changes: Change[] = [];

  write(at: number, offset: number, data: Buffer): void {
    this.#changes.push({ at, offset, data, state: "unsynced" });
  }

  truncate(at: number, size: number): void {
    this.#changes.push({ at, offset: size, data: undefined, state: "unsynced" });
  }

  sync(): void {
    this.#mark("synced");
    // What follows a change that may be lost has to wait for it: it may cover the same bytes.
    let done = 0;
    for (const change of this.#changes) {
      if (change.state !== "synced") break;
      this.#durable.apply(change.offset, change.data);
      done += 1;
    }
    this.#changes.splice(0, done);
  }

  failSync(): void {
    this.#mark("failed");
  }

  #mark(state: "synced" | "failed"): void {
    for (const change of this.#changes) if (change.state === "unsynced") change.state = state;
  }

  /** The first record whose change may be lost. */
  get oldest(): number | undefined {
    return this.#changes.find(({ state }) => state !== "synced")?.at;
  }

  /** What the disk holds after a power cut. */
  image(kept: Kept): Buffer {
    const image = this.#durable.copy();
    for (const { at, offset, data, state } of this.#changes) {
      if (state === "synced") image.apply(offset, data);
      else if (data === undefined) {
        if (kept.change(at)) image.apply(offset, undefined);
      } else applySectors(image, at, offset, data, kept);
    }
    return image.toBuffer();
  }
}

function applySectors(image: Bytes, at: number, offset: number, data: Buffer, kept: Kept): void {
  for (let from = 0; from < data.length;) {
    const to = Math.min(data.length, from + SECTOR - ((offset + from) % SECTOR));
    const place = offset + from;
    const sector = data.subarray(from, to);
    from = to;
    if (kept.sector(at)) image.apply(place, sector);
    else if (kept.hole !== undefined && place + sector.length > image.size) {
      const start = Math.max(place, image.size);
      const hole = Buffer.alloc(place + sector.length - start);
      if (kept.hole === "garbage")
        hole.forEach((_, index) => hole.writeUInt8(Math.floor(kept.random() * 256), index));
      image.apply(start, hole);
    }
  }
}

/** Bytes that grow. */
class Bytes {
  #buffer = Buffer.alloc(0);
  size = 0;

  copy(): Bytes {
    const copy = new Bytes();
    copy.#buffer = Buffer.from(this.toBuffer());
    copy.size = this.size;
    return copy;
  }

  toBuffer(): Buffer {
    return this.#buffer.subarray(0, this.size);
  }

  /** Writes data, or without data ends the file at the offset. */
  apply(offset: number, data: Buffer | undefined): void {
    const end = offset + (data?.length ?? 0);
    if (end > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(end, this.#buffer.length * 2));
      this.toBuffer().copy(larger);
      this.#buffer = larger;
    }
    if (data !== undefined) {
      data.copy(this.#buffer, offset);
      this.size = Math.max(this.size, end);
    } else {
      // What is cut off reads as zeros if the file grows again.
      if (end < this.size) this.#buffer.fill(0, end, this.size);
      this.size = end;
    }
  }
}
