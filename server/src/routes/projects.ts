/** Bodies of work, made when a session or a memory first names them. */
import {
  type ProjectChanges,
  type ProjectListOptions,
  type ProjectOfRepositoryInput,
  fromJsonNames,
  ownerReceiptToJson,
  projectChangesJson,
  projectListJson,
  projectOfRepositoryJson,
  projectToJson,
} from "@throughline/core";
import { ownerReceiptAnswer } from "../deletion-answers.ts";
import { projectAnswer, projectListAnswer } from "../memory-answers.ts";
import { deletionParameters, deletionQuery, ownerDeletion } from "../owner-deletion.ts";
import { jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

export const projectRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/projects",
    operationId: "projectOfRepository",
    summary: "Find the project of a repository, or make it",
    description:
      "However its remote is written, by SSH or HTTPS, a repository has one project; credentials in it are not kept. A new project's id is made of `name`, or of the repository's last name. `formerly` is what the repository was known by before: its project goes on.",
    body: { schema: projectOfRepositoryJson },
    answers: {
      200: { description: "The project that it has.", schema: projectAnswer },
      201: { description: "The project that was made.", schema: projectAnswer },
    },
    async handle({ throughline, body, settings }) {
      const input = fromJsonNames(body) as ProjectOfRepositoryInput;
      const { created, ...project } = await throughline.projects.ofRepository(input, settings);
      return jsonResponse(created ? 201 : 200, projectToJson(project));
    },
  },
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
  {
    method: "PATCH",
    path: "/projects/:project_id",
    operationId: "changeProject",
    summary: "Rename a project, or say which repository it is of",
    parameters: { project_id: "The project's id." },
    body: { schema: projectChangesJson, types: ["application/merge-patch+json", "application/json"] },
    answers: { 200: { description: "The project as it is now.", schema: projectAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, settings, param }) {
      const given = fromJsonNames(body) as ProjectChanges;
      return jsonResponse(
        200,
        projectToJson(await throughline.projects.update(param("project_id"), given, settings)),
      );
    },
  },
  {
    method: "DELETE",
    path: "/projects/:project_id",
    operationId: "deleteProject",
    summary: "Delete a project with all that is its",
    description:
      "Its sessions go to the trash, or with `erase` for ever, those in the trash too. Its memories, its resources and its record are gone at once. Where a session of it is held nothing is removed. Cut short, the same request goes on. Needs the role admin.",
    role: "admin",
    query: deletionQuery,
    parameters: { ...deletionParameters, project_id: "The project's id." },
    answers: {
      204: { description: "The project is deleted." },
      200: { description: "What was removed.", schema: ownerReceiptAnswer },
    },
    refusals: [404, 409],
    async handle(call) {
      return ownerDeletion(call, (erase) =>
        call.throughline.projects.delete(call.param("project_id"), { erase }),
      );
    },
  },
  {
    method: "GET",
    path: "/projects/:project_id/receipt",
    operationId: "readProjectReceipt",
    summary: "Read what was removed of a project",
    description: "Kept for ever. Names kinds, counts and sessions, and no content. Needs the role admin.",
    role: "admin",
    parameters: { project_id: "The project's id." },
    answers: { 200: { description: "The receipt.", schema: ownerReceiptAnswer } },
    refusals: [404],
    async handle({ throughline, settings, param }) {
      const receipt = await throughline.projects.receipt(param("project_id"), settings);
      return jsonResponse(200, ownerReceiptToJson(receipt));
    },
  },
];
