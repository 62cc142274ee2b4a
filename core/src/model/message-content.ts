/** What a message says: how it is written down, read back, and searched. */

export type Part =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | {
      readonly type: "tool-call";
      readonly toolCallId: string;
      readonly toolName: string;
      readonly input: unknown;
    }
  | {
      readonly type: "tool-result";
      readonly toolCallId: string;
      readonly toolName?: string;
      readonly output: unknown;
      readonly isError?: boolean;
    }
  | {
      readonly type: "file";
      readonly mediaType: string;
      readonly filename?: string;
      readonly data?: string;
      readonly url?: string;
      readonly hash?: string;
    }
  | { readonly type: "source"; readonly url?: string; readonly title?: string }
  | { readonly type: "data"; readonly name: string; readonly data: unknown };

/** A string, or parts. It comes back as it was given. */
export type Content = string | readonly Part[];

/** How a message record's `content` is written first: the text itself, or JSON text. What is large is staged after. */
export type ContentFormat = "" | "json";

/** The names of a part's own fields in JSON and in the database. What is inside opaque fields is left alone. */
const jsonNames: Readonly<Record<string, string>> = {
  toolCallId: "tool_call_id",
  toolName: "tool_name",
  isError: "is_error",
  mediaType: "media_type",
};
const names = Object.fromEntries(Object.entries(jsonNames).map(([name, jsonName]) => [jsonName, name]));

/** Content with the names of JSON. */
export function contentToJson(content: Content): unknown {
  return typeof content === "string" ? content : content.map((part) => renamed(part, jsonNames));
}

/** Content from JSON that is known to be valid. */
export function contentFromJson(json: unknown): Content {
  return typeof json === "string"
    ? json
    : (json as object[]).map((part) => renamed(part, names) as unknown as Part);
}

function renamed(part: object, to: Readonly<Record<string, string>>): Record<string, unknown> {
  const entries: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(part)) entries[to[name] ?? name] = value;
  return entries;
}

/** Databases refuse or change NUL and lone surrogates; JSON escapes them. */
function isPlain(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

export function encodeContent(content: Content): { content: string; contentFormat: ContentFormat } {
  if (typeof content === "string" && isPlain(content)) return { content, contentFormat: "" };
  return { content: JSON.stringify(contentToJson(content)), contentFormat: "json" };
}

/** Reads back what `encodeContent` wrote. Staged content is to be fetched first. */
export function decodeContent(content: string, format: string): Content {
  return format === "" ? content : contentFromJson(JSON.parse(content));
}

/** All that can be searched of a message, one part after another. */
export function textOfContent(content: Content): string {
  return typeof content === "string" ? content : content.map(textOfPart).filter(Boolean).join("\n");
}

function textOfPart(part: Part): string {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text;
    case "tool-call":
      return lines([part.toolName, textOfValue(part.input)]);
    case "tool-result":
      return textOfValue(part.output);
    case "file":
      return part.filename ?? "";
    case "source":
      return lines([part.title, part.url]);
    case "data":
      return textOfValue(part.data);
  }
}

/** Every string in a JSON value. */
function textOfValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  return lines(Object.values(value).map(textOfValue));
}

function lines(texts: readonly (string | undefined)[]): string {
  return texts.filter(Boolean).join("\n");
}
