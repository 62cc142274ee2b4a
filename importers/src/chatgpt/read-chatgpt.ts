import type {
  ImportEvent,
  ImportKnowledge,
  ImportPosition,
  ImportProblem,
  ImportSource,
  SessionPart,
} from "../importer.ts";
import { jsonElements } from "../json-elements.ts";
import type { JsonElement } from "../json-elements.ts";
import { isJsonObject, isNestedDeeperThan } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import { namePart, readConversation } from "./read-conversation.ts";

/** Conversations that are looked up at once, and their bytes: what is known of them costs one question. */
const askedTogether = 100;
const askedBytes = 1024 * 1024;
/** Serialising goes one stack frame a level, so a hostile depth would crash whoever stores a part. */
const deepestNesting = 1000;

/** A conversation, or what is wrong with it. */
interface Found {
  readonly element: JsonElement;
  readonly part?: SessionPart | undefined;
}

/** Reads an export, conversation by conversation; those that are known to be here are left out. */
export async function* readChatgpt(
  source: ImportSource,
  from?: ImportPosition,
  knowledge?: ImportKnowledge,
): AsyncGenerator<ImportEvent, void, undefined> {
  const isAmid = from !== undefined && from.offset > 0;
  const elements = jsonElements(source.bytes(from?.offset ?? 0), {
    key: "conversations",
    ...(isAmid && { from: { offset: from.offset, lines: from.line } }),
  });
  let waiting: Found[] = [];
  let waitingBytes = 0;
  let lines = from?.line ?? 0;
  for await (const element of isAmid && from.offset >= source.size ? [] : elements) {
    const part = element.bytes === undefined ? undefined : namePart(element.bytes);
    waiting.push({ element, part });
    waitingBytes += element.length;
    lines = element.lines;
    if (waiting.length < askedTogether && waitingBytes < askedBytes) continue;
    yield* readWaiting(waiting, knowledge);
    waiting = [];
    waitingBytes = 0;
  }
  yield* readWaiting(waiting, knowledge);
  yield { type: "checkpoint", offset: source.size, line: lines, memo: null };
}

async function* readWaiting(
  waiting: readonly Found[],
  knowledge: ImportKnowledge | undefined,
): AsyncGenerator<ImportEvent, void, undefined> {
  const parts = waiting.flatMap(({ part }) => (part === undefined ? [] : [part]));
  const known = parts.length === 0 ? [] : ((await knowledge?.areKnown(parts)) ?? []);
  const isKnown = new Map(parts.map((part, index) => [part, known[index] === true]));
  for (const { element, part } of waiting) {
    if (part === undefined || isKnown.get(part) !== true) yield* readElement(element, part);
    const { offset, length, lines } = element;
    if (element.problem !== "cut-short")
      yield { type: "checkpoint", offset: offset + length, line: lines, memo: null };
  }
}

function* readElement(
  element: JsonElement,
  part: SessionPart | undefined,
): Generator<ImportEvent, void, undefined> {
  const value = parseElement(element);
  if (typeof value === "string") yield problemOf(element, value);
  else if (!isJsonObject(value["mapping"]))
    yield problemOf(element, "this is no conversation: it has no messages");
  else if (part !== undefined && element.bytes !== undefined) {
    yield* readConversation(value, part, element.bytes, element.offset);
  }
}

/** The element's value, or what is wrong with it. */
function parseElement({ bytes, length, problem }: JsonElement): JsonObject | string {
  if (problem === "too-long") return `the conversation is too long (${length} bytes)`;
  if (problem === "no-list") return "the file is no list of conversations";
  if (bytes === undefined) return `the file is cut off: its last ${length} bytes are no whole conversation`;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    return error instanceof SyntaxError
      ? "the conversation is not valid JSON"
      : "the conversation is not UTF-8";
  }
  if (!isJsonObject(value)) return "this is no conversation, but another value";
  return isNestedDeeperThan(value, deepestNesting)
    ? `the conversation is nested deeper than ${deepestNesting} levels`
    : value;
}

function problemOf({ line, offset }: JsonElement, message: string): ImportProblem {
  return { type: "problem", line, offset, message: `${message} (at byte ${offset})` };
}
