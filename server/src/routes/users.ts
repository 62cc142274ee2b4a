/** Users, who have no record: they are there as long as anything is theirs. */
import { ownerReceiptToJson } from "@throughline/core";
import { ownerReceiptAnswer } from "../deletion-answers.ts";
import { deletionParameters, deletionQuery, ownerDeletion } from "../owner-deletion.ts";
import { jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

export const userRoutes: readonly Route[] = [
  {
    method: "DELETE",
    path: "/users/:id",
    operationId: "deleteUser",
    summary: "Delete a user with all that is theirs",
    description:
      "Their sessions go to the trash, or with `erase` for ever, those in the trash too. Their memories, working memory and command usage are gone at once. What others have learned from their sessions stays, and the receipt counts it. Where a session of theirs is held nothing is removed. Cut short, the same request goes on. Needs the role admin.",
    role: "admin",
    query: deletionQuery,
    parameters: { ...deletionParameters, id: "The user's id." },
    answers: {
      204: { description: "The user is deleted." },
      200: { description: "What was removed.", schema: ownerReceiptAnswer },
    },
    refusals: [404, 409],
    async handle(call) {
      return ownerDeletion(call, (erase) => call.throughline.users.delete(call.param("id"), { erase }));
    },
  },
  {
    method: "GET",
    path: "/users/:id/receipt",
    operationId: "readUserReceipt",
    summary: "Read what was removed of a user",
    description: "Kept for ever. Names kinds, counts and sessions, and no content. Needs the role admin.",
    role: "admin",
    parameters: { id: "The user's id." },
    answers: { 200: { description: "The receipt.", schema: ownerReceiptAnswer } },
    refusals: [404],
    async handle({ throughline, settings, param }) {
      return jsonResponse(200, ownerReceiptToJson(await throughline.users.receipt(param("id"), settings)));
    },
  },
];
