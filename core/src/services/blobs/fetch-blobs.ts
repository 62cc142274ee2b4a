import { PIECE_BYTES, isPacked, pieceTooLarge } from "../../contract/blob-pieces.ts";
import { gunzip } from "../../contract/stream-bytes.ts";
import { makeRest } from "../../backend/search/rest.ts";
import { ThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";

/** Bytes of one read. What a store reads at once, it may hold up others for. */
const readBytes = 2 * PIECE_BYTES;
const keysPerGet = 1_000;

/**
 * The texts of blobs, by hash; those that are not there are left out. They are read in steps, so that other calls of this
 * process go on between them.
 *
 * @throws ThroughlineError `unavailable` with reason `damaged` where pieces hold something else.
 */
export async function fetchBlobTexts(
  { store, tenant }: ServiceContext,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const reading = new Map<string, ReadText>();
  const distinct = [...new Set(hashes)];
  for (let begin = 0; begin < distinct.length; begin += keysPerGet) {
    const keys = distinct.slice(begin, begin + keysPerGet).map((hash) => [hash]);
    const { answers } = await store.read({ tenant, requests: [{ type: "get", kind: "blobs", keys }] });
    for (const row of answers[0]) if (row !== undefined) reading.set(row.hash as string, new ReadText(row));
  }
  const rest = makeRest();
  for (const keys of groupPieces(reading.values())) {
    const { answers } = await store.read({
      tenant,
      requests: [{ type: "get", kind: "blob_pieces", keys, select: "all" }],
    });
    for (const [index, row] of answers[0].entries()) {
      const text = reading.get(keys[index]?.[0] ?? "");
      await text?.add(row?.bytes as Uint8Array | undefined);
      await rest();
    }
  }
  const texts = new Map<string, string>();
  for (const text of reading.values()) {
    const whole = text.end();
    if (whole !== undefined) texts.set(text.hash, whole);
  }
  return texts;
}

type PieceKey = readonly [hash: string, piece: number];

/** The pieces of blobs, in order, in reads that are small. */
function groupPieces(blobs: Iterable<ReadText>): readonly (readonly PieceKey[])[] {
  const groups: PieceKey[][] = [];
  let bytes = Infinity;
  for (const { hash, size, pieces } of blobs) {
    for (let piece = 0; piece < pieces; piece += 1) {
      const length = Math.min(size - piece * PIECE_BYTES, PIECE_BYTES);
      bytes += length;
      if (bytes > readBytes || groups.at(-1)?.length === keysPerGet) {
        groups.push([]);
        bytes = length;
      }
      groups.at(-1)?.push([hash, piece]);
    }
  }
  return groups;
}

/** A text that comes piece by piece. */
class ReadText {
  readonly hash: string;
  readonly size: number;
  readonly pieces: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #text = "";
  #bytes = 0;
  #isGone = false;

  constructor({ hash, size, pieces }: Row) {
    this.hash = hash as string;
    this.size = size as number;
    this.pieces = pieces as number;
    // Somebody is still storing it.
    this.#isGone = pieces === 0;
  }

  async add(piece: Uint8Array | undefined): Promise<void> {
    this.#isGone ||= piece === undefined;
    if (piece === undefined || this.#isGone) return;
    try {
      const plain = isPacked(piece) ? await gunzip(piece, PIECE_BYTES, pieceTooLarge) : piece;
      this.#bytes += plain.length;
      this.#text += this.#decoder.decode(plain, { stream: true });
    } catch (error) {
      throw damaged(this.hash, error);
    }
  }

  /** Undefined where it was removed meanwhile. */
  end(): string | undefined {
    if (this.#isGone) return undefined;
    if (this.#bytes !== this.size) throw damaged(this.hash);
    try {
      return this.#text + this.#decoder.decode();
    } catch (error) {
      throw damaged(this.hash, error);
    }
  }
}

/** A blob that its message still names, and that is not there as it was stored. */
export function damaged(hash: string, cause?: unknown): ThroughlineError {
  return new ThroughlineError(
    "unavailable",
    `A large value is missing from the store, or is damaged: ${hash}.`,
    {
      reason: "damaged",
      details: { hash },
      ...(cause === undefined ? undefined : { cause }),
    },
  );
}
