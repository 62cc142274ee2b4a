/** Packing and unpacking by the platform's own streams, which leave the thread to others meanwhile. */
import { joinBytes } from "./blob-pieces.ts";

export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  return streamBytes(bytes, new CompressionStream("gzip"), Infinity, () => new RangeError());
}

/** Fails as `tooLarge` says when more than `limit` bytes come out: then no more of them are made. */
export async function gunzip(
  bytes: Uint8Array,
  limit: number,
  tooLarge: () => RangeError,
): Promise<Uint8Array> {
  return streamBytes(bytes, new DecompressionStream("gzip"), limit, tooLarge);
}

async function streamBytes(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
  limit: number,
  tooLarge: () => RangeError,
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  // What goes wrong is told by the side that is read.
  writer.write(bytes as Uint8Array<ArrayBuffer>).catch(() => {});
  writer.close().catch(() => {});
  const reader = (stream.readable as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joinBytes(chunks, length);
    length += value.length;
    chunks.push(value);
    if (length > limit) {
      const error = tooLarge();
      await reader.cancel(error);
      throw error;
    }
  }
}
