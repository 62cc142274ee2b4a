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

const packed = gzipSync("a text that is packed");

test.each([
  ["unpacks to more than a piece may hold", gzipSync(new Uint8Array(PIECE_BYTES + 1))],
  ["is packed and cut off", packed.subarray(0, 20)],
  ["is packed and holds other bytes", packed.with(12, packed.readUInt8(12) ^ 255)],
  ["only begins as if it were packed", new Uint8Array([0x1f, 0x8b, 1])],
  ["is no UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
  ["ends inside a character", new Uint8Array([0x22, 0xe6, 0x97])],
])("a text has none where a piece %s", async (_, piece) => {
  const plain = new TextEncoder().encode("some text");
  expect(await decodeInTurns([plain, piece], rest)).toBe("");
});

test("what fails otherwise is no damage", async () => {
  const failing = async (): Promise<void> => {
    throw new Error("aborted");
  };
  await expect(decodeInTurns([packed, packed], failing)).rejects.toThrow("aborted");
});

test("others have a turn after each piece", async () => {
  const pieces = Array.from({ length: 20 }, () => new TextEncoder().encode("word "));
  let turns = 0;
  await decodeInTurns(pieces, async () => void (turns += 1));
  expect(turns).toBe(pieces.length);
});
