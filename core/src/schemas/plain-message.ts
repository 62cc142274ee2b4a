import type { CheckedMessageInput } from "./message-input.ts";

const roles: ReadonlySet<unknown> = new Set(["user", "assistant", "system", "tool"]);
const counts: ReadonlySet<string> = new Set(["input", "output", "cacheRead", "cacheWrite", "reasoning"]);

/**
 * A message that is one of those that most are: text, without anything that takes a closer look. What comes is what the
 * schema makes of it, in its order, since what is stored and what a retry is known by are written in it; the schema takes
 * many times as long. Undefined says nothing: the schema decides.
 */
export function readPlainMessage(input: unknown): CheckedMessageInput | undefined {
  return isPlainMessage(input) ? inOrder(input) : undefined;
}

type Input = Pick<
  CheckedMessageInput & { readonly usage?: Readonly<Record<string, number>> },
  "id" | "role" | "content" | "model" | "usage" | "createdAt"
>;

function inOrder({ id, role, content, model, usage, createdAt }: Input): CheckedMessageInput {
  return {
    ...(id === undefined ? undefined : { id }),
    role,
    content:
      typeof content === "string"
        ? content
        : (content as readonly TextPart[]).map(({ type, text }) => ({ type, text })),
    ...(model === undefined ? undefined : { model }),
    ...(usage === undefined ? undefined : { usage: usageInOrder(usage) }),
    ...(createdAt === undefined ? undefined : { createdAt }),
  };
}

interface TextPart {
  readonly type: "text" | "reasoning";
  readonly text: string;
}

function usageInOrder(usage: Readonly<Record<string, number>>): Record<string, number> {
  const ordered: Record<string, number> = {};
  for (const name of counts) {
    const count = usage[name];
    if (count !== undefined) ordered[name] = count;
  }
  return ordered;
}

function isPlainMessage(input: unknown): input is Input {
  if (!isObject(input) || !("role" in input && "content" in input)) return false;
  for (const name in input) if (!isPlainField(name, input[name])) return false;
  return true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isPlainField(name: string, value: unknown): boolean {
  switch (name) {
    case "role":
      return roles.has(value);
    case "content":
      return typeof value === "string" || isTexts(value);
    case "id":
      return isShort(value, 1_024);
    case "model":
      return isShort(value, 255);
    case "createdAt":
      return value instanceof Date && value.getTime() >= 0;
    case "usage":
      return isUsage(value);
    default:
      return false;
  }
}

/** At most so many bytes, whatever the characters are. */
function isShort(value: unknown, bytes: number): boolean {
  if (typeof value !== "string" || value === "" || value.length * 3 > bytes) return false;
  return value.isWellFormed() && !value.includes("\0");
}

function isTexts(content: unknown): boolean {
  if (!Array.isArray(content)) return false;
  for (const part of content as readonly unknown[]) if (!isTextPart(part)) return false;
  return true;
}

function isTextPart(part: unknown): boolean {
  if (!isObject(part)) return false;
  for (const name in part) if (name !== "type" && name !== "text") return false;
  return (part["type"] === "text" || part["type"] === "reasoning") && typeof part["text"] === "string";
}

function isUsage(usage: unknown): boolean {
  if (!isObject(usage)) return false;
  for (const name in usage) {
    const count = usage[name];
    if (!counts.has(name) || !Number.isSafeInteger(count) || (count as number) < 0) return false;
  }
  return true;
}
