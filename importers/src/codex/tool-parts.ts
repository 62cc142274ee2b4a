import type { Part } from "@throughline/core";
import { isJsonObject, isNestedDeeperThan, readLabel } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import { recordId } from "./codex-record.ts";
import type { CodexRecord } from "./codex-record.ts";

type ToolCallPart = Extract<Part, { type: "tool-call" }>;
type ToolResultPart = Extract<Part, { type: "tool-result" }>;

/** Where in an output the tool says how a command ended, before what the command printed. */
const exitCodes = [/^Process exited with code (-?\d{1,10})$/m, /^Exit code: (-?\d{1,10})$/m];
const outputBegins = /^(?:Output|Total output lines):/m;

/** Whether an item is a call, of whatever kind. */
export function isCall({ type }: CodexRecord): boolean {
  return type.endsWith("_call");
}

/** Whether an item is what a call gave. */
export function isOutput({ type }: CodexRecord): boolean {
  return /_(?:output|result)$/.test(type);
}

/** The id that joins a call and its output. */
export function readCallId({ payload }: CodexRecord): string | undefined {
  return readLabel(payload["call_id"]) ?? readLabel(payload["callId"]);
}

export function readCall(record: CodexRecord): ToolCallPart {
  const { payload } = record;
  return {
    type: "tool-call",
    toolCallId: readCallId(record) ?? readLabel(payload["id"]) ?? recordId(record),
    toolName: readToolName(record),
    input: readInput(payload),
  };
}

/** A function's name, with its server's before it; built-in tools have none but their type. */
function readToolName({ type, payload }: CodexRecord): string {
  const called = isJsonObject(payload["function"]) ? payload["function"]["name"] : undefined;
  const name =
    readLabel(payload["name"]) ?? readLabel(called) ?? readLabel(type.replace(/_call$/, "")) ?? "unknown";
  const namespace = readLabel(payload["namespace"]);
  if (namespace === undefined) return name;
  return namespace.endsWith("_") || name.startsWith("_") ? namespace + name : `${namespace}__${name}`;
}

function readInput(payload: JsonObject): unknown {
  const { arguments: given, input, action, revised_prompt: prompt } = payload;
  if (typeof given === "string") return parseJson(given) ?? given;
  return given ?? input ?? action ?? (prompt === undefined ? {} : { revised_prompt: prompt });
}

/** @param toolName of the call, where it was met */
export function readOutput(record: CodexRecord, toolName: string | undefined): ToolResultPart {
  const { payload } = record;
  const name = toolName ?? readLabel(payload["name"]);
  const given = payload["output"] ?? payload["result"] ?? payload["tools"] ?? "";
  const output = typeof given === "string" ? (readShellOutput(given) ?? given) : withoutEncrypted(given);
  return {
    type: "tool-result",
    toolCallId: readCallId(record) ?? recordId(record),
    ...(name !== undefined && { toolName: name }),
    output,
    ...(isFailure(output) && { isError: true }),
  };
}

/** Older versions wrote a shell's output as JSON in a text: as an object it can be read and searched. */
function readShellOutput(text: string): JsonObject | undefined {
  if (!text.startsWith('{"output":')) return undefined;
  const value = parseJson(text);
  return isJsonObject(value) && isJsonObject(value["metadata"]) ? value : undefined;
}

function withoutEncrypted(output: unknown): unknown {
  if (!Array.isArray(output)) return output;
  return output.filter((block) => !isJsonObject(block) || block["type"] !== "encrypted_content");
}

function isFailure(output: unknown): boolean {
  if (typeof output === "string") return hasExitCode(output);
  if (Array.isArray(output)) {
    const [first] = output as readonly unknown[];
    return isJsonObject(first) && typeof first["text"] === "string" && hasExitCode(first["text"]);
  }
  if (!isJsonObject(output)) return false;
  const { success, metadata } = output;
  const codes = [output["exit_code"], output["exitCode"], isJsonObject(metadata) ? metadata["exit_code"] : 0];
  return success === false || codes.some((code) => typeof code === "number" && code !== 0);
}

function hasExitCode(text: string): boolean {
  const head = text.slice(0, 1000);
  const end = outputBegins.exec(head)?.index ?? head.length;
  const code = exitCodes.map((pattern) => pattern.exec(head.slice(0, end))?.[1]).find(Boolean);
  return code !== undefined && Number(code) !== 0;
}

/** Whether an event tells that a call failed. */
export function tellsFailure({ payload }: CodexRecord): boolean {
  const { result } = payload;
  if (isJsonObject(result)) {
    const inner = result["Ok"];
    return "Err" in result || (isJsonObject(inner) && inner["isError"] === true);
  }
  const code = payload["exit_code"];
  return payload["success"] === false || (typeof code === "number" && code !== 0);
}

/** Text that is JSON; nothing for what is nested so deep that it could hardly be written again. */
function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isNestedDeeperThan(value, 500) ? undefined : value;
  } catch {
    return undefined;
  }
}
