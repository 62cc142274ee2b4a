import type { ImportSource } from "../importer.ts";

/** More than is read between two flushes, unless a line is very long: then the file is read again. */
const mostBytes = 4 * 1024 * 1024;

/** A source that remembers what was last read of it, so that keeping these bytes takes no second reading of the file. */
export class RememberingSource implements ImportSource {
  readonly path: string;
  readonly version?: string;
  readonly size: number;
  readonly #source: ImportSource;
  /** What follows each other in the file, up to `#end`. */
  #pieces: Uint8Array[] = [];
  #begin = 0;
  #end = 0;
  /** Tells the last reading from those before it. */
  #reading = 0;

  constructor(source: ImportSource) {
    this.path = source.path;
    this.size = source.size;
    if (source.version !== undefined) this.version = source.version;
    this.#source = source;
  }

  /** Reads from an offset on, and remembers it. The pieces must not be changed. */
  async *bytes(from: number): AsyncGenerator<Uint8Array, void, undefined> {
    this.#reading += 1;
    const reading = this.#reading;
    this.#pieces = [];
    this.#begin = from;
    this.#end = from;
    for await (const piece of this.#source.bytes(from)) {
      if (reading === this.#reading) this.#remember(piece);
      yield piece;
    }
  }

  /** Gives bytes from an offset on once more, and forgets those before it: what is remembered, then what the file has. */
  async *again(from: number): AsyncGenerator<Uint8Array, void, undefined> {
    let at = from;
    if (from >= this.#begin) {
      this.#forget((first) => this.#begin + first.length <= from);
      let pieceBegin = this.#begin;
      for (const piece of this.#pieces) {
        yield piece.subarray(Math.max(from - pieceBegin, 0));
        pieceBegin += piece.length;
        at = Math.max(from, pieceBegin);
      }
    }
    yield* this.#source.bytes(at);
  }

  #remember(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#end += piece.length;
    this.#forget(() => this.#end - this.#begin > mostBytes);
  }

  #forget(isDispensable: (first: Uint8Array) => boolean): void {
    for (let [first] = this.#pieces; first !== undefined && isDispensable(first); [first] = this.#pieces) {
      this.#pieces.shift();
      this.#begin += first.length;
    }
  }
}
