/** What projects, users and sessions remember. */
import {
  type DuplicateSearchInput,
  type MemoryChanges,
  type MemoryComparisonInput,
  type MemoryHistoryInput,
  type MemoryInput,
  type MemoryListInput,
  type MemoryMergeInput,
  type MemoryName,
  type MemoryOwner,
  type MemoryRestoreInput,
  type MemorySuccessorInput,
  type SavedMemory,
  duplicateSearchJson,
  duplicatesToJson,
  fromJsonNames,
  memoryChangesJson,
  memoryComparisonJson,
  memoryComparisonToJson,
  memoryFromJson,
  memoryHistoryJson,
  memoryJson,
  memoryListJson,
  memoryListNames,
  memoryMergeJson,
  memoryRestoreJson,
  memorySuccessorJson,
  memoryToJson,
  memoryVersionToJson,
} from "@throughline/core";
import {
  duplicatesAnswer,
  memoriesAnswer,
  memoryAnswer,
  memoryComparisonAnswer,
  memoryHistoryAnswer,
  savedMemoryAnswer,
} from "../memory-answers.ts";
import { operationHeaders, operationOf } from "../operation-of.ts";
import { emptyResponse, jsonResponse } from "../problem-response.ts";
import type { Call, Route } from "../route.ts";

const scopes = ["project", "user", "session"] as const;
type Scope = (typeof scopes)[number];

const titles = { project: "Project", user: "User", session: "Session" } as const;
const keyText = "The memory's key, percent-encoded.";
const pages = { limit: "At most so many. Default: 20.", cursor: "`next_cursor` of the page before." };

function ownerOf(scope: Scope, call: Call): MemoryOwner {
  return { [scope]: call.param("id") };
}

/** How an answer says whose memories it is about. */
function ownerJson(scope: Scope, call: Call): Readonly<Record<string, string>> {
  return { [`${scope}_id`]: call.param("id") };
}

