/** By itself, so that who only opens a store does not load the readers of files. */
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { ChunkCodec } from "@throughline/core";

/** How chunks are packed: give it to a `Throughline` that deletes imported messages. */
export const chunkCodec: ChunkCodec = {
  encoding: "zstd",
  pack: (bytes) => new Uint8Array(zstdCompressSync(bytes)),
  unpack: (packed) => new Uint8Array(zstdDecompressSync(packed)),
};
