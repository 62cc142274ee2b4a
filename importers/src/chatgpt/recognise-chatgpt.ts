import { jsonMembers, skipSpace } from "../json-members.ts";

/** Whether the head of a file is ChatGPT's: a conversation, or a list of them, which may be wrapped. */
export function recognisesChatgpt(head: string): boolean {
  const bytes = new TextEncoder().encode(head.replace(/^\uFEFF/, ""));
  const start = skipSpace(bytes, 0);
  if (bytes[start] === 0x5b) return isConversation(bytes, skipSpace(bytes, start + 1));
  for (const { key, start: value } of jsonMembers(bytes, start)) {
    if (key === "conversations" && bytes[value] === 0x5b) {
      return isConversation(bytes, skipSpace(bytes, value + 1));
    }
  }
  return isConversation(bytes, start);
}

/** A conversation has a tree of nodes, which may be longer than the head, and a place in it. */
function isConversation(bytes: Uint8Array, from: number): boolean {
  let hasTree = false;
  for (const { key, start } of jsonMembers(bytes, from)) {
    if (key === "current_node") return true;
    if (key === "mapping") hasTree = isTree(bytes, start);
  }
  return hasTree;
}

function isTree(bytes: Uint8Array, from: number): boolean {
  for (const { start } of jsonMembers(bytes, from)) {
    for (const { key } of jsonMembers(bytes, start)) {
      if (key === "parent" || key === "children" || key === "message") return true;
    }
    return false;
  }
  return false;
}
