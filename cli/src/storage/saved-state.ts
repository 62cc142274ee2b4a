/** What of a session a storage has already: only the rest is written. */
import { createHash } from "node:crypto";
import type { Session, SessionChanges } from "@throughline/core";
import type { ChatMessage, ChatSession, ChatStatus } from "./chat-session.ts";

export interface SavedState {
  /** Raised by every change of the session. */
  revision: number;
  fields: string;
  /** A hash of each message that is there, by its id. */
  readonly messages: Map<string, string>;
}

export function fieldsOf({
  model,
  status,
  metadata,
}: Pick<ChatSession, "model" | "status" | "metadata">): string {
  return JSON.stringify([model, status, metadata]);
}

/** What of these differs from what was saved: the rest may be newer in the storage. */
export function changedFields(session: ChatSession, saved: SavedState): SessionChanges {
  const [model, status, metadata] = JSON.parse(saved.fields) as readonly [string, ChatStatus, unknown];
  return {
    ...(session.model === model ? undefined : { model: session.model === "" ? null : session.model }),
    ...(session.status === status ? undefined : { status: session.status }),
    ...(JSON.stringify(session.metadata) === JSON.stringify(metadata)
      ? undefined
      : { metadata: session.metadata }),
  };
}

export function hashMessage({ role, content, metadata }: ChatMessage): string {
  return createHash("sha256")
    .update(JSON.stringify([role, content, metadata]))
    .digest("base64");
}

/** The state of a session that was just read. */
export function savedState(session: Session, messages: Iterable<ChatMessage>): SavedState {
  return {
    revision: session.revision,
    fields: fieldsOf({ model: session.model ?? "", status: session.status, metadata: session.metadata }),
    messages: new Map(Array.from(messages, (message) => [message.messageId, hashMessage(message)])),
  };
}

export interface Unsaved {
  readonly added: readonly ChatMessage[];
  readonly changed: readonly ChatMessage[];
}

/** The messages that a storage does not have as they are. */
export function unsavedMessages(session: ChatSession, saved: SavedState | undefined): Unsaved {
  const added: ChatMessage[] = [];
  const changed: ChatMessage[] = [];
  for (const message of session.messages) {
    const known = saved?.messages.get(message.messageId);
    if (known === undefined) added.push(message);
    else if (known !== hashMessage(message)) changed.push(message);
  }
  return { added, changed };
}
