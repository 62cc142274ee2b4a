import { readFileSync } from "node:fs";
import type { ImportedMessage, ImportedSession, ImportKnowledge } from "../../importer.ts";
import { memorySource } from "../../test/memory-source.ts";
import { chatgpt } from "../chatgpt.ts";

/** The bytes of a fixture of ChatGPT. */
export function chatgptFixture(name: string): Uint8Array {
  return readFileSync(new URL(`../../../fixtures/chatgpt/${name}`, import.meta.url));
}

/** A conversation as it was read. */
export interface ReadSession {
  readonly session: ImportedSession;
  readonly messages: readonly ImportedMessage[];
}

/** What an export holds, by conversation, and what was wrong with it. */
export async function readExport(
  bytes: Uint8Array | string,
  { chunkBytes = 1000, knowledge }: { chunkBytes?: number; knowledge?: ImportKnowledge } = {},
): Promise<{ readonly sessions: readonly ReadSession[]; readonly problems: readonly string[] }> {
  const sessions: { session: ImportedSession; messages: ImportedMessage[] }[] = [];
  const problems: string[] = [];
  const source = memorySource("conversations.json", bytes, chunkBytes);
  for await (const event of chatgpt.read(source, undefined, knowledge)) {
    if (event.type === "session") sessions.push({ session: event, messages: [] });
    else if (event.type === "message") sessions.at(-1)?.messages.push(event);
    else if (event.type === "problem") problems.push(`${event.line}: ${event.message}`);
  }
  return { sessions, problems };
}
