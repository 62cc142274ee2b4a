/** Takes the bytes of a deleted message out of the foreign file that it came from. */
import type { Write } from "../contract/batch.ts";
import { ThroughlineError } from "../error.ts";
import type { Row, StoredRecord } from "../model/kind.ts";
import type { Native } from "./message.ts";
import type { ServiceContext } from "./service-context.ts";

/** Packs and unpacks the chunks of imported files: platforms differ in what they bring. */
export interface ChunkCodec {
  readonly encoding: string;
  pack(bytes: Uint8Array): Uint8Array;
  unpack(packed: Uint8Array): Uint8Array;
}

const space = 0x20;
/** A range may begin in a chunk that starts this much before it. */
const longestChunk = 64 * 1024;

/**
 * The writes that put spaces in the place of a message's bytes; none where it was not imported. Whoever exports the file
 * finds the gap.
 *
 * @throws ThroughlineError `unsupported` where the chunks are packed in a way that this platform can't unpack
 */
export async function blankSource(context: ServiceContext, message: Row): Promise<readonly Write[]> {
  if (message.native === "") return [];
  const native = JSON.parse(message.native as string) as Native | { readonly blob: string };
  if (!("source" in native)) return [];
  const chunks = new Map<number, StoredRecord>();
  for (const [offset, length] of native.ranges) {
    for (const row of await readChunks(context, native.source, offset, length)) {
      const { revision: _, ...chunk } = row;
      const known = chunks.get(chunk.offset as number) ?? unpacked(context, chunk);
      chunks.set(chunk.offset as number, blanked(known, offset, length));
    }
  }
  return [...chunks.values()].map((chunk) => ({
    type: "insert",
    kind: "source_chunks",
    record: packed(context, chunk),
    exists: "replace",
  }));
}

async function readChunks(
  { store, tenant }: ServiceContext,
  source: string,
  offset: number,
  length: number,
): Promise<readonly Row[]> {
  const { answers } = await store.read({
    tenant,
    requests: [
      {
        type: "query",
        kind: "source_chunks",
        shape: "key",
        prefix: [source],
        range: { above: Math.max(offset - longestChunk, -1), below: offset + length },
        direction: "forward",
        limit: 1_000,
        select: "all",
      },
    ],
  });
  return answers[0].rows.filter((row) => (row.offset as number) + (row.size as number) > offset);
}

function unpacked({ codec }: ServiceContext, chunk: StoredRecord): StoredRecord {
  if (chunk.encoding === "none") return chunk;
  if (codec === undefined || codec.encoding !== chunk.encoding) {
    throw new ThroughlineError("unsupported", `Nothing here unpacks ${String(chunk.encoding)}.`, {
      reason: "encoding",
      outcome: "refused",
      details: { encoding: chunk.encoding },
    });
  }
  return { ...chunk, encoding: "none", bytes: codec.unpack(chunk.bytes as Uint8Array) };
}

function blanked(chunk: StoredRecord, offset: number, length: number): StoredRecord {
  const bytes = new Uint8Array(chunk.bytes as Uint8Array);
  const begin = offset - (chunk.offset as number);
  bytes.fill(space, Math.max(begin, 0), Math.max(begin + length, 0));
  return { ...chunk, bytes };
}

function packed({ codec }: ServiceContext, chunk: StoredRecord): StoredRecord {
  return codec === undefined
    ? chunk
    : { ...chunk, encoding: codec.encoding, bytes: codec.pack(chunk.bytes as Uint8Array) };
}
