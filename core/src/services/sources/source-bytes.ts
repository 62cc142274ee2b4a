/** Reads the kept bytes of an imported file, a few chunks at a time. */
import { ThroughlineError } from "../../error.ts";
import type { KeyValues } from "../../model/kind.ts";
import { unpacked } from "./blank-source.ts";
import type { SourcePart } from "./imported-part.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";

/** What reading the chunks needs. */
export type SourceContext = Pick<ServiceContext, "store" | "tenant" | "codec">;

/** A chunk has at most 64 KiB, so a page has 1 MiB. */
const chunksPerPage = 16;
const longestChunk = 64 * 1024;

/**
 * The bytes of a place in a source, in order, in pieces of a chunk or less.
 *
 * @throws ThroughlineError `unsupported` with reason `encoding`; `unavailable` with reason `missing_bytes` where a chunk is
 *   not there
 */
export async function* sourceBytes(
  context: SourceContext,
  { source, offset, length }: SourcePart,
  settings: CallSettings = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const end = offset + length;
  let at = offset;
  let after: KeyValues | undefined;
  while (at < end) {
    const { rows, next } = await readPage(context, { source, offset, length }, after, settings);
    for (const row of rows) {
      const begin = row.offset as number;
      const chunkEnd = begin + (row.size as number);
      // Two imports at the same time may have kept some bytes twice.
      if (chunkEnd <= at) continue;
      if (begin > at) break;
      const { bytes } = unpacked(context, row);
      const piece = (bytes as Uint8Array).subarray(at - begin, Math.min(chunkEnd, end) - begin);
      if (piece.length === 0) break;
      yield piece;
      at += piece.length;
      if (at >= end) return;
    }
    if (next === undefined) throw missingBytes(source, at);
    after = next;
  }
}

async function readPage(
  { store, tenant }: SourceContext,
  { source, offset, length }: SourcePart,
  after: KeyValues | undefined,
  settings: CallSettings,
) {
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        {
          type: "query",
          kind: "source_chunks",
          shape: "key",
          prefix: [source],
          range: { above: Math.max(offset - longestChunk, -1), below: offset + length },
          direction: "forward",
          limit: chunksPerPage,
          select: "all",
          ...(after === undefined ? undefined : { after }),
        },
      ],
    },
    settings,
  );
  return answers[0];
}

function missingBytes(source: string, offset: number): ThroughlineError {
  return new ThroughlineError("unavailable", "Bytes of the imported file are missing.", {
    reason: "missing_bytes",
    details: { source, offset },
  });
}
