import type { ChatMessage, ChatSession } from "throughline/storage";

/** What makes a session one that can't be saved, and how it is refused. */
export const spoilings: readonly (readonly [reason: string, spoil: (session: ChatSession) => unknown])[] = [
  ["invalid/type", (session) => session.addMessage("ghost" as "user", "Boo")],
  ["too_large/metadata", (session) => session.addMessage("user", "Notes", { notes: "x".repeat(70_000) })],
  ["too_large/message", (session) => session.addMessage("user", "x".repeat(17_000_000))],
  [
    "conflict/different_content",
    (session) => session.messages.push({ ...(session.messages[0] as ChatMessage), content: "Another" }),
  ],
  ["invalid/type", (session) => Object.assign(session, { messages: null })],
  ["invalid/type", (session) => (session.status = "ghost" as "active")],
  ["too_large/metadata", (session) => (session.metadata = { notes: "x".repeat(70_000) })],
];
