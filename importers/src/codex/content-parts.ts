import type { Part } from "@throughline/core";
import { isJsonObject, readLabel, readText } from "../json-object.ts";

/** What the tool writes around an image that stands beside it. */
const imageFrame = /^\s*<\/?image(?: name=[^<>]{0,200})?>\s*$/;

const textTypes: ReadonlySet<string> = new Set([
  "input_text",
  "output_text",
  "summary_text",
  "reasoning_text",
  "text",
  "Text",
]);

/** The blocks of a message's content, which may be a bare string. */
export function contentBlocks(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content;
  return content === undefined || content === null ? [] : [content];
}

/**
 * Turns a block into a part; nothing for one that says nothing: empty text, what only the provider can read. A block of
 * an unknown type is kept whole, under its type.
 */
export function readPart(block: unknown): Part | undefined {
  if (typeof block === "string") return textPart(block);
  if (!isJsonObject(block))
    return block === null ? undefined : { type: "data", name: "unknown", data: block };
  const type = readLabel(block["type"]) ?? "unknown";
  if (textTypes.has(type) && typeof block["text"] === "string") return textPart(block["text"]);
  switch (type) {
    case "refusal":
      return typeof block["refusal"] === "string" ? textPart(block["refusal"]) : dataPart(type, block);
    case "encrypted_content":
      return undefined;
    case "input_image":
    case "image":
      return readImage(block["image_url"], type, block);
    default:
      return dataPart(type, block);
  }
}

export function readParts(content: unknown): readonly Part[] {
  return contentBlocks(content)
    .map(readPart)
    .filter((part) => part !== undefined);
}

/** An image by its address, which may hold it; nothing where the tool left the image out. */
export function readImage(url: unknown, type: string, block: unknown): Part | undefined {
  if (url === null || url === undefined || url === "") return undefined;
  if (typeof url !== "string") return dataPart(type, block);
  const found = /^data:([\w.+-]+\/[\w.+-]+);base64,/.exec(url.slice(0, 200));
  return found === null
    ? { type: "file", mediaType: "image/*", url }
    : { type: "file", mediaType: found[1] ?? "image/*", data: url.slice(found[0].length) };
}

function textPart(text: string): Part | undefined {
  return readText(text) === undefined || imageFrame.test(text.slice(0, 300))
    ? undefined
    : { type: "text", text };
}

function dataPart(name: string, data: unknown): Part {
  return { type: "data", name, data };
}

/** The texts among parts. */
export function textsOf(parts: readonly Part[]): readonly string[] {
  return parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
}
