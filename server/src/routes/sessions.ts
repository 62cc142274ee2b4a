import {
  type SessionFilter,
  type SessionInput,
  fromJsonNames,
  sessionFilterJson,
  sessionFromJson,
  sessionJson,
  sessionNames,
  sessionToJson,
} from "@throughline/core";
import { sessionAnswer, sessionListAnswer } from "../answers.ts";
import { patchSession, sessionPatch } from "../patch-session.ts";
import { jsonResponse } from "../problem-response.ts";
import type { Call, Route } from "../route.ts";

export const sessionRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/sessions",
    operationId: "createSession",
    summary: "Create a session, or find the one with this external key",
    body: { schema: sessionJson },
    answers: {
      201: { description: "The session was created.", schema: sessionAnswer },
      200: { description: "A session with this external key was there: this is it.", schema: sessionAnswer },
    },
    refusals: [404, 409],
    async handle({ throughline, body }) {
      const input: SessionInput = sessionFromJson(body);
      const { session, created } = await throughline.sessions.getOrCreate(input);
      return jsonResponse(created ? 201 : 200, sessionToJson(session), {
        location: `/sessions/${encodeURIComponent(session.id)}`,
      });
    },
  },
  {
    method: "GET",
    path: "/sessions",
    operationId: "listSessions",
    summary: "List sessions",
    query: sessionFilterJson,
    parameters: {
      metadata:
        'A field of the metadata, by its path: `metadata.build.branch=main`. At most five. Numbers, `true`, `false` and `null` are what they are in JSON; put text that looks like one of them in quotes: `metadata.build="3"`.',
      q: "Text in the title, in any case.",
      tag: "A tag that the session has.",
      ended: "Whether it has ended: with `process_id` and `ended=false`, what a process runs now.",
      order: "`activity` (default) or `created`: newest first.",
      all: "Also sessions that lists leave out, such as side chains. Default: false.",
      limit: "At most so many. Default: 50.",
      cursor: "`next_cursor` of the page before, with the same parameters.",
    },
    answers: { 200: { description: "A page of sessions.", schema: sessionListAnswer } },
    async handle({ throughline, query, settings }) {
      const filter = fromJsonNames(query, sessionNames) as SessionFilter;
      const { items, next } = await throughline.sessions.list(filter, settings);
      return jsonResponse(200, { items: items.map(sessionToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "GET",
    path: "/sessions/:id",
    operationId: "getSession",
    summary: "Read a session",
    answers: { 200: { description: "The session.", schema: sessionAnswer } },
    refusals: [404],
    async handle(call) {
      return jsonResponse(200, sessionToJson(await call.throughline.sessions.get(sessionId(call))));
    },
  },
  {
    method: "PATCH",
    path: "/sessions/:id",
    operationId: "changeSession",
    summary: "Change a session",
    description:
      "A JSON merge patch (RFC 7396): what is left out stays, null empties, objects are merged. With `expected_revision` the change is refused when the session has another one.",
    body: { schema: sessionPatch, types: ["application/merge-patch+json", "application/json"] },
    answers: { 200: { description: "The session as it is now.", schema: sessionAnswer } },
    refusals: [404, 409],
    async handle(call) {
      const session = await patchSession(call.throughline.sessions, sessionId(call), call.body);
      return jsonResponse(200, sessionToJson(session));
    },
  },
];

function sessionId(call: Call): string {
  return call.param("id");
}
