/** Bodies of work, made when a session or a memory first names them. */
import { type ProjectListOptions, fromJsonNames, projectListJson, projectToJson } from "@throughline/core";
import { projectAnswer, projectListAnswer } from "../memory-answers.ts";
import { jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

export const projectRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/projects",
    operationId: "listProjects",
    summary: "List projects, newest first",
    query: projectListJson,
    parameters: { limit: "At most so many. Default: 50.", cursor: "`next_cursor` of the page before." },
    answers: { 200: { description: "A page of projects.", schema: projectListAnswer } },
    async handle({ throughline, query, settings }) {
      const options = fromJsonNames(query) as ProjectListOptions;
      const { items, next } = await throughline.projects.list(options, settings);
      return jsonResponse(200, { items: items.map(projectToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "GET",
    path: "/projects/:project_id",
    operationId: "getProject",
    summary: "Read a project",
    parameters: { project_id: "The project's id." },
    answers: { 200: { description: "The project.", schema: projectAnswer } },
    refusals: [404],
    async handle({ throughline, settings, param }) {
      return jsonResponse(200, projectToJson(await throughline.projects.get(param("project_id"), settings)));
    },
  },
];
