import { isJsonObject, readLabel } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import { isWholeFile } from "./whole-file.ts";

/** Records that no other tool writes. Others of Codex's follow one of these. */
const envelopes: ReadonlySet<unknown> = new Set([
  "session_meta",
  "response_item",
  "event_msg",
  "turn_context",
]);

/** How a first record begins that is longer than the head: instructions and lists of tools stand in it. */
const cutEnvelope = /^\{"timestamp":"[^"]{1,40}",(?:"ordinal":\d{1,15},)?"type":"session_meta","payload":\{/;
const cutMeta = /^\{"id":"[^"]{1,100}","timestamp":"[^"]{1,40}","instructions":/;

/** The first generation, one object: the first thing in it is the session. */
const wholeFile = /^\s*\{\s*"session"\s*:\s*\{\s*"(?:timestamp|id|instructions)"\s*:/;

/** Whether the head of a file is Codex's. What `codex exec --json` prints is another format. */
export function recognisesCodex(head: string): boolean {
  const text = head.replace(/^\uFEFF/, "");
  if (isWholeFile(text)) return wholeFile.test(text);
  const lines = text.split("\n", 20);
  return lines.some((line) => cutEnvelope.test(line) || isEnvelope(parse(line))) || isBare(lines);
}

function isEnvelope(value: JsonObject | undefined): boolean {
  return envelopes.has(value?.["type"]) && isJsonObject(value?.["payload"]);
}

/** The second generation: what the session is, then items without an envelope. */
function isBare([first = "", ...others]: readonly string[]): boolean {
  if (cutMeta.test(first)) return true;
  const meta = parse(first);
  if (meta === undefined || "type" in meta || "payload" in meta) return false;
  if (readLabel(meta["id"]) === undefined || typeof meta["timestamp"] !== "string") return false;
  if ("instructions" in meta || "cli_version" in meta) return true;
  return others.map(parse).some((value) => value?.["record_type"] === "state");
}

function parse(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
