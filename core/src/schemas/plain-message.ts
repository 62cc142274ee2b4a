const roles: ReadonlySet<unknown> = new Set(["user", "assistant", "system", "tool"]);
const counts: ReadonlySet<string> = new Set(["input", "output", "cacheRead", "cacheWrite", "reasoning"]);

/**
 * Whether a message is one of those that most are: text, without anything that takes a closer look. The schema accepts it
 * as it is, and takes many times as long to say so. False says nothing: the schema decides.
 */
export function isPlainMessage(input: unknown): boolean {
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
