import type { ByteRange, ImportPosition, ImportProblem, ImportSource } from "./importer.ts";
import type { JsonObject } from "./json-object.ts";
import { LineCutter } from "./jsonl-lines.ts";
import type { JsonlLine } from "./jsonl-lines.ts";
import { parseJsonLine } from "./parse-json-line.ts";
import type { LineRecord } from "./parse-json-line.ts";

/** An object of a file of JSON lines, and its place. */
interface FileRecord {
  readonly value: JsonObject;
  readonly range: ByteRange;
}

/** What a line of the file holds: usually one record. */
export interface FileLine {
  readonly records: readonly FileRecord[];
  readonly problem?: ImportProblem;
  /** Where the next line begins: all up to there is read. */
  readonly next: { readonly offset: number; readonly line: number };
}

/**
 * Reads the records of a file of JSON lines, a piece of the file at a time. A last line that is not finished is told as a
 * problem and is not part of what was read: the tool may still be writing it.
 */
export async function* readRecords(
  source: ImportSource,
  from: Pick<ImportPosition, "offset" | "line">,
): AsyncGenerator<readonly FileLine[], void, undefined> {
  const cutter = new LineCutter(from);
  let next = { offset: from.offset, line: from.line };
  const take = (line: JsonlLine): FileLine => {
    const { records, problem } = readLine(line);
    if (problem !== undefined && !line.complete) {
      const message = `the last line is not finished (${line.length} bytes): it is left for the next import`;
      return { records: [], problem: problemOf(line, message), next };
    }
    next = { offset: line.end, line: line.complete ? line.line : line.line - 1 };
    return { records, ...(problem !== undefined && { problem: problemOf(line, problem) }), next };
  };
  for await (const bytes of source.bytes(from.offset)) yield cutter.cut(bytes).map(take);
  yield cutter.finish().map(take);
}

function readLine(line: JsonlLine): { readonly records: readonly FileRecord[]; readonly problem?: string } {
  const { text } = line;
  if (text === undefined) {
    const problem =
      line.problem === "too-long" ? `the line is too long (${line.length} bytes)` : "the line is not UTF-8";
    return { records: [], problem };
  }
  if (text.trim() === "") return { records: [] };
  const { records, problem } = parseJsonLine(text);
  return {
    records: records.map((record) => ({ value: record.value, range: rangeOf(record, line, text) })),
    ...(problem !== undefined && { problem: `the line is ${problem}` }),
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
