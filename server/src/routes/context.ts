/** What happened in a session beside its messages. */
import {
  type ContextFilesInput,
  type ContextReadInput,
  contextFilesJson,
  contextFromJson,
  contextJson,
  contextReadJson,
  contextToJson,
  fileAccessToJson,
  fromJsonNames,
} from "@throughline/core";
import * as v from "valibot";
import { contextAnswer, fileListAnswer } from "../context-answers.ts";
import { jsonResponse } from "../problem-response.ts";
import { operationHeaders, operationOf } from "../operation-of.ts";
import type { Route } from "../route.ts";

const operationId = v.pipe(
  v.string("must be text"),
  v.nonEmpty("must not be empty"),
  v.maxBytes(255, "must have at most 255 bytes"),
);

export const contextBody = v.pipe(
  v.strictObject({ ...contextJson.entries, operation_id: v.optional(operationId) }),
  ...contextJson.pipe.slice(1),
);

export const contextRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/sessions/:id/context",
    operationId: "getContext",
    summary: "Read what happened in a session beside its messages",
    description:
      "The newest 1,000 entries of each kind, in order of time, with how many there are. `size_bytes` is the length of `context` as JSON where it is whole; where it is `truncated`, about that of the whole. `file_importance_scores` has the score that each file was given last.",
    query: contextReadJson,
    parameters: { full: "All entries, however many. Default: false." },
    answers: { 200: { description: "The context.", schema: contextAnswer } },
    refusals: [404],
    async handle({ throughline, query, settings, param }) {
      const options = { ...(fromJsonNames(query) as ContextReadInput), ...settings };
      return jsonResponse(200, contextToJson(await throughline.context.get(param("id"), options)));
    },
  },
  {
    method: "POST",
    path: "/sessions/:id/context",
    operationId: "recordContext",
    summary: "Record what happened in a session",
    description:
      "Several kinds at once, in flat fields, in lists or in both: all of it or nothing. The session's last activity is now. Each file counts as an access of its resource, in the session's project. An operation id makes it safe to repeat. One request has room for 1,000 records: a path takes up to two, every access and every other entry one.",
    body: { schema: contextBody },
    headers: operationHeaders,
    answers: { 200: { description: "The context as it is now, as GET gives it.", schema: contextAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, request, param }) {
      const id = param("id");
      await throughline.context.record(id, contextFromJson(body), operationOf(request, body));
      return jsonResponse(200, contextToJson(await throughline.context.get(id)));
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/context/files",
    operationId: "listContextFiles",
    summary: "List the accesses of files in a session",
    description: "In order of time, oldest first.",
    query: contextFilesJson,
    parameters: {
      limit: "At most so many. Default: 50.",
      cursor: "`next_cursor` of the page before.",
    },
    answers: { 200: { description: "A page of accesses.", schema: fileListAnswer } },
    refusals: [404],
    async handle({ throughline, query, settings, param }) {
      const options = { ...(fromJsonNames(query) as ContextFilesInput), ...settings };
      const { items, next } = await throughline.context.files(param("id"), options);
      return jsonResponse(200, { items: items.map(fileAccessToJson), next_cursor: next ?? null });
    },
  },
];
