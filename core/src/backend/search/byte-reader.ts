const decoder = new TextDecoder();

/** Reads what a `ByteWriter` wrote. Beyond the end it reads zeros: who reads knows how much there is. */
export class ByteReader {
  readonly bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  get isAtEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  readNumber(): number {
    let byte = this.bytes[this.position++] ?? 0;
    if (byte < 128) return byte;
    let value = byte - 128;
    let place = 128;
    do {
      byte = this.bytes[this.position++] ?? 0;
      value += (byte % 128) * place;
      place *= 128;
    } while (byte > 127);
    return value;
  }

  readReal(): number {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.position, 8);
    this.position += 8;
    return view.getFloat64(0);
  }

  readText(): string {
    const length = this.readNumber();
    const start = this.position;
    this.position += length;
    let text = "";
    // A loop is quicker for short texts than a decoder, and most are short.
    for (let index = start; index < this.position; index += 1) {
      const byte = this.bytes[index] ?? 0;
      if (byte > 127 || length > 32) return decoder.decode(this.bytes.subarray(start, this.position));
      text += String.fromCharCode(byte);
    }
    return text;
  }

  readBytes(length: number): Uint8Array {
    const start = this.position;
    this.position += length;
    return this.bytes.subarray(start, this.position);
  }
}
