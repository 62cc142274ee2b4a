/** What holds just now for a user or a session. */
import { type WorkingMemory, workingMemoryPatch } from "@throughline/core";
import { workingMemoryAnswer } from "../memory-answers.ts";
import { emptyResponse, jsonResponse } from "../problem-response.ts";
import type { Call, Route } from "../route.ts";

const scopes = ["user", "session"] as const;
type Scope = (typeof scopes)[number];
const titles = { user: "User", session: "Session" } as const;

function routesOf(scope: Scope): readonly Route[] {
  const path = `/${scope}s/:id/working-memory`;
  const parameters = { id: `The ${scope}'s id.` };
  const ownerOf = (call: Call) => ({ [scope]: call.param("id") });
  const isOfSession = scope === "session";
  const answer = (call: Call, { fields, updatedAt }: WorkingMemory): Response =>
    jsonResponse(200, {
      [`${scope}_id`]: call.param("id"),
      working_memory: fields,
      updated_at: updatedAt?.toISOString() ?? null,
    });
  return [
    {
      method: "GET",
      path,
      operationId: `get${titles[scope]}WorkingMemory`,
      summary: `Read the working memory of a ${scope}`,
      parameters,
      answers: { 200: { description: "All of its fields.", schema: workingMemoryAnswer } },
      ...(isOfSession && { refusals: [404] }),
      async handle(call) {
        return answer(call, await call.throughline.workingMemory.get(ownerOf(call), call.settings));
      },
    },
    {
      method: "PATCH",
      path,
      operationId: `change${titles[scope]}WorkingMemory`,
      summary: `Change fields of the working memory of a ${scope}`,
      description:
        "A JSON merge patch (RFC 7396): null takes a field out, objects are merged, anything else replaces. Programs that change different fields, or members of one, lose nothing of each other. At most 100 fields and 1 MiB.",
      parameters,
      body: { schema: workingMemoryPatch, types: ["application/merge-patch+json", "application/json"] },
      answers: { 200: { description: "All fields as they are now.", schema: workingMemoryAnswer } },
      refusals: isOfSession ? [404, 409] : [409],
      async handle(call) {
        return answer(call, await call.throughline.workingMemory.update(ownerOf(call), call.body));
      },
    },
    {
      method: "DELETE",
      path,
      operationId: `clear${titles[scope]}WorkingMemory`,
      summary: `Take all fields out of the working memory of a ${scope}`,
      parameters,
      answers: { 204: { description: "It is empty." } },
      refusals: isOfSession ? [404, 409] : [409],
      async handle(call) {
        await call.throughline.workingMemory.clear(ownerOf(call));
        return emptyResponse();
      },
    },
  ];
}

export const workingMemoryRoutes: readonly Route[] = scopes.flatMap(routesOf);
