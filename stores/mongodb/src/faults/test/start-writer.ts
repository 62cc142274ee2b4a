import { join } from "node:path";
import type { StartWriter } from "@throughline/conformance";
import { bundleProgram, startProgram } from "@throughline/test-servers";

const program = await bundleProgram(join(import.meta.dirname, "history-writer.ts"));

/** Starts processes that write to a database. */
export function startWriters(url: string): StartWriter {
  return (writer, lanes, hear) => startProgram(program, [url, writer, String(lanes)], hear);
}
