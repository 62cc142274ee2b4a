/** Deleting sessions, bringing them back, erasing them for ever, and holding them against all of it. */
import {
  ThroughlineError,
  type TrashOptions,
  cleanUpToJson,
  deletedSessionToJson,
  fromJsonNames,
  holdInput,
  holdToJson,
  policyInput,
  receiptToJson,
  sessionToJson,
  trashOptions,
  withJsonNames,
} from "@throughline/core";
import * as v from "valibot";
import { sessionAnswer } from "../answers.ts";
import { checkRole } from "../caller.ts";
import { cleanUpAnswer, holdAnswer, receiptAnswer, trashAnswer } from "../deletion-answers.ts";
import { emptyResponse, jsonResponse } from "../problem-response.ts";
import type { Call, Route } from "../route.ts";

const flag = v.optional(v.boolean("must be true or false"));
const cleanUpBody = v.strictObject({ dry_run: flag, policy: v.optional(withJsonNames(policyInput)) });

export const trashRoutes: readonly Route[] = [
  {
    method: "DELETE",
    path: "/sessions/:id",
    operationId: "deleteSession",
    summary: "Delete a session",
    description:
      "It disappears from lists, search and reads at once, and its external key is free. Undelete brings it back, until clean-up erases it. With `erase` it is erased at once and for ever, also from the trash, and also what living forks share with it: that needs the role admin.",
    query: v.strictObject({ erase: flag, receipt: flag }),
    parameters: {
      erase: "Erases it at once: the answer is the receipt. Default: false.",
      receipt: "Answers with a receipt of what was hidden. Default: false.",
    },
    answers: {
      204: { description: "The session is deleted." },
      200: { description: "What was hidden or erased.", schema: receiptAnswer },
    },
    refusals: [404, 409],
    handle: deleteSession,
  },
  {
    method: "POST",
    path: "/sessions/:id/undelete",
    operationId: "undeleteSession",
    summary: "Bring a deleted session back",
    body: { schema: v.strictObject({}), optional: true },
    answers: { 200: { description: "The session, also where it was not deleted.", schema: sessionAnswer } },
    refusals: [404, 409],
    async handle({ throughline, param }) {
      return jsonResponse(200, sessionToJson(await throughline.sessions.undelete(param("id"))));
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/receipt",
    operationId: "readReceipt",
    summary: "Read what was erased of a session",
    description: "Kept for ever. Names kinds and counts, and no content. Needs the role writer.",
    role: "writer",
    answers: { 200: { description: "The receipt.", schema: receiptAnswer } },
    refusals: [404],
    async handle({ throughline, settings, param }) {
      return jsonResponse(200, receiptToJson(await throughline.sessions.receipt(param("id"), settings)));
    },
  },
  {
    method: "GET",
    path: "/trash",
    operationId: "listTrash",
    summary: "List deleted sessions that can be brought back",
    description:
      "Deleted last first. Needs the role writer: whoever may delete sessions may see those that are.",
    role: "writer",
    query: trashOptions,
    parameters: {
      limit: "At most so many. Default: 50.",
      cursor: "`next_cursor` of the page before.",
    },
    answers: { 200: { description: "A page of deleted sessions.", schema: trashAnswer } },
    async handle({ throughline, query, settings }) {
      const options = fromJsonNames(query) as TrashOptions;
      const { items, next } = await throughline.sessions.trash(options, settings);
      return jsonResponse(200, { items: items.map(deletedSessionToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "PUT",
    path: "/sessions/:id/hold",
    operationId: "holdSession",
    summary: "Hold a session",
    description:
      "Until it is released nobody deletes it, and no clean-up touches it. Again: it gets the new reason. Needs the role admin.",
    role: "admin",
    body: { schema: withJsonNames(holdInput), optional: true },
    answers: { 200: { description: "The hold.", schema: holdAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const hold = await throughline.sessions.hold(param("id"), fromJsonNames(body));
      return jsonResponse(200, holdToJson(hold));
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/hold",
    operationId: "getHold",
    summary: "Read why a session is held",
    answers: { 200: { description: "The hold.", schema: holdAnswer } },
    refusals: [404],
    async handle({ throughline, settings, param }) {
      const hold = await throughline.sessions.getHold(param("id"), settings);
      if (hold === undefined) throw notHeld(param("id"));
      return jsonResponse(200, holdToJson(hold));
    },
  },
  {
    method: "DELETE",
    path: "/sessions/:id/hold",
    operationId: "releaseSession",
    summary: "Let go of a session that is held",
    description: "Needs the role admin.",
    role: "admin",
    answers: { 204: { description: "Nobody holds it, or no longer." } },
    refusals: [404, 409],
    async handle({ throughline, param }) {
      await throughline.sessions.release(param("id"));
      return emptyResponse();
    },
  },
  {
    method: "POST",
    path: "/gc",
    operationId: "cleanUp",
    summary: "Clean up by the retention policy",
    description:
      "For the caller's tenant: marks sessions expired, puts them into the trash, erases what was there for long enough; removes memories that have ended, and what else nobody used for long or is too much, of each kind that has a limit; drops large values that nobody holds. The answer says what and why, for the first 1,000. `policy` has what is to differ from the server's own policy. An administrator of the server's own tenant also drops old entries of the change feed, of every tenant. When the caller goes away it stops, and the next one goes on.",
    role: "admin",
    body: { schema: cleanUpBody, optional: true },
    answers: { 200: { description: "What was done, or would be done.", schema: cleanUpAnswer } },
    refusals: [409],
    async handle({ throughline, body, settings, isOperator }) {
      const { dry_run: dryRun, policy } = body as v.InferOutput<typeof cleanUpBody>;
      const report = await throughline.gc({
        ...settings,
        ...(dryRun === undefined ? undefined : { dryRun }),
        ...(policy === undefined ? undefined : { policy: fromJsonNames(policy as object) }),
        // The feed is every tenant's.
        prune: isOperator,
      });
      return jsonResponse(200, cleanUpToJson(report));
    },
  },
];

async function deleteSession({ throughline, query, caller, param }: Call): Promise<Response> {
  const { erase = false, receipt = erase } = query as {
    readonly erase?: boolean;
    readonly receipt?: boolean;
  };
  if (erase && caller !== undefined) checkRole(caller, "admin");
  const given = await throughline.sessions.delete(param("id"), { erase });
  return receipt || erase ? jsonResponse(200, receiptToJson(given)) : emptyResponse();
}

function notHeld(session: string): ThroughlineError {
  return new ThroughlineError("not_found", `The session ${session} is not held.`, {
    reason: "hold",
    details: { session },
  });
}
