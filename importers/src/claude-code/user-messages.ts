import { isJsonObject, readLabel } from "../json-object.ts";
import type { Part } from "@throughline/core";
import type { ImportedMessage } from "../importer.ts";
import type { ClaudeRecord } from "./claude-record.ts";
import { recordId } from "./claude-record.ts";
import { contentBlocks, isToolResult, readPart } from "./content-parts.ts";
import type { ToolNames } from "./content-parts.ts";
import { splitInjectedText } from "./injected-text.ts";

/** Whose words a message of a user's turn holds. */
type Voice = "human" | "tool" | "injected";

export interface UserTurn {
  readonly messages: readonly ImportedMessage[];
  /** What the person wrote, as one text; empty when nothing. */
  readonly humanText: string;
  readonly command?: string;
}

const suffixes: Readonly<Record<Voice, string>> = { human: "user", tool: "tool", injected: "injected" };

/**
 * A user record is a prompt, or results of tools, or text of the tool itself, or several of them. Each voice
 * becomes one message, in the order in which they begin. The first that is not injected has the record's id; the
 * others add `/user`, `/tool` or `/injected` to it. All of them have the record's bytes as their range.
 */
export function readUserTurn(record: ClaudeRecord, session: string, toolNames: ToolNames): UserTurn {
  const voices = new Map<Voice, Part[]>();
  const add = (voice: Voice, part: Part | undefined): void => {
    if (part === undefined) return;
    const parts = voices.get(voice);
    if (parts === undefined) voices.set(voice, [part]);
    else parts.push(part);
  };
  const { value, message } = record;
  const isCompactSummary = value["isCompactSummary"] === true;
  const marks: Marks = {
    isCompactSummary,
    isInterruption: false,
    origin: foreignOrigin(value["origin"]),
  };
  const isInjected =
    value["isMeta"] === true ||
    isCompactSummary ||
    value["isVisibleInTranscriptOnly"] === true ||
    marks.origin !== undefined;

  contentBlocks(message["content"]).forEach((block, index) => {
    const part = readPart(block, `${recordId(record)}/${index}`, toolNames);
    if (isToolResult(block)) return add("tool", part);
    if (part?.type !== "text") return add(isInjected ? "injected" : "human", part);
    const split = splitInjectedText(part.text);
    marks.isInterruption ||= split.isInterruption;
    marks.isCompactSummary ||= split.isCompactSummary;
    marks.command ??= readLabel(split.command);
    if (isInjected || split.human === "") return add("injected", part);
    if (split.injected === "") return add("human", part);
    const both: [Voice, string][] = [
      ["human", split.human],
      ["injected", split.injected],
    ];
    // The order in which they stand in the text.
    if (part.text.trimStart().startsWith(split.injected.slice(0, 20))) both.reverse();
    for (const [voice, text] of both) add(voice, { type: "text", text });
  });

  const named = [...voices.keys()].find((voice) => voice !== "injected") ?? "injected";
  const messages = [...voices].map(([voice, parts]): ImportedMessage => {
    const metadata = describe(voice, marks);
    return {
      type: "message",
      session,
      id: voice === named ? recordId(record) : `${recordId(record)}/${suffixes[voice]}`,
      role: voice === "tool" ? "tool" : "user",
      content: typeof message["content"] === "string" ? joinTexts(parts) : parts,
      ...(record.createdAt !== undefined && { createdAt: record.createdAt }),
      ...(metadata !== undefined && { metadata }),
      ranges: [record.range],
    };
  });
  const humanText = joinTexts(voices.get("human") ?? []);
  return { messages, humanText, ...(marks.command !== undefined && { command: marks.command }) };
}

interface Marks {
  isCompactSummary: boolean;
  isInterruption: boolean;
  readonly origin?: string;
  command?: string;
}

function describe(voice: Voice, marks: Marks): Readonly<Record<string, unknown>> | undefined {
  const metadata: Record<string, unknown> = {};
  if (voice === "tool") return undefined;
  if (marks.command !== undefined) metadata["command"] = marks.command;
  if (voice === "injected") {
    metadata["injected"] = true;
    if (marks.isCompactSummary) metadata["compact_summary"] = true;
    if (marks.isInterruption) metadata["interrupted"] = true;
    if (marks.origin !== undefined) metadata["origin"] = marks.origin;
  }
  return Object.keys(metadata).length === 0 ? undefined : metadata;
}

/** Who sent the text, when that was not a person: a background task, another agent. */
function foreignOrigin(origin: unknown): string | undefined {
  const kind = isJsonObject(origin) ? readLabel(origin["kind"]) : undefined;
  return kind === "human" ? undefined : kind;
}

function joinTexts(parts: readonly Part[]): string {
  return parts
    .map((part) => (part.type === "text" ? part.text : ""))
    .filter((text) => text !== "")
    .join("\n");
}
