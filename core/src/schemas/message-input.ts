/** What a caller gives to write a message. */
import * as v from "valibot";
import type { Part } from "../model/message-content.ts";
import { fromJsonNames, withJsonNames } from "./json-names.ts";
import { contentFromJson } from "../model/message-content.ts";
import { jsonValue, metadata } from "./json-value.ts";
import { keyText, label } from "./text.ts";
import { time } from "./time.ts";

/** Any JavaScript string: also with NUL and lone surrogates, which come back as they were. */
const anyText = v.string("must be text");
const count = v.pipe(
  v.number("must be a number"),
  v.safeInteger("must be an integer"),
  v.minValue(0, "must not be negative"),
);

const part = v.variant(
  "type",
  [
    v.strictObject({ type: v.literal("text"), text: anyText }),
    v.strictObject({ type: v.literal("reasoning"), text: anyText }),
    v.strictObject({
      type: v.literal("tool-call"),
      toolCallId: anyText,
      toolName: anyText,
      input: jsonValue,
    }),
    v.strictObject({
      type: v.literal("tool-result"),
      toolCallId: anyText,
      toolName: v.optional(anyText),
      output: jsonValue,
      isError: v.optional(v.boolean("must be true or false")),
    }),
    v.strictObject({
      type: v.literal("file"),
      mediaType: anyText,
      filename: v.optional(anyText),
      data: v.optional(anyText),
      url: v.optional(anyText),
      hash: v.optional(anyText),
    }),
    v.strictObject({ type: v.literal("source"), url: v.optional(anyText), title: v.optional(anyText) }),
    v.strictObject({ type: v.literal("data"), name: anyText, data: jsonValue }),
  ],
  "must be a part: text, reasoning, tool-call, tool-result, file, source or data",
);

export const role = v.picklist(
  ["user", "assistant", "system", "tool"],
  "must be user, assistant, system or tool",
);

/** Tokens as the model's provider counted them. */
const usage = v.strictObject({
  input: v.optional(count),
  output: v.optional(count),
  cacheRead: v.optional(count),
  cacheWrite: v.optional(count),
  reasoning: v.optional(count),
});

/** A message to append. */
export const messageInput = v.strictObject({
  /** Unique within the session; giving it makes the append idempotent. Default: a new UUIDv7. */
  id: v.optional(keyText),
  role,
  content: v.union([anyText, v.array(part)], "must be text or a list of parts"),
  /** Id of the message it follows; null: it follows none. Default: the current end of the conversation. */
  parentId: v.optional(v.nullable(keyText)),
  model: v.optional(v.nullable(label)),
  usage: v.optional(v.nullable(usage)),
  /** In the currency of the caller's choice. */
  cost: v.optional(v.nullable(v.pipe(v.number("must be a number"), v.finite("must be finite")))),
  tokenCount: v.optional(count),
  /** The message as another program wrote it: `text` is JSON text and comes back byte for byte. */
  native: v.optional(v.strictObject({ format: label, text: anyText })),
  metadata: v.optional(metadata),
  /** Default: now. */
  createdAt: v.optional(time),
});

export type MessageInput = Omit<v.InferInput<typeof messageInput>, "content"> & {
  readonly content: string | readonly Part[];
};
export type CheckedMessageInput = v.InferOutput<typeof messageInput>;
export type Usage = v.InferOutput<typeof usage>;

/** A message to append, as JSON. */
export const messageJson: v.GenericSchema = withJsonNames(messageInput);

/** The input for JSON that `messageJson` has let through. */
export function messageFromJson(json: object): MessageInput {
  const input = fromJsonNames(json);
  if (typeof input.usage === "object" && input.usage !== null) input.usage = fromJsonNames(input.usage);
  return { ...input, content: contentFromJson(input.content) } as unknown as MessageInput;
}
