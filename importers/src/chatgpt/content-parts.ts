/** What a message of ChatGPT says, as parts. */
import type { Part } from "@throughline/core";
import { isJsonObject, readLabel, readText } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";

/** The parts of a content, nothing for one that says nothing. One of an unknown type is kept whole, under its type. */
export function readContent(content: unknown): readonly Part[] {
  if (!isJsonObject(content)) return content === undefined || content === null ? [] : textParts([content]);
  const type = contentType(content);
  switch (type) {
    case "text":
    case "multimodal_text":
      return textParts(content["parts"]);
    case "code":
    case "execution_output":
      return textParts([content["text"]]);
    case "system_error":
      return textParts([content["name"], content["text"]]);
    case "thoughts":
      return thoughtParts(content);
    case "reasoning_recap":
      return reasoning([content["content"], ...listOf(content["parts"])]);
    case "user_editable_context":
      return textParts([content["user_profile"], content["user_instructions"]]);
    case "model_editable_context":
      return textParts([content["model_set_context"], content["repository"], content["repo_summary"]]);
    case "tether_quote":
    case "sonic_webpage":
      return [...textParts([content["text"]]), ...sourceParts(content)];
    case "tether_browsing_display":
      return textParts([content["result"], content["summary"], ...listOf(content["assets"])]);
    default:
      return [{ type: "data", name: type, data: content }];
  }
}

export function contentType(content: unknown): string {
  return (isJsonObject(content) ? readLabel(content["content_type"]) : undefined) ?? "unknown";
}

/** The files that were attached to a message. One that its content shows gets its name and type. */
export function withAttachments(parts: readonly Part[], attachments: unknown): readonly Part[] {
  const all = [...parts];
  for (const attachment of listOf(attachments)) {
    if (!isJsonObject(attachment)) continue;
    const id = readLabel(attachment["id"]);
    const filename = readText(attachment["name"]);
    const mediaType = readText(attachment["mime_type"] ?? attachment["mimeType"]);
    const at = all.findIndex(
      (part) => part.type === "file" && id !== undefined && part.url?.endsWith(id) === true,
    );
    const shown = all[at];
    const named = { ...(filename !== undefined && { filename }) };
    if (shown?.type === "file")
      all[at] = { ...shown, ...named, ...(mediaType !== undefined && { mediaType }) };
    else {
      all.push({
        type: "file",
        mediaType: mediaType ?? "application/octet-stream",
        ...named,
        ...(id !== undefined && { url: `file-service://${id}` }),
      });
    }
  }
  return all;
}

/** The pages that an answer refers to, each once. */
export function citedSources(metadata: JsonObject): readonly Part[] {
  const references = listOf(metadata["content_references"]).filter(isJsonObject);
  const cited = [
    ...listOf(metadata["citations"]).map((citation) => isJsonObject(citation) && citation["metadata"]),
    ...references.flatMap((reference) => [reference, ...listOf(reference["items"])]),
  ];
  const sources = cited.filter(isJsonObject).flatMap(sourceParts);
  const urls = sources.map((part) => (part.type === "source" ? part.url : undefined));
  return sources.filter((_, index) => urls[index] !== undefined && urls.indexOf(urls[index]) === index);
}

/** Every string in parts that are text, as one. */
export function textOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textParts(values: unknown): readonly Part[] {
  return listOf(values).flatMap((value): readonly Part[] => {
    if (typeof value === "string")
      return readText(value) === undefined ? [] : [{ type: "text", text: value }];
    if (value === null || value === undefined) return [];
    return isJsonObject(value) ? assetParts(value) : [{ type: "data", name: "unknown", data: value }];
  });
}

/** Pictures, sound and film lie beside the conversations in an export; the message points to them. */
function assetParts(asset: JsonObject): readonly Part[] {
  const type = contentType(asset);
  if (type === "audio_transcription") return textParts([asset["text"]]);
  const file = filePart(asset, mediaTypes[type]);
  if (file !== undefined) return [file];
  const recording = asset["audio_asset_pointer"];
  const sound = isJsonObject(recording) ? filePart(recording, "audio/*") : undefined;
  return [sound ?? { type: "data", name: type, data: asset }];
}

const mediaTypes: Readonly<Record<string, string>> = {
  image_asset_pointer: "image/*",
  audio_asset_pointer: "audio/*",
  video_container_asset_pointer: "video/*",
};

function filePart(asset: JsonObject, mediaType: string | undefined): Part | undefined {
  const url = readText(asset["asset_pointer"]);
  if (url === undefined || mediaType === undefined) return undefined;
  const format = readLabel(asset["format"]);
  return {
    type: "file",
    mediaType: format === undefined ? mediaType : mediaType.replace("*", format),
    url,
  };
}

function thoughtParts(content: JsonObject): readonly Part[] {
  const thoughts = listOf(content["thoughts"]).map((thought) =>
    isJsonObject(thought)
      ? [thought["summary"], thought["content"]].filter((text) => readText(text) !== undefined).join("\n\n")
      : thought,
  );
  return reasoning([...thoughts, ...listOf(content["parts"])]);
}

function reasoning(texts: readonly unknown[]): readonly Part[] {
  return texts.flatMap((value) => {
    const text = readText(value);
    return text === undefined ? [] : [{ type: "reasoning", text } as const];
  });
}

function sourceParts(page: JsonObject): readonly Part[] {
  const url = readText(page["url"]);
  const title = readText(page["title"]);
  if (url === undefined) return [];
  return [{ type: "source", url, ...(title !== undefined && { title }) }];
}
