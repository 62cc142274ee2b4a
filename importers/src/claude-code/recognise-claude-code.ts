import { isJsonObject } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";

const conversationTypes: ReadonlySet<unknown> = new Set([
  "user",
  "assistant",
  "system",
  "progress",
  "attachment",
]);

/** Types of records that stand beside the conversation, with a field that none of them lacks. */
const otherTypes: ReadonlyMap<unknown, string> = new Map([
  ["summary", "leafUuid"],
  ["file-history-snapshot", "snapshot"],
  ["queue-operation", "operation"],
  ["custom-title", "customTitle"],
  ["ai-title", "aiTitle"],
  ["last-prompt", "lastPrompt"],
  ["mode", "sessionId"],
  ["permission-mode", "sessionId"],
]);

/** How a record begins whose line is larger than the head, as with a pasted image, or torn. */
const cutRecord = /^\{"parentUuid":(?:null|"[^"]{1,100}"),"(?:isSidechain|logicalParentUuid)":/;

/** Whether the head of a file is Claude Code's: JSON lines, one of the first twenty a record of its. */
export function recognisesClaudeCode(head: string): boolean {
  const lines = head.replace(/^\uFEFF/, "").split("\n", 20);
  return lines.some((line) => cutRecord.test(line) || isClaudeRecord(line));
}

function isClaudeRecord(line: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return false;
  }
  if (!isJsonObject(value)) return false;
  const needed = otherTypes.get(value["type"]);
  if (needed !== undefined) return value[needed] !== undefined;
  return conversationTypes.has(value["type"]) && isConversation(value);
}

function isConversation(value: JsonObject): boolean {
  if (typeof value["sessionId"] !== "string" || typeof value["uuid"] !== "string") return false;
  const { message } = value;
  if (value["type"] !== "user" && value["type"] !== "assistant") return true;
  // A relative of this format has `parts` where this one has `content`.
  return isJsonObject(message) && "content" in message;
}
