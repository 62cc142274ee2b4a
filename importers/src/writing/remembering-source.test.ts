import { expect, it } from "vitest";
import type { ImportSource } from "../importer.ts";
import { RememberingSource } from "./remembering-source.ts";

const megabyte = 1024 * 1024;

/** A file whose bytes count up, given in pieces; `readings` tells from where it was read how far. */
function countingSource(size: number, pieceBytes: number) {
  const content = Uint8Array.from({ length: size }, (_, index) => index % 251);
  const readings: [from: number, to: number][] = [];
  const source: ImportSource = {
    path: "file",
    size,
    async *bytes(from) {
      const reading: [number, number] = [from, from];
      readings.push(reading);
      for (let at = from; at < size; at += pieceBytes) {
        reading[1] = Math.min(at + pieceBytes, size);
        yield content.subarray(at, reading[1]);
      }
    },
  };
  return { source, content, readings };
}

async function take(bytes: AsyncIterable<Uint8Array>, count: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let taken = 0;
  if (count === 0) return Buffer.alloc(0);
  for await (const piece of bytes) {
    pieces.push(piece);
    taken += piece.length;
    if (taken >= count) break;
  }
  return Buffer.concat(pieces).subarray(0, count);
}

it("gives again what was read, in a second reading of the memory alone", async () => {
  const { source, content, readings } = countingSource(100, 8);
  const remembering = new RememberingSource(source);
  await take(remembering.bytes(10), 60);
  expect(await take(remembering.again(10), 25)).toEqual(Buffer.from(content.subarray(10, 35)));
  expect(await take(remembering.again(35), 35)).toEqual(Buffer.from(content.subarray(35, 70)));
  expect(readings).toEqual([[10, 74]]);
});

it.each([
  { what: "bytes before the reading", from: 0, count: 40 },
  { what: "bytes beyond what was read", from: 20, count: 70 },
  { what: "bytes that are far beyond", from: 80, count: 20 },
])("reads $what in the file", async ({ from, count }) => {
  const { source, content } = countingSource(100, 8);
  const remembering = new RememberingSource(source);
  await take(remembering.bytes(10), 30);
  expect(await take(remembering.again(from), count)).toEqual(
    Buffer.from(content.subarray(from, from + count)),
  );
});

it("remembers the last of two readings at once", async () => {
  const { source, content } = countingSource(100, 8);
  const remembering = new RememberingSource(source);
  const first = remembering.bytes(0);
  await first.next();
  await take(remembering.bytes(40), 16);
  await first.next();
  expect(await take(remembering.again(40), 60)).toEqual(Buffer.from(content.subarray(40)));
});

it("remembers no more than a few megabytes", async () => {
  const { source, content, readings } = countingSource(6 * megabyte, megabyte);
  const remembering = new RememberingSource(source);
  await take(remembering.bytes(0), 6 * megabyte);
  expect(Buffer.compare(await take(remembering.again(0), 10), content.subarray(0, 10))).toBe(0);
  expect(readings).toHaveLength(2);
  expect(await take(remembering.again(2 * megabyte), 10)).toHaveLength(10);
  expect(readings).toHaveLength(2);
});
