/** A session written out for people and programs, piece by piece. */
import { ThroughlineError } from "../../error.ts";
import type { Content, Part } from "../../model/message-content.ts";
import type { Message, Role } from "../messages/message.ts";
import type { Session } from "./session.ts";
import { messageToJson, sessionToJson } from "../to-json.ts";

export const exportFormats = ["json", "markdown", "text"] as const;
export type ExportFormat = (typeof exportFormats)[number];

const headings: Readonly<Record<Role, string>> = {
  user: "👤 User",
  assistant: "🤖 Assistant",
  system: "⚙️ System",
  tool: "🔧 Tool",
};

/**
 * The session in a format, in pieces that can be written one after another. Times are UTC. `messages` is what its stream
 * gives: for a fork, all of its path, with what it shares.
 */
export async function* exportSession(
  session: Session,
  messages: AsyncIterable<Message>,
  format: ExportFormat,
): AsyncGenerator<string, void, undefined> {
  switch (format) {
    case "json":
      yield* exportJson(session, messages);
      break;
    case "markdown":
      yield* exportMarkdown(session, messages);
      break;
    case "text":
      yield* exportText(session, messages);
      break;
    default:
      // For callers without types.
      throw new ThroughlineError("invalid", `A format is one of ${exportFormats.join(", ")}.`, {
        reason: "option",
        details: { option: "format" },
      });
  }
}

async function* exportJson(session: Session, messages: AsyncIterable<Message>): AsyncGenerator<string> {
  const head = JSON.stringify(sessionToJson(session), null, 2);
  yield `${head.slice(0, -2)},\n  "messages": [`;
  let separator = "\n";
  for await (const message of messages) {
    yield separator + indent(JSON.stringify(messageToJson(message), null, 2), "    ");
    separator = ",\n";
  }
  yield separator === "\n" ? "]\n}\n" : "\n  ]\n}\n";
}

async function* exportMarkdown(session: Session, messages: AsyncIterable<Message>): AsyncGenerator<string> {
  yield `# Chat Session: ${session.id}\n\n`;
  if (session.title !== null) yield `**Title:** ${oneLine(session.title)}\n`;
  yield `**Model:** ${session.model ?? "unknown"}\n`;
  yield `**Created:** ${dayAndTime(session.createdAt)}\n`;
  yield `**Messages:** ${session.messageCount}\n${originOf(session, "**Forked from:**")}\n---\n`;
  for await (const { role, createdAt, content } of messages) {
    yield `\n### ${headings[role]} (${timeOfDay(createdAt)})\n\n${readableContent(content, markdownBlock)}\n`;
  }
}

async function* exportText(session: Session, messages: AsyncIterable<Message>): AsyncGenerator<string> {
  yield `Chat Session: ${session.id}\n`;
  if (session.title !== null) yield `Title: ${oneLine(session.title)}\n`;
  yield `Model: ${session.model ?? "unknown"}\n`;
  yield `Created: ${dayAndTime(session.createdAt)}\n`;
  yield `Messages: ${session.messageCount}\n${originOf(session, "Forked from:")}\n${"=".repeat(80)}\n`;
  for await (const { role, createdAt, content } of messages) {
    yield `\n[${timeOfDay(createdAt)}] ${role.toUpperCase()}:\n${readableContent(content, plainBlock)}\n`;
  }
}

/** A fork's own messages come after those that it shares: the count is of its own. */
function originOf({ parentSessionId, forkedAt }: Session, heading: string): string {
  return (forkedAt ?? 0) === 0 ? "" : `${heading} ${parentSessionId} at position ${forkedAt}\n`;
}

type Block = (language: string, text: string) => string;

/** Content as a person reads it: text as it is, the rest as a line that says what it is, with its data below. */
export function readableContent(content: Content, block: Block = plainBlock): string {
  return typeof content === "string"
    ? content
    : content.map((part) => readablePart(part, block)).join("\n\n");
}

function readablePart(part: Part, block: Block): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "reasoning":
      return indent(part.text, "> ");
    case "tool-call":
      return `[call] ${part.toolName}\n${valueBlock(part.input, block)}`;
    case "tool-result": {
      const state = part.isError === true ? "[failed]" : "[result]";
      return `${state} ${part.toolName ?? part.toolCallId}\n${valueBlock(part.output, block)}`;
    }
    case "file":
      return `[file] ${part.filename ?? part.url ?? part.mediaType}`;
    case "source":
      return `[source] ${[part.title, part.url].filter(Boolean).join(" ")}`;
    case "data":
      return `[data] ${part.name}\n${valueBlock(part.data, block)}`;
  }
}

function valueBlock(value: unknown, block: Block): string {
  return typeof value === "string" ? block("", value) : block("json", JSON.stringify(value, null, 2));
}

function plainBlock(_language: string, text: string): string {
  return text;
}

/** A fence longer than any that the text holds. */
function markdownBlock(language: string, text: string): string {
  let longest = 2;
  for (const [ticks] of text.matchAll(/`{3,}/g)) longest = Math.max(longest, ticks.length);
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Only line feeds begin a line here: JSON has U+2028 and U+2029 inside its strings. */
function indent(text: string, by: string): string {
  return by + text.replaceAll("\n", `\n${by}`);
}

function dayAndTime(time: Date): string {
  return time.toISOString().slice(0, 19).replace("T", " ");
}

function timeOfDay(time: Date): string {
  return time.toISOString().slice(11, 19);
}
