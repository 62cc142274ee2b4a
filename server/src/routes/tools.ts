/** What tools keep beside conversations. */
import {
  type CommandListInput,
  type RepoInput,
  type ToolSessionInput,
  type ToolSessionListInput,
  commandJson,
  commandListJson,
  commandToJson,
  fromJsonNames,
  repoJson,
  repoNames,
  repoToJson,
  toolNames,
  toolPageJson,
  toolSessionJson,
  toolSessionToJson,
} from "@throughline/core";
import * as v from "valibot";
import { emptyResponse, jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

const time = v.pipe(v.string(), v.isoTimestamp());
const text = v.nullable(v.string());

const toolSessionAnswer = v.strictObject({
  tool_session_id: v.string(),
  session_id: v.string(),
  tool_name: v.string(),
  tool_key: text,
  created_at: time,
  last_accessed: time,
});

const repoAnswer = v.strictObject({
  resource_key: v.string(),
  url: v.string(),
  ref: text,
  search_path: text,
  local_path: v.string(),
  commit: text,
  cloned_at: time,
  last_updated: time,
  last_accessed: time,
});

const commandAnswer = v.strictObject({
  user_id: v.string(),
  command: v.string(),
  usage_count: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  last_used: time,
});

function listOf(answer: v.GenericSchema): v.GenericSchema {
  return v.strictObject({ items: v.array(answer), next_cursor: text });
}

const page = { limit: "At most so many. Default: 50.", cursor: "`next_cursor` of the page before." };
const userId = { id: "The user's id." };
const resourceKey = { resource_key: "What names the clone, percent-encoded." };

export const toolRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/sessions/:id/tool-sessions",
    operationId: "getOrCreateToolSession",
    summary: "Look up the id of a tool's session, or make one",
    description:
      "All who ask for one tool and key get the same id. Without a `tool_key`, or with null, it is the tool's only one without a key.",
    body: { schema: toolSessionJson },
    answers: {
      201: { description: "It was made.", schema: toolSessionAnswer },
      200: { description: "It was there.", schema: toolSessionAnswer },
    },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const input = {
        ...fromJsonNames(body, toolNames),
        session: param("id"),
      } as unknown as ToolSessionInput;
      const { created, ...found } = await throughline.toolSessions.getOrCreate(input);
      return jsonResponse(created ? 201 : 200, toolSessionToJson(found));
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/tool-sessions",
    operationId: "listToolSessions",
    summary: "List the tool sessions of a session",
    query: toolPageJson,
    parameters: page,
    answers: { 200: { description: "A page of them.", schema: listOf(toolSessionAnswer) } },
    refusals: [404],
    async handle({ throughline, query, settings, param }) {
      const options = { ...fromJsonNames(query), session: param("id") } as ToolSessionListInput;
      const { items, next } = await throughline.toolSessions.list(options, settings);
      return jsonResponse(200, { items: items.map(toolSessionToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "DELETE",
    path: "/sessions/:id/tool-sessions",
    operationId: "deleteToolSession",
    summary: "Forget the id of a tool's session",
    query: toolSessionJson,
    parameters: { tool_name: "The tool.", tool_key: "The key; left out: the one without a key." },
    answers: { 204: { description: "It is not there, or no longer." } },
    refusals: [404, 409],
    async handle({ throughline, query, param }) {
      const input = {
        ...fromJsonNames(query, toolNames),
        session: param("id"),
      } as unknown as ToolSessionInput;
      await throughline.toolSessions.delete(input);
      return emptyResponse();
    },
  },
  {
    method: "POST",
    path: "/repo-cache",
    operationId: "cacheRepository",
    summary: "Note where a repository was cloned to",
    body: { schema: repoJson },
    answers: { 200: { description: "The clone as it is known now.", schema: repoAnswer } },
    refusals: [409],
    async handle({ throughline, body }) {
      const repo = await throughline.repoCache.set(fromJsonNames(body, repoNames) as unknown as RepoInput);
      return jsonResponse(200, repoToJson(repo));
    },
  },
  {
    method: "GET",
    path: "/repo-cache",
    operationId: "listRepositories",
    summary: "List clones, updated last first",
    query: toolPageJson,
    parameters: page,
    answers: { 200: { description: "A page of clones.", schema: listOf(repoAnswer) } },
    async handle({ throughline, query, settings }) {
      const { items, next } = await throughline.repoCache.list(fromJsonNames(query), settings);
      return jsonResponse(200, { items: items.map(repoToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "GET",
    path: "/repo-cache/:resource_key",
    operationId: "getRepository",
    summary: "Look up a clone",
    parameters: resourceKey,
    answers: { 200: { description: "The clone.", schema: repoAnswer } },
    refusals: [404],
    async handle({ throughline, settings, param }) {
      return jsonResponse(200, repoToJson(await throughline.repoCache.get(param("resource_key"), settings)));
    },
  },
  {
    method: "DELETE",
    path: "/repo-cache/:resource_key",
    operationId: "forgetRepository",
    summary: "Forget a clone; its folder stays as it is",
    parameters: resourceKey,
    answers: { 204: { description: "It is forgotten." } },
    refusals: [404, 409],
    async handle({ throughline, param }) {
      await throughline.repoCache.delete(param("resource_key"));
      return emptyResponse();
    },
  },
  {
    method: "POST",
    path: "/users/:id/commands",
    operationId: "recordCommand",
    summary: "Count that a user gave a command",
    parameters: userId,
    body: { schema: commandJson },
    answers: { 200: { description: "The command, with how often it was given.", schema: commandAnswer } },
    refusals: [409],
    async handle({ throughline, body, param }) {
      const command = body.command as string;
      return jsonResponse(
        200,
        commandToJson(await throughline.commands.record({ user: param("id"), command })),
      );
    },
  },
  {
    method: "GET",
    path: "/users/:id/commands",
    operationId: "listCommands",
    summary: "List the commands of a user",
    query: commandListJson,
    parameters: {
      ...userId,
      order: "`count`, most used first (default), or `recent`, last use first.",
      ...page,
    },
    answers: { 200: { description: "A page of commands.", schema: listOf(commandAnswer) } },
    async handle({ throughline, query, settings, param }) {
      const options = { ...fromJsonNames(query), user: param("id") } as CommandListInput;
      const { items, next } = await throughline.commands.list(options, settings);
      return jsonResponse(200, { items: items.map(commandToJson), next_cursor: next ?? null });
    },
  },
];
