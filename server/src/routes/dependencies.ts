/** What resources depend on. */
import {
  type DependencyListInput,
  type GivenDependencies,
  dependencyListJson,
  dependencyToJson,
  fromJsonNames,
  givenDependenciesJson,
  referringContentJson,
} from "@throughline/core";
import { dependencyListAnswer, foundAnswer, replacedAnswer } from "../context-answers.ts";
import { emptyResponse, jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

const page = { limit: "At most so many. Default: 50.", cursor: "`next_cursor` of the page before." };
const parameters = { resource_id: "The resource's id." };

export const dependencyRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/resources/:resource_id/dependencies",
    operationId: "listDependencies",
    summary: "List what a resource depends on, by path",
    query: dependencyListJson,
    parameters: { ...parameters, ...page },
    answers: { 200: { description: "A page of dependencies.", schema: dependencyListAnswer } },
    refusals: [404],
    async handle({ throughline, query, settings, param }) {
      const options = { ...(fromJsonNames(query) as DependencyListInput), ...settings };
      const { items, next } = await throughline.resources.dependencies(param("resource_id"), options);
      return jsonResponse(200, { items: items.map(dependencyToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "GET",
    path: "/resources/:resource_id/dependents",
    operationId: "listDependents",
    summary: "List what depends on a resource",
    query: dependencyListJson,
    parameters: { ...parameters, ...page },
    answers: { 200: { description: "A page of resources that depend on it.", schema: dependencyListAnswer } },
    refusals: [404],
    async handle({ throughline, query, settings, param }) {
      const options = { ...(fromJsonNames(query) as DependencyListInput), ...settings };
      const { items, next } = await throughline.resources.dependents(param("resource_id"), options);
      return jsonResponse(200, { items: items.map(dependencyToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "PUT",
    path: "/resources/:resource_id/dependencies",
    operationId: "setDependencies",
    summary: "Say what a resource depends on",
    description:
      "At most 400 paths of the same project, in the place of those that were given before: all of them or none. What was found in its content stays.",
    parameters,
    body: { schema: givenDependenciesJson },
    answers: { 200: { description: "How many there are, and what changed.", schema: replacedAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const given = body.dependencies as GivenDependencies;
      return jsonResponse(200, {
        ...(await throughline.resources.setDependencies(param("resource_id"), given)),
      });
    },
  },
  {
    method: "POST",
    path: "/resources/:resource_id/dependencies",
    operationId: "findDependencies",
    summary: "Find what a resource depends on in its content",
    description:
      "Imports and links of TypeScript, JavaScript, Python and Markdown, told by the path, in the place of those that were found before: at most 400, from the first 2,000 different references, and `omitted` counts the rest. What was given stays. The content is not kept.",
    parameters,
    body: { schema: referringContentJson },
    answers: { 200: { description: "How many were found, and what changed.", schema: foundAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const content = body.content as string;
      return jsonResponse(200, {
        ...(await throughline.resources.findDependencies(param("resource_id"), content)),
      });
    },
  },
  {
    method: "DELETE",
    path: "/resources/:resource_id",
    operationId: "deleteResource",
    summary: "Forget a resource and what it depends on",
    description:
      "Sessions that touched it keep its path, and the score that they gave it; what depends on it goes on to do so.",
    parameters,
    answers: { 204: { description: "It is gone." } },
    refusals: [404],
    async handle({ throughline, param }) {
      await throughline.resources.delete(param("resource_id"));
      return emptyResponse();
    },
  },
];
