import type {
  ByteRange,
  ImportCheckpoint,
  ImportEvent,
  ImportPosition,
  ImportProblem,
  ImportSource,
} from "../importer.ts";
import { jsonlLines } from "../jsonl-lines.ts";
import type { JsonlLine } from "../jsonl-lines.ts";
import { parseJsonLine } from "../parse-json-line.ts";
import type { LineRecord } from "../parse-json-line.ts";
import { claudeCodeReader } from "./claude-code-reader.ts";
import { readClaudeRecord } from "./claude-record.ts";
import type { ClaudeRecord } from "./claude-record.ts";
import { copyMemo, restoreMemo } from "./memo.ts";
import { readFilePlace } from "./session-of-record.ts";

/** A checkpoint is due after this much. */
const checkpointBytes = 256 * 1024;
const checkpointLines = 500;

/** Reads a session file, or goes on where an earlier reading of the same file ended. */
export async function* readClaudeCode(
  source: ImportSource,
  from?: ImportPosition,
): AsyncGenerator<ImportEvent, void, undefined> {
  const memo = restoreMemo(from?.memo);
  const reader = claudeCodeReader(memo, readFilePlace(source.path));
  let position = { offset: from?.offset ?? 0, line: from?.line ?? 0 };
  let due = { offset: position.offset + checkpointBytes, line: position.line + checkpointLines };
  const checkpoint = (): ImportCheckpoint => ({ type: "checkpoint", ...position, memo: copyMemo(memo) });

  for await (const line of jsonlLines(source.bytes(position.offset), position)) {
    const read = readLine(line);
    if (read.isUnfinished) {
      yield problemOf(
        line,
        `the last line is not finished (${line.length} bytes): it is left for the next import`,
      );
      break;
    }
    for (const record of read.records) yield* reader.take(record);
    if (read.problem !== undefined) yield problemOf(line, read.problem);
    position = { offset: line.end, line: line.complete ? line.line : line.line - 1 };
    if (position.offset < due.offset && position.line < due.line) continue;
    yield* reader.settle();
    yield checkpoint();
    due = { offset: position.offset + checkpointBytes, line: position.line + checkpointLines };
  }
  yield* reader.settle();
  yield checkpoint();
}

interface ReadLine {
  readonly records: readonly ClaudeRecord[];
  readonly problem?: string;
  /** The tool may still be writing it. */
  readonly isUnfinished: boolean;
}

function readLine(line: JsonlLine): ReadLine {
  if (line.text === undefined) {
    const problem =
      line.problem === "too-long" ? `the line is too long (${line.length} bytes)` : "the line is not UTF-8";
    return { records: [], problem, isUnfinished: !line.complete };
  }
  if (line.text.trim() === "") return { records: [], isUnfinished: false };
  const { records, problem } = parseJsonLine(line.text);
  const { text } = line;
  return {
    records: records.map((record) => readClaudeRecord(record.value, rangeOf(record, line, text))),
    ...(problem !== undefined && { problem: `the line is ${problem}` }),
    isUnfinished: problem !== undefined && !line.complete,
  };
}

/** Characters to bytes; almost always a record is its whole line. */
function rangeOf(record: LineRecord, line: JsonlLine, text: string): ByteRange {
  if (record.start === 0 && record.end === text.length) return [line.offset, line.length];
  const before = byteLength(text.slice(0, record.start));
  return [line.offset + before, byteLength(text.slice(record.start, record.end))];
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function problemOf(line: JsonlLine, message: string): ImportProblem {
  return { type: "problem", line: line.line, offset: line.offset, message };
}
