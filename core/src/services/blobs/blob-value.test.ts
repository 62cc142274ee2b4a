import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { PIECE_BYTES, isPacked, unpackPiece } from "../../contract/blob-pieces.ts";
import { blobOfText, countPieces, packPiece } from "./blob-value.ts";

function blobOf(bytes: Uint8Array): { hash: string; bytes: Uint8Array } {
  return { hash: "hash", bytes };
}

test("a blob is named by the hash of its bytes", async () => {
  const { hash, bytes } = await blobOfText("héllo");
  expect(hash).toBe(createHash("sha256").update("héllo").digest("hex"));
  expect(bytes).toEqual(new TextEncoder().encode("héllo"));
});

test("a piece is packed where that saves a tenth; bytes that look packed always are", async () => {
  const text = new TextEncoder().encode("some text ".repeat(10_000));
  const packed = await packPiece(blobOf(text), 0);
  expect(packed.length).toBeLessThan(text.length / 10);
  expect(unpackPiece(packed)).toEqual(text);
  const random = crypto.getRandomValues(new Uint8Array(60_000));
  random[0] = 0;
  expect(await packPiece(blobOf(random), 0)).toEqual(random);
  random.set([0x1f, 0x8b]);
  const twice = await packPiece(blobOf(random), 0);
  expect(isPacked(twice)).toBe(true);
  expect(unpackPiece(twice)).toEqual(random);
});

test("pieces are cut at a megabyte, and each holds its own part of the value", async () => {
  const bytes = new Uint8Array(2 * PIECE_BYTES + 1).map((_, index) => index % 251);
  expect(
    [0, 1, PIECE_BYTES, PIECE_BYTES + 1].map((length) => countPieces(bytes.subarray(0, length))),
  ).toEqual([1, 1, 1, 2]);
  const pieces = await Promise.all([0, 1, 2].map(async (piece) => packPiece(blobOf(bytes), piece)));
  expect(pieces.map((piece) => unpackPiece(piece).length)).toEqual([PIECE_BYTES, PIECE_BYTES, 1]);
  expect(
    pieces.flatMap((piece) => [...unpackPiece(piece)]).every((byte, index) => byte === bytes[index]),
  ).toBe(true);
});
