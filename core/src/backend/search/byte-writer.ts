const encoder = new TextEncoder();

/** Bytes that grow while numbers and texts are written to them; `ByteReader` reads them back. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** An integer from 0 to 2^53 - 1, in as few bytes as it needs: seven bits each. */
  writeNumber(value: number): void {
    this.#reserve(8);
    if (value < 128) {
      this.#bytes[this.#length++] = value;
      return;
    }
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Any number, in eight bytes. */
  writeReal(value: number): void {
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value);
    this.#length += 8;
  }

  writeText(text: string): void {
    const start = this.#length;
    this.writeNumber(text.length);
    this.#reserve(text.length);
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127) {
        this.#length = start;
        const bytes = encoder.encode(text);
        this.writeNumber(bytes.length);
        this.writeBytes(bytes);
        return;
      }
      this.#bytes[this.#length++] = code;
    }
  }

  writeBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.#reserve(end - start);
    if (end - start > 32) {
      this.#bytes.set(bytes.subarray(start, end), this.#length);
      this.#length += end - start;
      return;
    }
    // A loop is quicker for the few bytes of most postings.
    for (let index = start; index < end; index += 1) this.#bytes[this.#length++] = bytes[index] as number;
  }

  /** What was written, until more is written. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy of what was written. */
  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
