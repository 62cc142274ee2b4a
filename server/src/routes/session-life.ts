/** What happens to a session in its life, and what it comes to. */
import { sessionJson, sessionStatisticsToJson, sessionToJson } from "@throughline/core";
import * as v from "valibot";
import { sessionAnswer, sessionStatisticsAnswer } from "../answers.ts";
import { emptyResponse, jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";
import { entriesOf, innerSchema } from "../schema-entries.ts";

const { created_at: time = v.never(), tags = v.never() } = entriesOf(sessionJson);

const endBody = v.strictObject({ ended_at: time });
const tagBody = v.strictObject({ tags: innerSchema(tags) });

export const sessionLifeRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/sessions/:id/end",
    operationId: "endSession",
    summary: "Note that a session ended",
    description:
      "Now, or at `ended_at`. One that has ended keeps its first end; PATCH with `ended_at` changes it.",
    body: { schema: endBody, optional: true },
    answers: { 200: { description: "The session, with its end.", schema: sessionAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const { ended_at: at } = body as { readonly ended_at?: Date };
      const session = await throughline.sessions.end(param("id"), at === undefined ? {} : { at });
      return jsonResponse(200, sessionToJson(session));
    },
  },
  {
    method: "POST",
    path: "/sessions/:id/tags",
    operationId: "tagSession",
    summary: "Add tags to a session",
    description: "Behind those that are there. Programs that tag one session at the same time lose nothing.",
    body: { schema: tagBody },
    answers: { 200: { description: "The session, with all its tags.", schema: sessionAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const session = await throughline.sessions.tag(param("id"), body.tags as string[]);
      return jsonResponse(200, sessionToJson(session));
    },
  },
  {
    method: "DELETE",
    path: "/sessions/:id/tags/:tag",
    operationId: "untagSession",
    summary: "Take a tag away from a session",
    parameters: { tag: "The tag, percent-encoded." },
    answers: { 204: { description: "The session does not have the tag, or no longer." } },
    refusals: [404, 409],
    async handle({ throughline, param }) {
      await throughline.sessions.untag(param("id"), [param("tag")]);
      return emptyResponse();
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/stats",
    operationId: "readSessionStatistics",
    summary: "Count what a session comes to",
    description:
      "Live messages of the session itself, on all its branches. It reads all of their content, as an export does.",
    answers: { 200: { description: "The counts.", schema: sessionStatisticsAnswer } },
    refusals: [404],
    async handle({ throughline, settings, param }) {
      const statistics = await throughline.sessions.statistics(param("id"), settings);
      return jsonResponse(200, sessionStatisticsToJson(statistics));
    },
  },
];
