import { isJsonObject, readCount, readLabel, readText } from "../json-object.ts";
import type { ImportedMessage } from "../importer.ts";
import type { ClaudeRecord } from "./claude-record.ts";
import { recordId } from "./claude-record.ts";

/** Compaction details of a boundary record, under the two names that the tool uses. */
const compactionFields = ["compactMetadata", "microcompactMetadata"] as const;

/** A system record as a message, if it has a text for a person; durations, hook counts and the like have none. */
export function readSystemMessage(record: ClaudeRecord, session: string): ImportedMessage | undefined {
  const { value } = record;
  const subtype = readLabel(value["subtype"]);
  // A boundary matters even where a version left its text out.
  const content =
    readText(value["content"]) ?? (subtype === "compact_boundary" ? "Conversation compacted" : undefined);
  if (content === undefined) return undefined;
  const compaction = readCompaction(record);
  return {
    type: "message",
    session,
    id: recordId(record),
    role: "system",
    content,
    ...(record.createdAt !== undefined && { createdAt: record.createdAt }),
    metadata: {
      ...(subtype !== undefined && { subtype }),
      ...(compaction !== undefined && { compaction }),
    },
    ranges: [record.range],
  };
}

function readCompaction(record: ClaudeRecord): Readonly<Record<string, unknown>> | undefined {
  const details = compactionFields.map((field) => record.value[field]).find(isJsonObject);
  if (details === undefined) return undefined;
  const trigger = readLabel(details["trigger"]);
  const preTokens = readCount(details["preTokens"]);
  return {
    ...(trigger !== undefined && { trigger }),
    ...(preTokens !== undefined && { pre_tokens: preTokens }),
  };
}
