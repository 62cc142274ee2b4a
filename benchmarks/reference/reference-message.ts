import type { BenchmarkMessage, MessageFacts } from "../harness/contestant.ts";

/** A message as the references answer it. */
export interface ReferenceMessage {
  readonly id: string;
  readonly seq: number;
  readonly role: string;
  readonly parts: readonly { readonly type: string; readonly text: string }[];
  readonly tokenCount: number;
  readonly createdAt: number;
}

/** A message made ready before it is written: what needs no lock is done without one. */
export interface PreparedMessage {
  readonly id: string;
  readonly role: string;
  readonly parts: string;
  readonly tokenCount: number;
}

export function prepareMessage(message: BenchmarkMessage): PreparedMessage {
  return {
    id: message.id,
    role: message.role,
    parts: JSON.stringify([{ type: "text", text: message.text }]),
    tokenCount: Math.ceil(message.text.length / 4),
  };
}

/** A row of a SQL database, whose columns are named the same in each reference. */
export function messageOfRow(row: Readonly<Record<string, unknown>>): ReferenceMessage {
  return {
    id: String(row["id"]),
    seq: Number(row["seq"]),
    role: String(row["role"]),
    parts: JSON.parse(String(row["parts"])) as ReferenceMessage["parts"],
    tokenCount: Number(row["token_count"]),
    createdAt: Number(row["created_at"]),
  };
}

export function describeReferenceMessage(message: unknown): MessageFacts {
  const { id, parts } = message as ReferenceMessage;
  return { id, text: parts[0]?.text ?? "" };
}
