/** Named snapshots of what happened in a session. */
import {
  type CheckpointInput,
  type CheckpointListInput,
  checkpointJson,
  checkpointListInput,
  checkpointSummaryToJson,
  checkpointToJson,
  comparisonToJson,
  fromJsonNames,
} from "@throughline/core";
import * as v from "valibot";
import {
  checkpointAnswer,
  checkpointListAnswer,
  checkpointSummaryAnswer,
  comparisonAnswer,
} from "../context-answers.ts";
import { emptyResponse, jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

const name = { name: "The checkpoint's name, percent-encoded." };

export const checkpointRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/sessions/:id/checkpoints",
    operationId: "createCheckpoint",
    summary: "Take a snapshot of a session's context",
    description:
      "Under a name that the session has not used, with any JSON beside it as `state`. A name that is taken is a conflict.",
    body: { schema: checkpointJson },
    answers: { 201: { description: "The checkpoint.", schema: checkpointSummaryAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const id = param("id");
      const checkpoint = await throughline.checkpoints.create(id, body as CheckpointInput);
      return jsonResponse(201, checkpointSummaryToJson(checkpoint), {
        location: `/sessions/${encodeURIComponent(id)}/checkpoints/${encodeURIComponent(checkpoint.name)}`,
      });
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/checkpoints",
    operationId: "listCheckpoints",
    summary: "List the checkpoints of a session",
    description: "The newest first, without what they hold.",
    query: checkpointListInput,
    parameters: {
      limit: "At most so many. Default: 50.",
      cursor: "`next_cursor` of the page before.",
    },
    answers: { 200: { description: "A page of checkpoints.", schema: checkpointListAnswer } },
    refusals: [404],
    async handle({ throughline, query, settings, param }) {
      const options = { ...(fromJsonNames(query) as CheckpointListInput), ...settings };
      const { items, next } = await throughline.checkpoints.list(param("id"), options);
      return jsonResponse(200, { items: items.map(checkpointSummaryToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/checkpoints/:name",
    operationId: "getCheckpoint",
    summary: "Read a checkpoint",
    parameters: name,
    answers: { 200: { description: "The checkpoint with all that it holds.", schema: checkpointAnswer } },
    refusals: [404],
    async handle({ throughline, settings, param }) {
      const checkpoint = await throughline.checkpoints.get(param("id"), param("name"), settings);
      return jsonResponse(200, checkpointToJson(checkpoint));
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/checkpoints/:name/compare",
    operationId: "compareCheckpoints",
    summary: "Say what was added and removed since a checkpoint",
    query: v.strictObject({ to: v.optional(v.string("must be text")) }),
    parameters: { ...name, to: "The checkpoint to compare with. Default: the context as it is now." },
    answers: { 200: { description: "What differs.", schema: comparisonAnswer } },
    refusals: [404],
    async handle({ throughline, query, settings, param }) {
      const options = { ...(query as { readonly to?: string }), ...settings };
      const comparison = await throughline.checkpoints.compare(param("id"), param("name"), options);
      return jsonResponse(200, comparisonToJson(comparison));
    },
  },
  {
    method: "POST",
    path: "/sessions/:id/checkpoints/:name/restore",
    operationId: "restoreCheckpoint",
    summary: "Make a session's context what it was",
    description:
      "Entries since then are removed, those that went come back, workspace and scores are what they were. Counts of resources stay, as does what is recorded meanwhile. It works in small steps: a request that was cut short is repeated, and goes on.",
    parameters: name,
    body: { schema: v.strictObject({}), optional: true },
    answers: { 200: { description: "The checkpoint: its state is the caller's.", schema: checkpointAnswer } },
    refusals: [404, 409],
    async handle({ throughline, param }) {
      const checkpoint = await throughline.checkpoints.restore(param("id"), param("name"));
      return jsonResponse(200, checkpointToJson(checkpoint));
    },
  },
  {
    method: "DELETE",
    path: "/sessions/:id/checkpoints/:name",
    operationId: "deleteCheckpoint",
    summary: "Forget a checkpoint",
    parameters: name,
    answers: { 204: { description: "The checkpoint is gone." } },
    refusals: [404, 409],
    async handle({ throughline, param }) {
      await throughline.checkpoints.delete(param("id"), param("name"));
      return emptyResponse();
    },
  },
];
