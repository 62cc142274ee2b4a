import { type MessageInput, messageInput } from "../../schemas/message-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { checkBytes } from "../blobs/stage-large-fields.ts";
import { newMessageRecord } from "./message.ts";

/**
 * Refuses messages that no append takes, whatever its session holds: for those who write many of them in several appends,
 * and nothing where one of them is wrong.
 *
 * @throws ThroughlineError `invalid`, `too_large`
 */
export function checkMessages(messages: readonly MessageInput[]): void {
  for (const [index, message] of messages.entries()) {
    const checked = parseInput(messageInput, message, `message ${index + 1}`);
    checkBytes([newMessageRecord("", 0, checked)]);
  }
}
