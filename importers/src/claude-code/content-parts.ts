import { isJsonObject, readLabel, readText } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import type { Part } from "@throughline/core";

type ToolResultPart = Extract<Part, { type: "tool-result" }>;

/** Finds the tool's name for the id of a call. */
export type ToolNames = (toolCallId: string) => string | undefined;

/**
 * Turns a block of an answer or a prompt into a part; nothing for a block that says nothing (empty text, or
 * thinking of which only the signature is left). A block of an unknown type is kept whole, under its type.
 * @param fallbackId stands for the id of a call or result that has none
 */
export function readPart(block: unknown, fallbackId: string, toolNames: ToolNames): Part | undefined {
  if (typeof block === "string") return textPart(block);
  if (!isJsonObject(block))
    return block === null ? undefined : { type: "data", name: "unknown", data: block };
  const type = readLabel(block["type"]) ?? "unknown";
  switch (type) {
    case "text":
      return typeof block["text"] === "string"
        ? textPart(block["text"])
        : { type: "data", name: type, data: block };
    case "thinking": {
      const text = readText(block["thinking"]);
      return text === undefined ? undefined : { type: "reasoning", text };
    }
    case "redacted_thinking":
      return undefined;
    case "tool_use":
    case "server_tool_use":
    case "mcp_tool_use":
      return {
        type: "tool-call",
        toolCallId: readLabel(block["id"]) ?? fallbackId,
        toolName: readLabel(block["name"]) ?? "unknown",
        input: block["input"] ?? {},
      };
    case "image":
    case "document":
      return filePart(block) ?? { type: "data", name: type, data: block };
    default:
      if (isToolResult(block)) return toolResultPart(block, fallbackId, toolNames);
      return { type: "data", name: type, data: block };
  }
}

/** Whether a block answers a call: `tool_result`, or the like of a tool that ran on the provider's side. */
export function isToolResult(block: unknown): block is JsonObject {
  return isJsonObject(block) && typeof block["type"] === "string" && block["type"].endsWith("tool_result");
}

/** The blocks of a message's content, which may be a bare string. */
export function contentBlocks(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content;
  return content === undefined || content === null ? [] : [content];
}

function toolResultPart(block: JsonObject, fallbackId: string, toolNames: ToolNames): ToolResultPart {
  const toolCallId = readLabel(block["tool_use_id"]) ?? fallbackId;
  const toolName = toolNames(toolCallId);
  return {
    type: "tool-result",
    toolCallId,
    ...(toolName !== undefined && { toolName }),
    output: block["content"] ?? "",
    ...(block["is_error"] === true && { isError: true }),
  };
}

function textPart(text: string): Part | undefined {
  return readText(text) === undefined ? undefined : { type: "text", text };
}

function filePart(block: JsonObject): Part | undefined {
  const source = block["source"];
  if (!isJsonObject(source)) return undefined;
  const mediaType =
    readLabel(source["media_type"]) ?? (block["type"] === "image" ? "image/*" : "application/octet-stream");
  const filename = readLabel(block["title"]);
  const named = { type: "file", mediaType, ...(filename !== undefined && { filename }) } as const;
  if (source["type"] === "base64" && typeof source["data"] === "string")
    return { ...named, data: source["data"] };
  if (source["type"] === "url" && typeof source["url"] === "string") return { ...named, url: source["url"] };
  return undefined;
}
