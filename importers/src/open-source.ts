import { open, stat } from "node:fs/promises";
import type { ImportSource } from "./importer.ts";
import { packedEnding, zstdSource } from "./zstd-source.ts";

const chunkBytes = 128 * 1024;
const headBytes = 64 * 1024;

/** Opens a file for reading as it is now: what is appended later is left for the next import. */
export async function openSource(path: string): Promise<ImportSource> {
  const found = await stat(path);
  if (!found.isFile()) throw new Error(`${path} is not a file`);
  if (path.endsWith(packedEnding)) return zstdSource(path);
  const { size, mtimeMs } = found;
  return { path, version: String(mtimeMs), size, bytes: (from) => readBytes(path, from, size) };
}

/** The first 64 KiB of a source as text, for `findImporter`. Bytes that are no UTF-8 become replacement characters. */
export async function readHead(source: ImportSource): Promise<string> {
  const decoder = new TextDecoder();
  let head = "";
  let read = 0;
  for await (const chunk of source.bytes(0)) {
    const wanted = chunk.subarray(0, headBytes - read);
    read += wanted.length;
    head += decoder.decode(wanted, { stream: true });
    if (read >= headBytes) break;
  }
  return head;
}

/** Whether a file is a zip, by its first bytes. */
export async function isZip(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0);
    return bytesRead === 4 && [0x50, 0x4b, 0x03, 0x04].every((byte, index) => buffer[index] === byte);
  } finally {
    await file.close();
  }
}

async function* readBytes(
  path: string,
  from: number,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, "r");
  try {
    for (let at = from; at < size;) {
      const buffer = new Uint8Array(Math.min(chunkBytes, size - at));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      // The file became shorter while it was read.
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}
