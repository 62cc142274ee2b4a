import { createReadStream } from "node:fs";
import { createZstdDecompress } from "node:zlib";
import type { ImportSource } from "./importer.ts";

/** How a tool names a file that it has packed to save room. */
export const packedEnding = ".zst";

/**
 * Opens a file that is packed with zstd, as what is in it, under the name that it had before: it is known to be the same
 * file. It is unpacked once to know its length, and again as often as it is read; memory does not grow with it.
 */
export async function zstdSource(path: string): Promise<ImportSource> {
  let size = 0;
  for await (const piece of unpack(path)) size += piece.length;
  return {
    path: path.slice(0, -packedEnding.length),
    size,
    async *bytes(from) {
      let at = 0;
      for await (const piece of unpack(path)) {
        const begin = Math.max(0, from - at);
        if (begin < piece.length) yield piece.subarray(begin);
        at += piece.length;
      }
    },
  };
}

async function* unpack(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = createReadStream(path);
  const unpacked = createZstdDecompress();
  file.on("error", (error) => unpacked.destroy(error));
  file.pipe(unpacked);
  try {
    for await (const piece of unpacked) yield piece as Uint8Array;
  } finally {
    file.destroy();
    unpacked.destroy();
  }
}
