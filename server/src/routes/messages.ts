import {
  type AppendOptions,
  type ListOptions,
  ThroughlineError,
  fromJsonNames,
  messageFromJson,
  messageJson,
  messageListJson,
  messageToJson,
} from "@throughline/core";
import * as v from "valibot";
import { appendedAnswer, messageAnswer, messageListAnswer } from "../answers.ts";
import { emptyResponse, jsonResponse } from "../problem-response.ts";
import type { Call, Route } from "../route.ts";
import { entriesOf } from "../schema-entries.ts";

const position = v.pipe(
  v.number("must be a number"),
  v.safeInteger("must be an integer"),
  v.minValue(0, "must not be negative"),
);
const revision = v.pipe(position, v.minValue(1, "must be at least 1"));
const operationId = v.pipe(
  v.string("must be text"),
  v.nonEmpty("must not be empty"),
  v.maxBytes(255, "must have at most 255 bytes"),
);
const head = v.literal("move", "must be move");

export const appendBody = v.strictObject({
  messages: v.array(messageJson, "must be a list of messages"),
  expected_seq: v.optional(position),
  operation_id: v.optional(operationId),
  head: v.optional(head),
});

export const putBody = v.strictObject({
  ...entriesOf(messageJson),
  expected_revision: v.optional(revision),
  head: v.optional(head),
});

const native = v.optional(v.boolean("must be true or false"));

export const messageRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/sessions/:id/messages",
    operationId: "appendMessages",
    summary: "Append messages",
    description:
      "All of them or none, durable when it is answered. Message ids, or an operation id, make it safe to repeat: the same again stores once and answers 200 with the same body; other content under the same id is a conflict.",
    body: { schema: appendBody },
    headers: { "Idempotency-Key": "The operation id, where the body has none." },
    answers: {
      201: { description: "The messages are stored.", schema: appendedAnswer },
      200: { description: "All of them had been stored before.", schema: appendedAnswer },
    },
    refusals: [404, 409],
    async handle(call) {
      const messages = (call.body.messages as object[]).map(messageFromJson);
      const options = appendOptions(call);
      const { items, replayed } = await call.throughline.messages.append(call.param("id"), messages, options);
      return jsonResponse(replayed ? 200 : 201, { items });
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/messages",
    operationId: "listMessages",
    summary: "List the messages of a session",
    description:
      "Of its current branch, in order of position, with the history that a fork shares. Give at most one of `last`, `after_seq`, `before_seq` and `cursor`; without one, the list begins at the first message.",
    query: messageListJson,
    parameters: {
      last: "The last so many.",
      after_seq: "Messages after this position.",
      before_seq: "Messages before this position: the nearest ones.",
      limit: "At most so many. Default: 50.",
      cursor: "`next_cursor` or `previous_cursor` of another page.",
      native: "Also what adapters keep of the original. Default: false.",
      branch: "The branch that ends at this position, in the place of the current one.",
      all: "Every message of the session itself, of all branches. Default: false.",
      tombstones: "Also deleted messages: with `removed_at`, and without content. Default: false.",
    },
    answers: { 200: { description: "A page of messages.", schema: messageListAnswer } },
    refusals: [404],
    async handle({ throughline, query, settings, param }) {
      const options = fromJsonNames(query) as ListOptions;
      const { items, next, previous } = await throughline.messages.list(param("id"), {
        ...options,
        ...settings,
      });
      return jsonResponse(200, {
        items: items.map(messageToJson),
        next_cursor: next ?? null,
        previous_cursor: previous ?? null,
      });
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/messages/:message_id",
    operationId: "getMessage",
    summary: "Read a message",
    query: v.strictObject({ native }),
    parameters: { native: "Also what adapters keep of the original. Default: false." },
    answers: { 200: { description: "The message.", schema: messageAnswer } },
    refusals: [404],
    async handle({ throughline, query, param }) {
      const options = query.native === true ? { native: true } : {};
      return jsonResponse(
        200,
        messageToJson(await throughline.messages.get(param("id"), param("message_id"), options)),
      );
    },
  },
  {
    method: "PUT",
    path: "/sessions/:id/messages/:message_id",
    operationId: "putMessage",
    summary: "Write a message by its id",
    description:
      "A message that is there is replaced and keeps its position; otherwise it is appended. With `expected_revision` it is refused when the message has another one.",
    body: { schema: putBody },
    answers: {
      200: { description: "The message that was there is as given now.", schema: messageAnswer },
      201: { description: "The message was appended.", schema: messageAnswer },
    },
    refusals: [404, 409],
    handle: putMessage,
  },
  {
    method: "DELETE",
    path: "/sessions/:id/messages/:message_id",
    operationId: "deleteMessage",
    summary: "Delete a message",
    description: "Its content is gone; its position and id stay and can't be written again.",
    answers: { 204: { description: "The message is deleted." } },
    refusals: [404, 409],
    async handle({ throughline, param }) {
      await throughline.messages.delete(param("id"), param("message_id"));
      return emptyResponse();
    },
  },
];

function appendOptions({ body, request }: Call): AppendOptions {
  const { expected_seq, operation_id } = body as { expected_seq?: number; operation_id?: string };
  const key = request.headers.get("idempotency-key");
  if (key !== null && operation_id !== undefined && key !== operation_id) {
    throw invalid("operation", "Idempotency-Key and operation_id differ.", "operation_id");
  }
  const operation = operation_id ?? key;
  return {
    ...(expected_seq === undefined ? undefined : { expectedSeq: expected_seq }),
    ...(operation === null ? undefined : { operationId: operation }),
    ...(body.head === undefined ? undefined : { head: "move" as const }),
  };
}

async function putMessage({ throughline, body, param }: Call): Promise<Response> {
  const session = param("id");
  const id = param("message_id");
  const { expected_revision: expectedRevision, head: moved, ...json } = body;
  if (json.id !== undefined && json.id !== id) {
    throw invalid("id", "The message has another id than the path.", "id");
  }
  const { replayed } = await throughline.messages.put(session, [{ ...messageFromJson(json), id }], {
    ...(expectedRevision === undefined ? undefined : { expectedRevision: expectedRevision as number }),
    ...(moved === undefined ? undefined : { head: "move" as const }),
  });
  const message = await throughline.messages.get(session, id);
  return jsonResponse(!replayed && message.revision === 1 ? 201 : 200, messageToJson(message));
}

function invalid(reason: string, message: string, field: string): ThroughlineError {
  return new ThroughlineError("invalid", message, { reason, outcome: "refused", details: { field } });
}
