import { type Content, type Role, type Session, ThroughlineError, newId } from "@throughline/core";

export interface ChatMessage {
  readonly messageId: string;
  readonly sessionId: string;
  role: Role;
  /** Text; or parts, where another program wrote them. */
  content: Content;
  readonly createdAt: Date;
  metadata: Readonly<Record<string, unknown>>;
}

export type ChatStatus = Session["status"];

/** What a session is made of. */
export interface ChatSessionFields {
  readonly sessionId: string;
  readonly model: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly status: ChatStatus;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly messages: readonly ChatMessage[];
  /** Messages that lie in the storage only: a list gives sessions without them. Default: 0. */
  readonly unloadedMessages?: number;
}

/** A conversation in memory. Nothing of it is kept until a storage saves it. */
export class ChatSession {
  readonly sessionId: string;
  model: string;
  readonly createdAt: Date;
  updatedAt: Date;
  status: ChatStatus;
  metadata: Readonly<Record<string, unknown>>;
  readonly messages: ChatMessage[];
  /** Messages that lie in the storage only: a list gives sessions without them. */
  readonly unloadedMessages: number;
  #onMessage: (() => void) | undefined;

  constructor(fields: ChatSessionFields) {
    this.sessionId = fields.sessionId;
    this.model = fields.model;
    this.createdAt = fields.createdAt;
    this.updatedAt = fields.updatedAt;
    this.status = fields.status;
    this.metadata = fields.metadata;
    this.messages = [...fields.messages];
    this.unloadedMessages = fields.unloadedMessages ?? 0;
  }

  /** A new session, active and empty, with an id of its own. */
  static create(model: string, options: { readonly metadata?: Record<string, unknown> } = {}): ChatSession {
    const now = new Date();
    return new ChatSession({
      sessionId: newId(),
      model,
      createdAt: now,
      updatedAt: now,
      status: "active",
      metadata: options.metadata ?? {},
      messages: [],
    });
  }

  /** Loaded messages and those that lie in the storage only. */
  get messageCount(): number {
    return this.unloadedMessages + this.messages.length;
  }

  /** Adds a message at the end. A manager that saves by itself saves it. */
  addMessage(role: Role, content: Content, metadata: Readonly<Record<string, unknown>> = {}): ChatMessage {
    const createdAt = new Date();
    const message = { messageId: newId(), sessionId: this.sessionId, role, content, createdAt, metadata };
    this.messages.push(message);
    this.updatedAt = createdAt;
    this.#onMessage?.();
    return message;
  }

  /** Calls this after each message that is added; undefined: nobody listens any more. */
  listen(onMessage: (() => void) | undefined): void {
    this.#onMessage = onMessage;
  }
}

/** Refuses what is no session, before anything is written. */
export function checkSession(session: unknown): asserts session is ChatSession {
  if (!(session instanceof ChatSession))
    throw wrongType("This is no ChatSession: make one by ChatSession.create.");
  if (!Array.isArray(session.messages)) throw wrongType("session: messages must be a list.");
}

function wrongType(message: string): ThroughlineError {
  return new ThroughlineError("invalid", message, { reason: "type", outcome: "refused" });
}
