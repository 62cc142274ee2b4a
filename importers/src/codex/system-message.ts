import type { Part } from "@throughline/core";
import { isJsonObject, readCount, readLabel, readText } from "../json-object.ts";
import type { CodexRecord } from "./codex-record.ts";
import { readParts } from "./content-parts.ts";

/** What a message of the role `system` says. */
export interface SystemText {
  readonly parts: readonly Part[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A message that neither a person nor the model wrote: instructions of the tool or its provider. */
export function readInstructions({ payload }: CodexRecord): SystemText {
  const role = readLabel(payload["role"]) ?? "unknown";
  return {
    parts: readParts(payload["content"]),
    metadata: role === "system" ? {} : { original_role: role },
  };
}

/** Where the model's history was replaced. What it was replaced with repeats what stands before. */
export function readCompaction({ payload }: CodexRecord): SystemText {
  const text = readText(payload["message"]);
  const window = readCount(payload["window_number"]);
  const { replacement_history: history } = payload;
  const compaction = {
    ...(text !== undefined && { summary: true }),
    ...(window !== undefined && { window_number: window }),
    ...(Array.isArray(history) && { replaced_by: history.length }),
  };
  return {
    parts: [{ type: "text", text: text ?? "Conversation compacted" }],
    metadata: { subtype: "compacted", compaction },
  };
}

/** Events that tell what no item tells. */
export function readMark({ type, payload }: CodexRecord): SystemText | undefined {
  switch (type) {
    case "turn_aborted": {
      const why = readLabel(payload["reason"]) ?? "for no reason given";
      return mark(`Turn aborted: ${why}`, {
        subtype: type,
        interrupted: why === "interrupted",
        reason: why,
      });
    }
    case "thread_rolled_back": {
      const turns = readCount(payload["num_turns"]) ?? 0;
      return mark(`Went back ${turns} ${turns === 1 ? "turn" : "turns"}`, { subtype: type, turns });
    }
    case "error": {
      const nested = isJsonObject(payload["error"]) ? payload["error"]["message"] : undefined;
      const text = readText(payload["message"]) ?? readText(nested);
      return text === undefined ? undefined : mark(text, { subtype: type });
    }
    default:
      return undefined;
  }
}

function mark(text: string, metadata: SystemText["metadata"]): SystemText {
  return { parts: [{ type: "text", text }], metadata };
}
