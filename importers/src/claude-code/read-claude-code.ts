import type { ImportCheckpoint, ImportEvent, ImportPosition, ImportSource } from "../importer.ts";
import { checkpointDue } from "../checkpoint-due.ts";
import { readRecords } from "../read-records.ts";
import { claudeCodeReader } from "./claude-code-reader.ts";
import { readClaudeRecord } from "./claude-record.ts";
import { copyMemo, restoreMemo } from "./memo.ts";
import { readFilePlace } from "./session-of-record.ts";

/** Reads a session file, or goes on where an earlier reading of the same file ended. */
export async function* readClaudeCode(
  source: ImportSource,
  from?: ImportPosition,
): AsyncGenerator<ImportEvent, void, undefined> {
  const memo = restoreMemo(from?.memo);
  const reader = claudeCodeReader(memo, readFilePlace(source.path));
  let position = { offset: from?.offset ?? 0, line: from?.line ?? 0 };
  const isDue = checkpointDue(position);
  const checkpoint = (): ImportCheckpoint => ({ type: "checkpoint", ...position, memo: copyMemo(memo) });

  for await (const lines of readRecords(source, position)) {
    for (const { records, problem, next } of lines) {
      for (const { value, range } of records) {
        for (const event of reader.take(readClaudeRecord(value, range))) yield event;
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
