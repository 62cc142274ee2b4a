import { joinBytes } from "./join-bytes.ts";

/** One line of a file of JSON lines, by its place in the file. */
export interface JsonlLine {
  /** Byte offset of its first byte; a byte order mark at the start of the file is not part of it. */
  readonly offset: number;
  /** Its length in bytes, without the line ending. */
  readonly length: number;
  /** Offset of the first byte after the line and its ending. */
  readonly end: number;
  /** From 1. */
  readonly line: number;
  /** The text; absent when there is a problem. */
  readonly text?: string;
  readonly problem?: "too-long" | "not-utf8";
  /** False when the bytes ended before a newline: the tool may still be writing it. */
  readonly complete: boolean;
}

export interface JsonlOptions {
  /** Offset of the first byte given. Default 0. */
  readonly offset?: number;
  /** Newlines before that offset. Default 0. */
  readonly line?: number;
  /** A longer line is passed over and reported, so that memory stays bounded. Default 64 MiB. */
  readonly limitBytes?: number;
}

const defaultLimitBytes = 64 * 1024 * 1024;
const newline = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = [0xef, 0xbb, 0xbf] as const;

/** Cuts bytes into lines, keeping no more than one line in memory. Blank lines are given too, with empty text. */
export async function* jsonlLines(
  chunks: AsyncIterable<Uint8Array>,
  options: JsonlOptions = {},
): AsyncGenerator<JsonlLine, void, undefined> {
  const cutter = new LineCutter(options);
  for await (const chunk of chunks) yield* cutter.cut(chunk);
  yield* cutter.finish();
}

/** Cuts bytes into lines, piece by piece. */
export class LineCutter {
  readonly #limitBytes: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #offset: number;
  #line: number;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor({ offset = 0, line = 0, limitBytes = defaultLimitBytes }: JsonlOptions = {}) {
    this.#offset = offset;
    this.#line = line;
    this.#limitBytes = limitBytes;
  }

  /** The lines that end in a piece. */
  cut(chunk: Uint8Array): readonly JsonlLine[] {
    const lines: JsonlLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      lines.push(this.#end(chunk.subarray(from, at), true));
      from = at + 1;
    }
    if (from === chunk.length) return lines;
    this.#heldBytes += chunk.length - from;
    // Past the limit only the count goes on: the line will be reported, not read.
    if (this.#heldBytes > this.#limitBytes) this.#held = [];
    else this.#held.push(chunk.slice(from));
    return lines;
  }

  /** After the last piece: what follows the last newline, if anything does. */
  finish(): readonly JsonlLine[] {
    return this.#heldBytes > 0 ? [this.#end(new Uint8Array(0), false)] : [];
  }

  #end(last: Uint8Array, complete: boolean): JsonlLine {
    const rawBytes = this.#heldBytes + last.length;
    const start = this.#offset;
    const end = start + rawBytes + (complete ? 1 : 0);
    const whole = this.#held.length === 0 ? last : joinBytes([...this.#held, last]);
    this.#held = [];
    this.#heldBytes = 0;
    this.#offset = end;
    if (complete) this.#line += 1;
    const place = { end, line: complete ? this.#line : this.#line + 1, complete };
    if (rawBytes > this.#limitBytes)
      return { offset: start, length: rawBytes, ...place, problem: "too-long" };
    const skipped = start === 0 && startsWithByteOrderMark(whole) ? byteOrderMark.length : 0;
    const trimmed = whole.at(-1) === carriageReturn ? whole.length - 1 : whole.length;
    const bytes = whole.subarray(skipped, Math.max(skipped, trimmed));
    const range = { offset: start + skipped, length: bytes.length };
    try {
      return { ...range, ...place, text: this.#decoder.decode(bytes) };
    } catch {
      return { ...range, ...place, problem: "not-utf8" };
    }
  }
}

function startsWithByteOrderMark(bytes: Uint8Array): boolean {
  return byteOrderMark.every((byte, index) => bytes[index] === byte);
}
