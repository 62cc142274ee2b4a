/** One conversation of an export: its session, and its messages with their branches. */
import { createHash } from "node:crypto";
import type { ByteRange, ImportedMessage, ImportedSession, SessionPart } from "../importer.ts";
import { jsonMembers } from "../json-members.ts";
import { readLabel } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import { readTitle } from "../read-title.ts";
import { orderNodes } from "./conversation-tree.ts";
import type { TreeNode } from "./conversation-tree.ts";
import { objectOf, readCall, readNodeMessage, readSeconds } from "./node-message.ts";
import type { ToolCall } from "./node-message.ts";

/** A result is looked for its call this far up. */
const farthestCall = 100;

/** The conversation's id and what names this version of it, without parsing it whole. */
export function namePart(bytes: Uint8Array): SessionPart | undefined {
  const members = new Map(Array.from(jsonMembers(bytes, 0), (member) => [member.key, member]));
  const readId = (key: string): string | undefined => {
    const member = members.get(key);
    if (member?.end === undefined || bytes[member.start] !== 0x22) return undefined;
    return readLabel(parseText(bytes.subarray(member.start, member.end)));
  };
  const externalKey =
    readId("conversation_id") ?? readId("id") ?? firstNode(bytes, members.get("mapping")?.start);
  if (externalKey === undefined) return undefined;
  return { externalKey, sha256: createHash("sha256").update(bytes).digest("hex") };
}

