/** Readers of other tools' session files. */
export type {
  ByteRange,
  ImportCheckpoint,
  ImportedMessage,
  ImportedSession,
  ImportedSessionPart,
  ImportedSessionReference,
  Importer,
  ImportEvent,
  ImportKnowledge,
  ImportPosition,
  ImportProblem,
  ImportSource,
  SessionPart,
} from "./importer.ts";
export { chatgpt } from "./chatgpt/chatgpt.ts";
export { claudeCode } from "./claude-code/claude-code.ts";
export { codex } from "./codex/codex.ts";
export { findImporter, importerNamed, importers } from "./importers.ts";
export { findSources } from "./find-sources.ts";
export type { FoundSource } from "./find-sources.ts";
export { openSource, readHead } from "./open-source.ts";
export { jsonlLines } from "./jsonl-lines.ts";
export type { JsonlLine, JsonlOptions } from "./jsonl-lines.ts";
export { importSources } from "./writing/import-sources.ts";
export type { ImportOptions, ImportProgress } from "./writing/import-sources.ts";
export type { ImportReport, ImportReportProblem } from "./writing/import-report.ts";
export { sessionOfTool } from "./writing/session-of-tool.ts";
export type { ToolSession } from "./writing/session-of-tool.ts";
export { chunkCodec } from "./chunk-codec.ts";
