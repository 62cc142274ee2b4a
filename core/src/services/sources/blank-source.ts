/** Takes the bytes of deleted messages out of the foreign files that they came from. */
import type { Expectation, Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError } from "../../error.ts";
import type { Row, StoredRecord } from "../../model/kind.ts";
import type { Native } from "../messages/message.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";

/** Packs and unpacks the chunks of imported files: platforms differ in what they bring. */
export interface ChunkCodec {
  readonly encoding: string;
  pack(bytes: Uint8Array): Uint8Array;
  unpack(packed: Uint8Array): Uint8Array;
}

/** A place in a source: offset and length. */
type Range = readonly [offset: number, length: number];

const space = 0x20;
/** A range may begin in a chunk that starts this much before it. */
const longestChunk = 64 * 1024;
/** Chunks that one commit replaces: each is expected to be as it was read. */
const chunksPerCommit = 12;

/**
 * Puts spaces in the place of the messages' bytes; does nothing for those that were not imported. Whoever exports the file
 * finds the gap. Of others who blank the same chunk at the same time, nothing is undone. It comes before the messages
 * themselves are removed, as they say where their bytes are.
 *
 * @returns the sources that the messages came from
 * @throws ThroughlineError `unsupported` where the chunks are packed in a way that this platform can't unpack
 */
export async function blankSources(
  context: ServiceContext,
  messages: readonly Row[],
  options: CallOptions = {},
): Promise<readonly string[]> {
  const bySource = new Map<string, Range[]>();
  for (const { native } of messages) {
    const ranges = rangesOf(native as string);
    if (ranges === undefined) continue;
    const known = bySource.get(ranges.source);
    if (known === undefined) bySource.set(ranges.source, [...ranges.ranges]);
    else known.push(...ranges.ranges);
  }
  for (const [source, ranges] of bySource) {
    for (const some of groupRanges(ranges)) await blankTogether(context, source, some, options);
  }
  return [...bySource.keys()];
}

function rangesOf(
  native: string,
): { readonly source: string; readonly ranges: readonly Range[] } | undefined {
  if (native === "" || !native.includes('"source"')) return undefined;
  const parsed = JSON.parse(native) as Native | { readonly blob: string };
  return "source" in parsed ? parsed : undefined;
}

/** Ranges in order, in groups that few chunks hold; one that is longer stands alone, in pieces. */
function groupRanges(ranges: readonly Range[]): readonly (readonly Range[])[] {
  const longest = (chunksPerCommit - 2) * longestChunk;
  const pieces = ranges.flatMap(([offset, length]) =>
    Array.from({ length: Math.ceil(length / longest) }, (_, index): Range => [
      offset + index * longest,
      Math.min(longest, length - index * longest),
    ]),
  );
  const groups: Range[][] = [];
  let begin = 0;
  for (const range of pieces.toSorted((left, right) => left[0] - right[0])) {
    const group = groups.at(-1);
    if (group !== undefined && range[0] + range[1] - begin <= longest) group.push(range);
    else {
      groups.push([range]);
      [begin] = range;
    }
  }
  return groups;
}

/** Blanks ranges that lie near each other. */
async function blankTogether(
  context: ServiceContext,
  source: string,
  ranges: readonly Range[],
  options: CallOptions,
): Promise<void> {
  const { store, tenant } = context;
  const begin = ranges[0]?.[0] ?? 0;
  const end = Math.max(...ranges.map(([offset, length]) => offset + length));
  await repeatOnConflict(
    ({ kind }) => kind === "source_chunks",
    async () => {
      const rows = await readChunks(context, source, begin, end, options);
      for (let first = 0; first < rows.length; first += chunksPerCommit) {
        const some = rows.slice(first, first + chunksPerCommit);
        const changed = some.flatMap((row) => {
          const record = blankedRecord(context, row, ranges);
          return record === undefined ? [] : [{ row, record }];
        });
        if (changed.length === 0) continue;
        const writes = changed.map(({ record }): Write => ({
          type: "insert",
          kind: "source_chunks",
          record,
          exists: "replace",
        }));
        const expect = changed.map(({ row }) => expectAsRead(row));
        await store.commit({ tenant, writes, expect }, options);
      }
    },
  );
}

async function readChunks(
  { store, tenant }: ServiceContext,
  source: string,
  begin: number,
  end: number,
  options: CallOptions,
): Promise<readonly Row[]> {
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        {
          type: "query",
          kind: "source_chunks",
          shape: "key",
          prefix: [source],
          range: { above: Math.max(begin - longestChunk, -1), below: end },
          direction: "forward",
          limit: 1_000,
          select: "all",
        },
      ],
    },
    options,
  );
  return answers[0].rows.filter((row) => (row.offset as number) + (row.size as number) > begin);
}

/** The chunk with spaces in the ranges; undefined where it has them already. */
function blankedRecord(
  context: ServiceContext,
  row: Row,
  ranges: readonly Range[],
): StoredRecord | undefined {
  const { revision: _, ...packedChunk } = row;
  const chunk = unpacked(context, packedChunk);
  const bytes = new Uint8Array(chunk.bytes as Uint8Array);
  let isChanged = false;
  for (const [offset, length] of ranges) {
    const from = Math.max(offset - (chunk.offset as number), 0);
    const to = Math.min(offset + length - (chunk.offset as number), bytes.length);
    for (let at = from; at < to && !isChanged; at += 1) isChanged = bytes[at] !== space;
    if (to > from) bytes.fill(space, from, to);
  }
  return isChanged ? packed(context, { ...chunk, bytes }) : undefined;
}

function expectAsRead(row: Row): Expectation {
  const key = [row.sourceId as string, row.offset as number];
  return { type: "equals", kind: "source_chunks", key, fields: { revision: row.revision } };
}

/** A chunk that is not packed. @throws ThroughlineError `unsupported` with reason `encoding` */
export function unpacked({ codec }: Pick<ServiceContext, "codec">, chunk: StoredRecord): StoredRecord {
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

function packed({ codec }: ServiceContext, chunk: StoredRecord): StoredRecord {
  return codec === undefined
    ? chunk
    : { ...chunk, encoding: codec.encoding, bytes: codec.pack(chunk.bytes as Uint8Array) };
}
