import type { ImportEvent, ImportPosition, ImportSource } from "../importer.ts";
import { isJsonObject, isNestedDeeperThan } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import { readCodexRecord } from "./codex-record.ts";
import type { CodexReader } from "./codex-reader.ts";
import { copyMemo } from "./memo.ts";
import type { Memo } from "./memo.ts";
import { itemRanges } from "./whole-file.ts";

/** A file of this generation is read at once; this is as long as a line may be. */
const limitBytes = 64 * 1024 * 1024;
const deepestNesting = 1000;

/**
 * Reads a rollout of the first generation. It was written whole, and never again: what is not whole is left for the next
 * import, and what was read is not read again.
 */
export async function* readWholeFile(
  source: ImportSource,
  position: Pick<ImportPosition, "offset" | "line">,
  reader: CodexReader,
  memo: Memo,
): AsyncGenerator<ImportEvent, void, undefined> {
  const problem = (message: string): ImportEvent => ({ type: "problem", line: 1, offset: 0, message });
  const end = { offset: source.size, line: position.line, memo: undefined };
  if (position.offset > 0) {
    yield { type: "checkpoint", ...end, memo: copyMemo(memo) };
    return;
  }
  if (source.size > limitBytes) {
    yield problem(`the file is too long (${source.size} bytes)`);
    yield { type: "checkpoint", ...end, memo: copyMemo(memo) };
    return;
  }
  const bytes = await readBytes(source);
  const text = decode(bytes);
  const file = parse(text);
  if (file === undefined) {
    yield problem(`the file is not finished (${bytes.length} bytes): it is left for the next import`);
    yield { type: "checkpoint", ...position, memo: copyMemo(memo) };
    return;
  }
  const { session, items } = file;
  if (isJsonObject(session))
    yield* reader.take(readCodexRecord({ type: "session_meta", payload: session }, [0, 1]));
  const ranges = itemRanges(text);
  const objects = Array.isArray(items)
    ? items.filter((item) => typeof item === "object" && item !== null)
    : [];
  for (const [index, range] of ranges.entries()) {
    const item: unknown = objects[index];
    if (isJsonObject(item)) yield* reader.take(readCodexRecord(item, range));
  }
  yield* reader.settle();
  yield { type: "checkpoint", ...end, memo: copyMemo(memo) };
}

async function readBytes(source: ImportSource): Promise<Uint8Array> {
  const bytes = new Uint8Array(source.size);
  let filled = 0;
  for await (const piece of source.bytes(0)) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes.subarray(0, filled);
}

/** A byte order mark stays, so that places in the text are places in the file. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return "";
  }
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return isJsonObject(value) && !isNestedDeeperThan(value, deepestNesting) ? value : undefined;
  } catch {
    return undefined;
  }
}
