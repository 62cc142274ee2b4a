import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { PIECE_BYTES } from "./blob-pieces.ts";
import { decodeInTurns } from "./decode-in-turns.ts";
import { decodePieces } from "./message-text.ts";

const rest = async (): Promise<void> => {};

test("packed and plain pieces, cut inside a character, give the text that decoding at once gives", async () => {
  const bytes = new TextEncoder().encode("a 日本語 text ".repeat(1_000));
  const pieces = [bytes.subarray(0, 3), gzipSync(bytes.subarray(3, 900)), bytes.subarray(900)];
  expect(await decodeInTurns(pieces, rest)).toBe("a 日本語 text ".repeat(1_000));
  expect(await decodeInTurns(pieces, rest)).toBe(decodePieces(pieces));
  expect(await decodeInTurns([], rest)).toBe("");
});

test("a piece that unpacks to more than a piece may hold is refused", async () => {
  await expect(decodeInTurns([gzipSync(new Uint8Array(PIECE_BYTES + 1))], rest)).rejects.toThrow(RangeError);
});

test("others have a turn after each piece", async () => {
  const pieces = Array.from({ length: 20 }, () => new TextEncoder().encode("word "));
  let turns = 0;
  await decodeInTurns(pieces, async () => void (turns += 1));
  expect(turns).toBe(pieces.length);
});
