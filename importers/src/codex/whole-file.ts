/** The first generation of rollouts: one JSON object, `{session, items}`, written whole. */
import type { ByteRange } from "../importer.ts";

/** Whether a file is one object over several lines, or one that begins with the session: no JSON line is like that. */
export function isWholeFile(head: string): boolean {
  return /^\s*\{(?:\s*\n|\s*"session"\s*:)/.test(head);
}

/** Where the items of `{"items": […]}` stand in valid JSON, in bytes. */
export function itemRanges(text: string): readonly ByteRange[] {
  const ranges: ByteRange[] = [];
  let depth = 0;
  let key = "";
  let start = 0;
  let bytes = 0;
  let counted = 0;
  const byteOffset = (at: number): number => {
    bytes += Buffer.byteLength(text.slice(counted, at));
    counted = at;
    return bytes;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && isKey(text, end)) key = text.slice(at + 1, end - 1);
      at = end - 1;
    } else if (character === "{" || character === "[") {
      depth += 1;
      if (depth === 3 && key === "items") start = at;
    } else if (character === "}" || character === "]") {
      depth -= 1;
      if (depth !== 2 || key !== "items") continue;
      const offset = byteOffset(start);
      ranges.push([offset, byteOffset(at + 1) - offset]);
    }
  }
  return ranges;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function isKey(text: string, from: number): boolean {
  let at = from;
  while (" \t\r\n".includes(text[at] ?? "x")) at += 1;
  return text[at] === ":";
}
