import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { PIECE_BYTES, isPacked, unpackPiece } from "./blob-pieces.ts";

test("a piece is unpacked if it was packed, and else as it is", () => {
  const plain = new TextEncoder().encode("some text ".repeat(1_000));
  expect(isPacked(plain)).toBe(false);
  expect(unpackPiece(plain)).toBe(plain);
  const packed = gzipSync(plain);
  expect(isPacked(packed)).toBe(true);
  expect(unpackPiece(packed)).toEqual(plain);
  const random = crypto.getRandomValues(new Uint8Array(60_000));
  expect(unpackPiece(gzipSync(random))).toEqual(random);
});

test("a piece of the largest size is unpacked, a larger one is refused long before it is whole", () => {
  expect(unpackPiece(gzipSync(new Uint8Array(PIECE_BYTES)))).toHaveLength(PIECE_BYTES);
  expect(() => unpackPiece(gzipSync(new Uint8Array(PIECE_BYTES + 1)))).toThrow(RangeError);
  const bomb = gzipSync(new Uint8Array(64 * PIECE_BYTES));
  expect(bomb.length).toBeLessThan(PIECE_BYTES);
  expect(() => unpackPiece(bomb)).toThrow(RangeError);
});

test("a piece that is cut short, or is none, is an error", () => {
  const packed = gzipSync(new TextEncoder().encode("some text ".repeat(1_000)));
  expect(() => unpackPiece(packed.subarray(0, packed.length / 2))).toThrow(/./);
  expect(() => unpackPiece(new Uint8Array([0x1f, 0x8b, 0, 0]))).toThrow(/./);
});