function parseText(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/**
 * A conversation without an id goes by that of its first node with a message, which stays. A root without one may have
 * the same id in all conversations (`client-created-root`).
 */
function firstNode(bytes: Uint8Array, mapping: number | undefined): string | undefined {
  if (mapping === undefined) return undefined;
  for (const { key, start } of jsonMembers(bytes, mapping)) {
    for (const member of jsonMembers(bytes, start)) {
      if (member.key !== "message" || bytes[member.start] !== 0x7b) continue;
      const label = readLabel(key, 190);
      if (label !== undefined) return label;
    }
  }
  return undefined;
}

/** The session, then its messages; nothing for a conversation in which nothing was said. */
export function readConversation(
  value: JsonObject,
  part: SessionPart,
  bytes: Uint8Array,
  offset: number,
): readonly (ImportedSession | ImportedMessage)[] {
  const nodes = orderNodes(objectOf(value["mapping"]));
  const startedAt = readSeconds(value["create_time"]);
  const messages = readMessages(nodes, part.externalKey, nodeRanges(bytes, offset), startedAt);
  if (messages.byNode.size === 0) return [];
  const updatedAt = readSeconds(value["update_time"]);
  const title = readTitle(value["title"]) ?? firstPrompt(messages.all);
  const model = readModel(value, messages.all);
  const createdAt = startedAt ?? messages.all.find((message) => message.createdAt !== undefined)?.createdAt;
  const metadata = readFacts(value);
  return [
    {
      type: "session",
      externalKey: part.externalKey,
      ...(title !== undefined && { title }),
      ...(model !== undefined && { model }),
      ...(createdAt !== undefined && { createdAt }),
      ...(Object.keys(metadata).length > 0 && { metadata }),
      part: {
        ...part,
        bytes,
        offset,
        ...(updatedAt !== undefined && { updatedAt }),
        head: messages.shownLast(value["current_node"]),
      },
    },
    ...messages.all,
  ];
}

interface ReadMessages {
  readonly all: readonly ImportedMessage[];
  /** Of each node: its own message, or the nearest above it. */
  readonly byNode: ReadonlyMap<string, ImportedMessage>;
  /** The message that a node shows last; of an unknown node: the one that was given last. */
  shownLast(node: unknown): string | null;
}

function readMessages(
  nodes: readonly TreeNode[],
  session: string,
  ranges: ReadonlyMap<string, ByteRange>,
  startedAt: number | undefined,
): ReadMessages {
  const all: ImportedMessage[] = [];
  const byNode = new Map<string, ImportedMessage>();
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  for (const { key, parent, value } of nodes) {
    const above = parent === undefined ? undefined : byNode.get(parent);
    if (above !== undefined) byNode.set(key, above);
    const range = ranges.get(key);
    const read = readNodeMessage(value, idOf(key), (name) => findCall(byKey, parent, name));
    if (read === undefined || range === undefined) continue;
    const createdAt = read.createdAt ?? above?.createdAt ?? startedAt;
    const message: ImportedMessage = {
      type: "message",
      session,
      id: idOf(key),
      parent: above?.id ?? null,
      ...read,
      ...(createdAt !== undefined && { createdAt }),
      ranges: [range],
    };
    all.push(message);
    byNode.set(key, message);
  }
  return {
    all,
    byNode,
    shownLast: (node) =>
      (typeof node === "string" ? byNode.get(node)?.id : undefined) ?? all.at(-1)?.id ?? null,
  };
}

/** A node's id is its message's. One that no store takes is named by its hash. */
function idOf(key: string): string {
  return (
    readLabel(key) ?? `node-${createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 32)}`
  );
}

/** The call that a tool's message answers: the nearest above it, of that tool, after the last prompt. */
function findCall(
  nodes: ReadonlyMap<string, TreeNode>,
  from: string | undefined,
  toolName: string | undefined,
): ToolCall | undefined {
  let node = from === undefined ? undefined : nodes.get(from);
  for (let steps = 0; node !== undefined && steps < farthestCall; steps += 1) {
    const { message } = node.value;
    const { role } = objectOf(objectOf(message)["author"]);
    if (role === "user") return undefined;
    const call = readCall(message, role, idOf(node.key));
    if (call !== undefined && (toolName === undefined || isSameTool(call.name, toolName))) return call;
    node = node.parent === undefined ? undefined : nodes.get(node.parent);
  }
  return undefined;
}

/** A tool may answer without the name of its function: `file_search` for `file_search.msearch`. */
function isSameTool(called: string, answering: string): boolean {
  return called === answering || called.split(".", 1)[0] === answering.split(".", 1)[0];
}

/** Where each node lies in the file. Of a key that stands twice, the last counts, as it does for its value. */
function nodeRanges(bytes: Uint8Array, offset: number): ReadonlyMap<string, ByteRange> {
  const ranges = new Map<string, ByteRange>();
  for (const { key, start } of jsonMembers(bytes, 0)) {
    if (key !== "mapping") continue;
    ranges.clear();
    for (const node of jsonMembers(bytes, start)) {
      if (node.end !== undefined) ranges.set(node.key, [offset + node.start, node.end - node.start]);
    }
  }
  return ranges;
}

function firstPrompt(messages: readonly ImportedMessage[]): string | undefined {
  for (const { role, content, metadata } of messages) {
    if (role !== "user" || metadata?.["injected"] === true) continue;
    const text = typeof content === "string" ? content : content.find(({ type }) => type === "text");
    const title = readTitle(typeof text === "object" && text.type === "text" ? text.text : text);
    if (title !== undefined) return title;
  }
  return undefined;
}

/** The model that the conversation is set to; `auto` is none. */
function readModel(value: JsonObject, messages: readonly ImportedMessage[]): string | undefined {
  const model = readLabel(value["default_model_slug"]);
  const used = messages.findLast((message) => message.model !== undefined)?.model;
  return model === undefined || model === "auto" ? (used ?? model) : model;
}

function readFacts(value: JsonObject): Record<string, unknown> {
  const { is_archived: isArchived, is_starred: isStarred, plugin_ids: plugins } = value;
  const gizmo = readLabel(value["gizmo_id"]);
  const pluginIds = Array.isArray(plugins) ? plugins.filter((plugin) => readLabel(plugin) !== undefined) : [];
  return {
    ...(typeof isArchived === "boolean" && { is_archived: isArchived }),
    ...(typeof isStarred === "boolean" && { is_starred: isStarred }),
    ...(gizmo !== undefined && { gizmo_id: gizmo }),
    ...(pluginIds.length > 0 && pluginIds.length <= 100 && { plugin_ids: pluginIds }),
  };
}