/** The routes of one scope: the same for each. */
function routesOf(scope: Scope): readonly Route[] {
  const path = `/${scope}s/:id/memories`;
  const id = { id: `The ${scope}'s id.` };
  const nameOf = (call: Call): MemoryName => ({ ...ownerOf(scope, call), key: call.param("key") });
  return [
    {
      method: "POST",
      path,
      operationId: `set${titles[scope]}Memory`,
      summary: `Remember something for a ${scope}`,
      description:
        "A key that is there gets a new version: the same `memory_id`, its time to live from now; metadata and time to live stay where they are left out. `expected_version` (0: there must be none) refuses it with 409 when somebody else was faster. An operation id makes it safe to repeat: the same again answers 200.",
      parameters: id,
      headers: operationHeaders,
      body: { schema: memoryJson },
      answers: {
        201: { description: "It is remembered.", schema: savedMemoryAnswer },
        200: { description: "It had been, under the same operation id.", schema: savedMemoryAnswer },
      },
      refusals: scope === "session" ? [404, 409] : [409],
      async handle(call) {
        const { throughline, request, body } = call;
        const input = { ...memoryFromJson(body), ...ownerOf(scope, call), ...operationOf(request, body) };
        const memory = await throughline.memories.set(input as MemoryInput);
        return jsonResponse(memory.replayed ? 200 : 201, savedToJson(memory, ownerJson(scope, call)), {
          location: `/memories/${memory.memoryId}`,
        });
      },
    },
    {
      method: "GET",
      path,
      operationId: `list${titles[scope]}Memories`,
      summary: `List what a ${scope} remembers`,
      description:
        "Most recently accessed first; with `key` the one memory that has it. Reading counts, and answers tell how it was before. With `q`, and where values come to more than 16 MiB, a page may be short and go on.",
      query: memoryListJson,
      parameters: {
        ...id,
        key: "Only the memory with this key: 404 where there is none.",
        q: "Words that all occur in the key or the value, as in a search.",
        ...pages,
      },
      answers: { 200: { description: "The memories, or the memory.", schema: memoriesAnswer } },
      refusals: [404],
      async handle(call) {
        const { throughline, query, settings } = call;
        const { key, ...rest } = fromJsonNames(query, memoryListNames);
        const owner = ownerJson(scope, call);
        if (key !== undefined) {
          const name = { ...ownerOf(scope, call), key: key as string };
          const memory = await throughline.memories.get(name, settings);
          return jsonResponse(200, { ...owner, memory: memoryToJson(memory) });
        }
        const options = { ...rest, ...ownerOf(scope, call) } as MemoryListInput;
        const { items, next } = await throughline.memories.list(options, settings);
        const memories = items.map(memoryToJson);
        return jsonResponse(200, { ...owner, memories, count: memories.length, next_cursor: next ?? null });
      },
    },
    {
      method: "DELETE",
      path: `${path}/:key`,
      operationId: `delete${titles[scope]}Memory`,
      summary: `Delete a memory of a ${scope}, with all its versions`,
      parameters: { ...id, key: keyText },
      answers: { 204: { description: "It is deleted." } },
      refusals: [404, 409],
      handle: async (call) => remove(call, nameOf(call)),
    },
    {
      method: "GET",
      path: `${path}/:key/versions`,
      operationId: `list${titles[scope]}MemoryVersions`,
      summary: `List the versions of a memory of a ${scope}, newest first`,
      query: memoryHistoryJson,
      parameters: { ...id, key: keyText, ...pages },
      answers: { 200: { description: "A page of versions.", schema: memoryHistoryAnswer } },
      refusals: [404],
      handle: async (call) => listVersions(call, nameOf(call)),
    },
    {
      method: "POST",
      path: `${path}/:key/restore`,
      operationId: `restore${titles[scope]}Memory`,
      summary: `Bring an older version of a memory of a ${scope} back, as a new one`,
      parameters: { ...id, key: keyText },
      headers: operationHeaders,
      body: { schema: memoryRestoreJson },
      answers: { 200: { description: "The memory as it is now.", schema: memoryAnswer } },
      refusals: [404, 409],
      handle: async (call) => restore(call, nameOf(call)),
    },
    {
      method: "GET",
      path: `/${scope}s/:id/duplicate-memories`,
      operationId: `find${titles[scope]}Duplicates`,
      summary: `Find memories of a ${scope} whose values are nearly the same`,
      description:
        "Among the 1,000 that were accessed last. Alike are values that share most of their runs of three characters, among the first 2,000 of each. Nothing is changed, and nothing counts as read.",
      query: duplicateSearchJson,
      parameters: { ...id, threshold: "From 0.5 to 1: the share. Default: 0.85." },
      answers: { 200: { description: "Groups of memories.", schema: duplicatesAnswer } },
      refusals: [404],
      async handle(call) {
        const { throughline, query, settings } = call;
        const options = { ...fromJsonNames(query), ...ownerOf(scope, call) } as DuplicateSearchInput;
        return jsonResponse(
          200,
          duplicatesToJson(await throughline.memories.findDuplicates(options, settings)),
        );
      },
    },
  ];
}

const memoryId = { memory_id: "The memory's id: `mem_…`." };
const one = "/memories/:memory_id";
const nameOf = (call: Call): string => call.param("memory_id");

