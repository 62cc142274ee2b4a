import { isJsonObject, readText } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import type { ImportedMessage } from "../importer.ts";
import type { ClaudeRecord } from "./claude-record.ts";
import { readUserTurn } from "./user-messages.ts";
import type { UserTurn } from "./user-messages.ts";

/** An attachment adds `attachment`, its type, to the metadata of what it becomes. */
export function readAttachmentTurn(record: ClaudeRecord, session: string): UserTurn | undefined {
  const attachment = record.value["attachment"];
  if (!isJsonObject(attachment)) return undefined;
  const type = attachment["type"];
  if (type === "queued_command") return mark(readQueuedPrompt(record, attachment, session), type);
  const text = typeof type === "string" ? hookText(type, attachment) : undefined;
  if (text === undefined || typeof type !== "string") return undefined;
  return mark(readAs(record, { content: text }, { isMeta: true }, session), type);
}

/** A prompt typed while the tool was busy and given to the model inside the turn: there is no user record of it. */
function readQueuedPrompt(record: ClaudeRecord, attachment: JsonObject, session: string): UserTurn {
  const isTyped = (attachment["commandMode"] ?? "prompt") === "prompt" && attachment["isMeta"] !== true;
  const flags = { isMeta: !isTyped, origin: attachment["origin"] };
  return readAs(record, { content: attachment["prompt"] }, flags, session);
}

/** What a hook said to the model. Lists of tools, skills and changed files are not speech: their bytes are kept, no more. */
function hookText(type: string, attachment: JsonObject): string | undefined {
  switch (type) {
    case "hook_additional_context": {
      const { content } = attachment;
      const texts: readonly unknown[] = Array.isArray(content) ? content : [content];
      return readText(texts.filter((text) => typeof text === "string").join("\n"));
    }
    case "hook_success":
      return readText(attachment["content"]);
    case "hook_blocking_error":
      return isJsonObject(attachment["blockingError"])
        ? readText(attachment["blockingError"]["blockingError"])
        : undefined;
    default:
      return undefined;
  }
}

function readAs(record: ClaudeRecord, message: JsonObject, flags: JsonObject, session: string): UserTurn {
  return readUserTurn({ ...record, message, value: flags }, session, () => undefined);
}

function mark(turn: UserTurn, attachment: string): UserTurn {
  const messages = turn.messages.map((message): ImportedMessage => ({
    ...message,
    metadata: { ...message.metadata, attachment },
  }));
  return { ...turn, messages };
}
