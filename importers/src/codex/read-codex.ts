import { checkpointDue } from "../checkpoint-due.ts";
import type { ImportCheckpoint, ImportEvent, ImportPosition, ImportSource } from "../importer.ts";
import { readRecords } from "../read-records.ts";
import { CodexReader } from "./codex-reader.ts";
import { readCodexRecord } from "./codex-record.ts";
import { copyMemo, restoreMemo } from "./memo.ts";
import { readWholeFile } from "./read-whole-file.ts";
import { isWholeFile } from "./whole-file.ts";

const headBytes = 64 * 1024;

/** Reads a rollout, or goes on where an earlier reading of the same file ended. */
export async function* readCodex(
  source: ImportSource,
  from?: ImportPosition,
): AsyncGenerator<ImportEvent, void, undefined> {
  const memo = restoreMemo(from?.memo);
  const reader = new CodexReader(memo, source.path);
  let position = { offset: from?.offset ?? 0, line: from?.line ?? 0 };
  if (isWholeFile(await readBeginning(source))) {
    yield* readWholeFile(source, position, reader, memo);
    return;
  }
  const isDue = checkpointDue(position);
  const checkpoint = (): ImportCheckpoint => ({ type: "checkpoint", ...position, memo: copyMemo(memo) });

  for await (const lines of readRecords(source, position)) {
    for (const { records, problem, next } of lines) {
      for (const { value, range } of records) {
        for (const event of reader.take(readCodexRecord(value, range))) yield event;
      }
      if (problem !== undefined) yield problem;
      position = next;
      if (!isDue(position)) continue;
      yield* reader.settle();
      yield checkpoint();
    }
  }
  yield* reader.settle();
  yield checkpoint();
}

async function readBeginning(source: ImportSource): Promise<string> {
  for await (const bytes of source.bytes(0)) {
    return new TextDecoder().decode(bytes.subarray(0, headBytes)).replace(/^\uFEFF/, "");
  }
  return "";
}
