import type { NewMessage } from "../../contract/batch.ts";
import { ThroughlineError } from "../../error.ts";
import type { CheckedMessageInput, MessageInput } from "../../schemas/message-input.ts";
import { messageInput } from "../../schemas/message-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { readPlainMessage } from "../../schemas/plain-message.ts";
import { newMessageRecord } from "./message.ts";
import type { ServiceContext } from "../service-context.ts";
import { stageLargeFields } from "../blobs/stage-large-fields.ts";
import type { StagedBlobs } from "../blobs/staged-blobs.ts";

/** Messages that one append may have. */
export const APPEND_MESSAGES = 1_000;

/**
 * Checks messages, gives ids to those without, and writes them down as an append takes them. What is large of them is
 * staged: the append's batch has to hold what `blobs.besideAppend` says.
 */
export async function newMessageRecords(
  context: ServiceContext,
  inputs: readonly MessageInput[],
  blobs: StagedBlobs,
): Promise<{ readonly messages: readonly NewMessage[]; readonly checked: readonly CheckedMessageInput[] }> {
  if (!Array.isArray(inputs)) {
    throw new ThroughlineError("invalid", "messages must be a list.", { reason: "type", outcome: "refused" });
  }
  if (inputs.length === 0 || inputs.length > APPEND_MESSAGES) {
    const isEmpty = inputs.length === 0;
    const message = `An append has from 1 to ${APPEND_MESSAGES} messages, not ${inputs.length}.`;
    throw new ThroughlineError(isEmpty ? "invalid" : "too_large", message, {
      reason: "messages",
      outcome: "refused",
      details: { limit: APPEND_MESSAGES },
    });
  }
  const now = context.store.now();
  const checked = Array.from(
    inputs,
    (input: unknown, index) =>
      readPlainMessage(input) ??
      parseInput(messageInput, input, inputs.length === 1 ? "message" : `message ${index + 1}`),
  );
  const records = checked.map((input) => newMessageRecord(input.id ?? context.generateId(), now, input));
  const staged = await stageLargeFields(blobs, records);
  return {
    checked,
    messages: staged.map((record, index) => {
      const { id, parentId: parent } = checked[index] ?? {};
      return {
        record,
        ...(parent === undefined ? undefined : { parent: parent ?? 0 }),
        ...(id === undefined ? ({ fresh: true } as const) : undefined),
      };
    }),
  };
}
