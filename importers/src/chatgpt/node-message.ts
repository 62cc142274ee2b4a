/** A node of a conversation as a message. */
import type { Part } from "@throughline/core";
import type { ImportedMessage } from "../importer.ts";
import { isJsonObject, readLabel } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import { citedSources, contentType, readContent, textOf, withAttachments } from "./content-parts.ts";

export type NodeMessage = Pick<ImportedMessage, "role" | "content" | "model" | "metadata" | "createdAt">;

/** A call of a tool, which its results refer to. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
}

const roles: ReadonlySet<unknown> = new Set(["user", "assistant", "system", "tool"]);
/** Types that the parts of a message tell already. */
const plainTypes: ReadonlySet<string> = new Set(["text", "multimodal_text", "code", "execution_output"]);

/**
 * The message of a node; undefined for one that says nothing.
 * @param findCall the call that a tool of this name answers here
 */
export function readNodeMessage(
  node: JsonObject,
  id: string,
  findCall: (toolName: string | undefined) => ToolCall | undefined,
): NodeMessage | undefined {
  const { message } = node;
  if (!isJsonObject(message)) return undefined;
  const author = objectOf(message["author"]);
  const metadata = objectOf(message["metadata"]);
  const role = readRole(author["role"]);
  const parts = withAttachments(readContent(message["content"]), metadata["attachments"]);
  const call = readCall(message, role, id);
  const said =
    call !== undefined
      ? [
          {
            type: "tool-call",
            toolCallId: id,
            toolName: call.name,
            input: readInput(message, parts),
          } as const,
        ]
      : role === "tool"
        ? resultParts(message, id, parts, findCall)
        : parts;
  if (said.length === 0) return undefined;
  const content = [...said, ...citedSources(metadata)];
  const [first] = content;
  const model = readLabel(metadata["model_slug"]);
  const createdAt = readSeconds(message["create_time"]);
  const facts = readFacts(message, role, call !== undefined);
  return {
    role,
    content: content.length === 1 && first?.type === "text" ? first.text : content,
    ...(model !== undefined && { model }),
    ...(createdAt !== undefined && { createdAt }),
    ...(Object.keys(facts).length > 0 && { metadata: facts }),
  };
}

/** The call that a message is: text or code that the model gave to a tool. */
export function readCall(message: unknown, role: unknown, id: string): ToolCall | undefined {
  if (!isJsonObject(message) || role !== "assistant") return undefined;
  const recipient = readLabel(message["recipient"]);
  const type = contentType(message["content"]);
  const isGiven = recipient !== undefined && recipient !== "all" && (type === "text" || type === "code");
  return isGiven ? { id, name: recipient } : undefined;
}

/** Seconds since the epoch as milliseconds; 0 stands for no time. */
export function readSeconds(value: unknown): number | undefined {
  if (typeof value !== "number" || value <= 0) return undefined;
  const time = Math.round(value * 1000);
  // The last time that a date can hold.
  return time <= 8.64e15 ? time : undefined;
}

export function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** Other authors are programs that speak into the conversation. */
function readRole(role: unknown): NodeMessage["role"] {
  return roles.has(role) ? (role as NodeMessage["role"]) : "system";
}

function readInput(message: JsonObject, parts: readonly Part[]): unknown {
  const text = textOf(parts);
  const structured = parseStructure(text);
  if (structured !== undefined) return structured;
  const language = readLabel(objectOf(message["content"])["language"]);
  return language === undefined || language === "unknown" ? text : { language, code: text };
}

/** A text that is a JSON object or array. */
function parseStructure(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a tool answered: its text is the result, files and pages stand beside it. */
function resultParts(
  message: JsonObject,
  id: string,
  parts: readonly Part[],
  findCall: (toolName: string | undefined) => ToolCall | undefined,
): readonly Part[] {
  const content = objectOf(message["content"]);
  const type = contentType(content);
  if (parts.length === 0 && type !== "execution_output") return [];
  const name = readLabel(objectOf(message["author"])["name"]);
  const call = findCall(name);
  const toolName = name ?? call?.name;
  const { aggregate_result: run } = objectOf(message["metadata"]);
  const status = objectOf(run)["status"];
  const data = parts.flatMap((part) => (part.type === "data" ? [part.data] : []));
  const output = data.length > 0 ? [textOf(parts), ...data].filter((one) => one !== "") : textOf(parts);
  const isError = type === "system_error" || (typeof status === "string" && status.startsWith("failed"));
  return [
    {
      type: "tool-result",
      toolCallId: call?.id ?? id,
      ...(toolName !== undefined && { toolName }),
      output: Array.isArray(output) && output.length === 1 ? output[0] : output,
      ...(isError && { isError }),
    },
    ...parts.filter((part) => part.type !== "text" && part.type !== "data"),
  ];
}

function readFacts(message: JsonObject, role: NodeMessage["role"], isCall: boolean): Record<string, unknown> {
  const author = objectOf(message["author"]);
  const metadata = objectOf(message["metadata"]);
  const type = contentType(message["content"]);
  const name = readLabel(author["name"]);
  const recipient = readLabel(message["recipient"]);
  const isInjected =
    role === "system" ||
    metadata["is_visually_hidden_from_conversation"] === true ||
    metadata["is_user_system_message"] === true ||
    type.endsWith("_editable_context");
  const isInterrupted =
    objectOf(metadata["finish_details"])["type"] === "interrupted" ||
    message["status"] === "in_progress" ||
    message["status"] === "finished_partial_completion";
  const original = readLabel(author["role"]);
  return {
    ...(isInjected && { injected: true }),
    ...(isInterrupted && { interrupted: true }),
    ...(!plainTypes.has(type) && { content_type: type }),
    ...(name !== undefined && role !== "tool" && { author: name }),
    ...(original !== undefined && original !== role && { role: original }),
    ...(recipient !== undefined && recipient !== "all" && !isCall && { recipient }),
  };
}