export const memoryRoutes: readonly Route[] = [
  ...scopes.flatMap(routesOf),
  {
    method: "POST",
    path: "/memories/merge",
    operationId: "mergeMemories",
    summary: "Let one memory take the place of others",
    description:
      "`ids` names up to 12, of one project, user or session; `into` the memory that stays, by `id`, or by `key`, which is made if it is not there. It gets a new version; the others are in no list any more.",
    headers: operationHeaders,
    body: { schema: memoryMergeJson },
    answers: { 200: { description: "The memory that stays.", schema: memoryAnswer } },
    refusals: [404, 409],
    async handle({ throughline, request, body }) {
      const { ids, into, ...content } = memoryFromJson(body) as unknown as MemoryMergeInput;
      const given = { ...content, ...operationOf(request, body) };
      return jsonResponse(200, memoryToJson(plain(await throughline.memories.merge(ids, into, given))));
    },
  },
  {
    method: "GET",
    path: one,
    operationId: "getMemory",
    summary: "Read a memory by its id",
    description: "Also one whose place another took. It counts as read.",
    parameters: memoryId,
    answers: { 200: { description: "The memory.", schema: memoryAnswer } },
    refusals: [404],
    async handle(call) {
      const memory = await call.throughline.memories.getById(nameOf(call), call.settings);
      return jsonResponse(200, memoryToJson(memory));
    },
  },
  {
    method: "PATCH",
    path: one,
    operationId: "changeMemory",
    summary: "Change a memory's metadata or time to live",
    description:
      "Without a new version. `metadata` is a JSON merge patch; `ttl_seconds` counts from now, null: it stays.",
    parameters: memoryId,
    body: { schema: memoryChangesJson, types: ["application/merge-patch+json", "application/json"] },
    answers: { 200: { description: "The memory as it is now.", schema: memoryAnswer } },
    refusals: [404, 409],
    async handle(call) {
      const changes = fromJsonNames(call.body) as MemoryChanges;
      return jsonResponse(200, memoryToJson(await call.throughline.memories.update(nameOf(call), changes)));
    },
  },
  {
    method: "DELETE",
    path: one,
    operationId: "deleteMemory",
    summary: "Delete a memory, with all its versions",
    parameters: memoryId,
    answers: { 204: { description: "It is deleted." } },
    refusals: [404, 409],
    handle: async (call) => remove(call, nameOf(call)),
  },
  {
    method: "GET",
    path: `${one}/versions`,
    operationId: "listMemoryVersions",
    summary: "List the versions of a memory, newest first",
    query: memoryHistoryJson,
    parameters: { ...memoryId, ...pages },
    answers: { 200: { description: "A page of versions.", schema: memoryHistoryAnswer } },
    refusals: [404],
    handle: async (call) => listVersions(call, nameOf(call)),
  },
  {
    method: "GET",
    path: `${one}/compare`,
    operationId: "compareMemoryVersions",
    summary: "Compare two versions of a memory",
    query: memoryComparisonJson,
    parameters: { ...memoryId, from: "The number of a version.", to: "The number of another." },
    answers: { 200: { description: "What differs, in whole lines.", schema: memoryComparisonAnswer } },
    refusals: [404],
    async handle(call) {
      const versions = fromJsonNames(call.query) as MemoryComparisonInput;
      const comparison = await call.throughline.memories.compare(nameOf(call), versions, call.settings);
      return jsonResponse(200, memoryComparisonToJson(comparison));
    },
  },
  {
    method: "POST",
    path: `${one}/restore`,
    operationId: "restoreMemory",
    summary: "Bring an older version of a memory back, as a new one",
    parameters: memoryId,
    headers: operationHeaders,
    body: { schema: memoryRestoreJson },
    answers: { 200: { description: "The memory as it is now.", schema: memoryAnswer } },
    refusals: [404, 409],
    handle: async (call) => restore(call, nameOf(call)),
  },
  {
    method: "POST",
    path: `${one}/supersede`,
    operationId: "supersedeMemory",
    summary: "Put another memory in the place of one",
    description:
      "Instead of overwriting it: the old one is in no list any more, and stays readable by its id. Without a `key` the new one has the key of the old.",
    parameters: memoryId,
    headers: operationHeaders,
    body: { schema: memorySuccessorJson },
    answers: { 200: { description: "The memory that took its place.", schema: memoryAnswer } },
    refusals: [404, 409],
    async handle(call) {
      const { throughline, request, body } = call;
      const input = {
        ...memoryFromJson(body),
        ...operationOf(request, body),
      } as unknown as MemorySuccessorInput;
      return jsonResponse(
        200,
        memoryToJson(plain(await throughline.memories.supersede(nameOf(call), input))),
      );
    },
  },
];

async function remove({ throughline }: Call, name: MemoryName): Promise<Response> {
  await throughline.memories.delete(name);
  return emptyResponse();
}

async function listVersions({ throughline, query, settings }: Call, name: MemoryName): Promise<Response> {
  const options = fromJsonNames(query) as MemoryHistoryInput;
  const { items, next } = await throughline.memories.history(name, options, settings);
  return jsonResponse(200, { items: items.map(memoryVersionToJson), next_cursor: next ?? null });
}

async function restore({ throughline, request, body }: Call, name: MemoryName): Promise<Response> {
  const input = { ...fromJsonNames(body), ...operationOf(request, body) } as unknown as MemoryRestoreInput;
  return jsonResponse(200, memoryToJson(plain(await throughline.memories.restore(name, input))));
}

/** What was stored, in few words: what the caller gave is not said again. */
function savedToJson(memory: SavedMemory, owner: Readonly<Record<string, string>>) {
  const { memoryId: id, key, version, expiresAt } = memory;
  return {
    memory_id: id,
    ...owner,
    key,
    version,
    expires_at: expiresAt?.toISOString() ?? null,
    message: version === 1 ? "Memory created successfully" : "Memory updated successfully",
  };
}

function plain({ created: _created, replayed: _replayed, ...memory }: SavedMemory) {
  return memory;
}
