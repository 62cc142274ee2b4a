import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodePieces, searchedBlobs, textOfMessage } from "./message-text.ts";

const none = (): never[] => [];

test("[S4] the text of a message is its content, or what its parts say", () => {
  expect(textOfMessage({ content: "plain", contentFormat: "" }, none)).toBe("plain");
  const parts = JSON.stringify([
    { type: "text", text: "one" },
    { type: "tool-call", tool_name: "two", input: ["three"] },
  ]);
  expect(textOfMessage({ content: parts, contentFormat: "json" }, none)).toBe("one\ntwo\nthree");
});

test("[S4] staged content is put together from its pieces, wherever they were cut", () => {
  const bytes = new TextEncoder().encode(JSON.stringify("日本語 and more"));
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const pieces = [bytes.slice(0, cut), bytes.slice(cut)];
    expect(textOfMessage({ content: "hash", contentFormat: "blob" }, () => pieces)).toBe("日本語 and more");
  }
  expect(textOfMessage({ content: "gone", contentFormat: "blob" }, none)).toBe("");
});

test("[S4] staged content is unpacked, piece by piece", () => {
  const bytes = new TextEncoder().encode(JSON.stringify("日本語 and more"));
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const [begin, end] = [bytes.slice(0, cut), bytes.slice(cut)];
    for (const pieces of [
      [gzipSync(begin), gzipSync(end)],
      [begin, gzipSync(end)],
      [gzipSync(begin), end],
    ]) {
      expect(textOfMessage({ content: "hash", contentFormat: "blob" }, () => pieces)).toBe("日本語 and more");
    }
  }
});

test("[S4] parts that lie apart are searched, but for the bytes of files", () => {
  const content = JSON.stringify({
    hash: "whole",
    texts: [
      '[{"type":"text","text":"one"},{"type":"tool-result","tool_call_id":"c","output":',
      '},{"type":"file","media_type":"m","filename":"three.txt","data":',
      '},{"type":"text","text":',
      "}]",
    ],
    blobs: [
      { hash: "two", searched: true },
      { hash: "bytes", searched: false },
      { hash: "gone", searched: true },
    ],
  });
  const row = { content, contentFormat: "parts" };
  expect(searchedBlobs(row)).toEqual(["two", "gone"]);
  const asked: string[] = [];
  const text = textOfMessage(row, (hash) => {
    asked.push(hash);
    return hash === "two" ? [new TextEncoder().encode('{"lines":["two"]}')] : [];
  });
  expect(text).toBe("one\ntwo\nthree.txt");
  expect(asked).toEqual(["two", "gone"]);
});

test("pieces that are no UTF-8 are an error, never other text", () => {
  expect(() => decodePieces([new Uint8Array([0xff])])).toThrow(TypeError);
  expect(() => decodePieces([new Uint8Array([0xe6, 0x97])])).toThrow(TypeError);
});
