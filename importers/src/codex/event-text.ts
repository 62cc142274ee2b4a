import type { Part } from "@throughline/core";
import { isJsonObject, readText } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import type { CodexRecord } from "./codex-record.ts";
import { readImage, readParts, textsOf } from "./content-parts.ts";
import { tellsFailure } from "./tool-parts.ts";
import { twinKey } from "./twins.ts";
import type { TwinKind } from "./twins.ts";

/** What an event says that an item says, too. */
export interface EventText {
  readonly kind: Extract<TwinKind, "prompt" | "answer" | "reasoning">;
  readonly text: string;
  readonly parts: readonly Part[];
}

/** The words that an event shows. Newer versions wrap them as an item of the turn. */
export function readEventText({ type, payload }: CodexRecord): EventText | undefined {
  switch (type) {
    case "user_message":
      return eventText("prompt", payload["message"], images(payload["images"]));
    case "agent_message":
      return eventText("answer", payload["message"]);
    case "agent_reasoning":
    case "agent_reasoning_raw_content":
      return eventText("reasoning", payload["text"]);
    case "item_completed":
      return isJsonObject(payload["item"]) ? readTurnItem(payload["item"]) : undefined;
    default:
      return undefined;
  }
}

function readTurnItem(item: JsonObject): EventText | undefined {
  const text = textsOf(readParts(item["content"])).join("\n");
  if (item["type"] === "UserMessage") return eventText("prompt", text);
  if (item["type"] === "AgentMessage") return eventText("answer", text);
  if (item["type"] !== "Reasoning") return undefined;
  return eventText("reasoning", textsOf(readParts(item["summary_text"])).join("\n"));
}

function eventText(
  kind: EventText["kind"],
  value: unknown,
  more: readonly Part[] = [],
): EventText | undefined {
  const text = readText(value);
  if (text === undefined) return undefined;
  return { kind, text, parts: [{ type: kind === "reasoning" ? "reasoning" : "text", text }, ...more] };
}

function images(urls: unknown): readonly Part[] {
  if (!Array.isArray(urls)) return [];
  return urls.map((url) => readImage(url, "image", url)).filter((part) => part !== undefined);
}

/** What a record that ends a call, a search or a turn says again, and of what. */
export interface Echo {
  readonly keys: readonly string[];
  readonly failed: boolean;
}

export function readEcho(record: CodexRecord): Echo | undefined {
  const { type, payload } = record;
  if (type === "task_complete" || type === "turn_complete") {
    const text = readText(payload["last_agent_message"]);
    return text === undefined ? undefined : { keys: [twinKey("final", text)], failed: false };
  }
  if (type === "web_search_end") {
    return { keys: [twinKey("search", JSON.stringify(payload["action"] ?? null))], failed: false };
  }
  const item = type === "item_completed" && isJsonObject(payload["item"]) ? payload["item"] : undefined;
  const id = item === undefined && /_(?:end|response)$/.test(type) ? payload["call_id"] : item?.["id"];
  return typeof id === "string" && id !== ""
    ? {
        keys: [twinKey("call", id)],
        failed: tellsFailure(item === undefined ? record : { ...record, payload: item }),
      }
    : undefined;
}
