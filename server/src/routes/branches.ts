/** The tree that conversations make: forks and their ancestors, branches and where a conversation stands. */
import {
  type BranchListInput,
  type ForkInput,
  type HeadInput,
  branchListJson,
  branchToJson,
  forkJson,
  fromJsonNames,
  headJson,
  sessionFromJson,
  sessionToJson,
} from "@throughline/core";
import { branchListAnswer, chainAnswer, sessionAnswer } from "../answers.ts";
import { jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

export const branchRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/sessions/:id/fork",
    operationId: "forkSession",
    summary: "Begin a session that shares the history of another",
    description:
      "Up to `at_seq`, on any branch, or up to where the conversation stands. Nothing is copied. The fork has the user, project, tool and settings of its parent, and its model and workspace path unless the body has others.",
    body: { schema: forkJson, optional: true },
    answers: { 201: { description: "The fork.", schema: sessionAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const options = sessionFromJson(body) as ForkInput;
      const session = await throughline.sessions.fork(param("id"), options);
      return jsonResponse(201, sessionToJson(session), {
        location: `/sessions/${encodeURIComponent(session.id)}`,
      });
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/chain",
    operationId: "readChain",
    summary: "Read a session and its ancestors",
    description:
      "The session itself, then its nearest 1,000 ancestors, nearest first, without those that were deleted.",
    answers: { 200: { description: "All of them, on one page.", schema: chainAnswer } },
    refusals: [404],
    async handle({ throughline, settings, param }) {
      const sessions = await throughline.sessions.chain(param("id"), settings);
      return jsonResponse(200, { items: sessions.map(sessionToJson), next_cursor: null });
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/branches",
    operationId: "listBranches",
    summary: "List the ways that a conversation went",
    description: "One for each end that it has, the newest first.",
    query: branchListJson,
    parameters: {
      limit: "At most so many. Default: 50.",
      cursor: "`next_cursor` of the page before.",
    },
    answers: { 200: { description: "A page of branches.", schema: branchListAnswer } },
    refusals: [404],
    async handle({ throughline, query, settings, param }) {
      const options = fromJsonNames(query) as BranchListInput;
      const { items, next } = await throughline.sessions.branches(param("id"), options, settings);
      return jsonResponse(200, { items: items.map(branchToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "PUT",
    path: "/sessions/:id/head",
    operationId: "setHead",
    summary: "Say where a conversation stands",
    description:
      "Makes another branch current, or goes back on this one: what is appended next follows the message that `seq` or `message_id` names. `seq` 0 begins anew. With `expected_head` it is refused when the conversation stands elsewhere. Nothing is deleted.",
    body: { schema: headJson },
    answers: { 200: { description: "The session.", schema: sessionAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      // The service says what is wrong where neither or both are given.
      const { expectedHead, ...target } = fromJsonNames(body) as HeadInput;
      const session = await throughline.sessions.setHead(
        param("id"),
        target as { readonly seq: number },
        expectedHead === undefined ? {} : { expectedHead },
      );
      return jsonResponse(200, sessionToJson(session));
    },
  },
];
