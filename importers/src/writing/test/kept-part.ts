import type { Throughline } from "@throughline/core";
import { readImportedPart } from "@throughline/core";
import { chunkCodec } from "../../chunk-codec.ts";

/** The bytes that are kept of a session in an export. */
export async function keptPart({ store, tenant }: Throughline, session: string): Promise<Buffer> {
  const imported = await readImportedPart({ store, tenant }, session);
  if (imported === undefined) return Buffer.alloc(0);
  const { source, offset, length } = imported.part;
  const { answers } = await store.read({
    tenant,
    requests: [
      {
        type: "query",
        kind: "source_chunks",
        shape: "key",
        prefix: [source],
        range: { from: offset, below: offset + length },
        direction: "forward",
        limit: 1_000,
        select: "all",
      },
    ],
  });
  return Buffer.concat(
    answers[0].rows.map(({ bytes, encoding }) =>
      encoding === "none" ? (bytes as Uint8Array) : chunkCodec.unpack(bytes as Uint8Array),
    ),
  );
}

/** Bytes that are kept of all sources, before they were packed. */
export async function keptSize({ store, tenant }: Throughline): Promise<number> {
  const { answers } = await store.read({
    tenant,
    requests: [
      { type: "query", kind: "source_chunks", shape: "key", prefix: [], direction: "forward", limit: 1_000 },
    ],
  });
  return answers[0].rows.reduce((sum, { size }) => sum + (size as number), 0);
}
