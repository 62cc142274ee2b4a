/** The store protocol: the contract's verbs over HTTP. The guard of this server's store checks what they ask. */
import {
  type Batch,
  type ChangesInput,
  type Kind,
  type PruneTimes,
  type ReadInput,
  type ReadRequest,
  STORE_PROTOCOL,
  type SearchInput,
  type StoreDescription,
  ThroughlineError,
  batchBody,
  changesBody,
  pruneBody,
  readBody,
  searchBody,
  writeReadResult,
} from "@throughline/core";
import * as v from "valibot";
import { checkOperator, checkRole } from "../caller.ts";
import { packageVersion } from "../package-version.ts";
import { emptyResponse, jsonResponse, jsonTextResponse } from "../problem-response.ts";
import type { Call, Route } from "../route.ts";
import {
  changesAnswer,
  checkAnswer,
  commitAnswer,
  readAnswer,
  storeAnswer,
  storeSearchAnswer,
} from "../store-answers.ts";

const version = packageVersion();

export const storeRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/store",
    operationId: "describeStore",
    summary: "Say what the store is",
    description:
      "For programs that use this server as their store: the version of the protocol, what the store can do, and the kinds of records that it holds.",
    answers: { 200: { description: "The store.", schema: storeAnswer } },
    async handle({ throughline: { store } }) {
      const description: StoreDescription = {
        product: "throughline",
        protocol: STORE_PROTOCOL,
        version,
        capabilities: store.capabilities,
        kinds: [...store.kinds.values()],
      };
      return jsonResponse(200, description);
    },
  },
  {
    method: "POST",
    path: "/store/commit",
    operationId: "commitBatch",
    summary: "Write a batch",
    description:
      "All of it or none, durable when it is answered. A caller who goes away does not undo it: with an operation id, sending the same again answers the first result.",
    body: { schema: batchBody },
    answers: { 200: { description: "What became of each write.", schema: commitAnswer } },
    refusals: [404, 409],
    async handle(call) {
      // Without the caller's signal: what was begun runs to its end.
      return jsonResponse(200, await call.throughline.store.commit(scopedBody(call) as unknown as Batch));
    },
  },
  {
    method: "POST",
    path: "/store/read",
    operationId: "readRecords",
    summary: "Read records",
    description:
      "All requests as of one position. A page that would make the answer long ends early, with `next` to go on from. `hidden` needs the role writer, and so does listing staged content, which is there for deleted sessions, too.",
    role: "reader",
    body: { schema: readBody },
    answers: { 200: { description: "An answer to each request.", schema: readAnswer } },
    async handle(call) {
      const { store } = call.throughline;
      const input = scopedBody(call) as unknown as ReadInput;
      checkSize(input.requests);
      // Whoever may delete and undelete sessions may see those that are deleted.
      if (call.caller !== undefined && input.requests.some((request) => showsDeleted(request, store.kinds))) {
        checkRole(call.caller, "writer");
      }
      const result = await store.read(input, call.settings);
      return jsonTextResponse(200, writeReadResult(result, input.requests, store.kinds));
    },
  },
  {
    method: "POST",
    path: "/store/search",
    operationId: "searchRecords",
    summary: "Search the text of messages",
    role: "reader",
    body: { schema: searchBody },
    answers: { 200: { description: "Hits, without their text.", schema: storeSearchAnswer } },
    async handle(call) {
      const input = scopedBody(call) as unknown as SearchInput;
      return jsonResponse(200, await call.throughline.store.search(input, call.settings));
    },
  },
  {
    method: "POST",
    path: "/store/changes",
    operationId: "readChanges",
    summary: "Follow what changes",
    role: "reader",
    body: { schema: changesBody },
    answers: { 200: { description: "Entries of the feed, without content.", schema: changesAnswer } },
    async handle(call) {
      const input = scopedBody(call) as unknown as ChangesInput;
      return jsonResponse(200, await call.throughline.store.changes(input, call.settings));
    },
  },
  {
    method: "POST",
    path: "/store/check",
    operationId: "checkStore",
    summary: "Look for damage",
    description: "In the data of every tenant: for administrators of the server's own tenant.",
    role: "admin",
    body: { schema: v.strictObject({}), optional: true },
    answers: { 200: { description: "What is wrong; nothing in a healthy store.", schema: checkAnswer } },
    async handle(call) {
      checkOperator(call);
      return jsonResponse(200, { problems: await call.throughline.store.check() });
    },
  },
  {
    method: "POST",
    path: "/store/prune",
    operationId: "pruneStore",
    summary: "Forget operations and changes from before a time",
    description: "Of every tenant: for administrators of the server's own tenant. Times are milliseconds.",
    role: "admin",
    body: { schema: pruneBody },
    answers: { 204: { description: "They are forgotten." } },
    async handle(call) {
      checkOperator(call);
      await call.throughline.store.prune(call.body as unknown as PruneTimes);
      return emptyResponse();
    },
  },
];

/** What a body asks, for the caller's tenant: a body that names another one is refused, rather than carried out here. */
function scopedBody({ body, throughline }: Call): Readonly<Record<string, unknown>> {
  const { tenant } = throughline;
  if (body.tenant !== undefined && body.tenant !== tenant) {
    throw new ThroughlineError("forbidden", "The credentials are those of another tenant.", {
      reason: "tenant",
      outcome: "refused",
    });
  }
  return { ...body, tenant };
}

/** Records that one read may ask for: all that it finds is in memory before it is answered. */
const READ_RECORDS = 4_000;

function checkSize(requests: readonly ReadRequest[]): void {
  const records = requests.reduce((sum, request) => sum + sizeOf(request), 0);
  if (records <= READ_RECORDS) return;
  throw new ThroughlineError("too_large", `A read may ask for ${READ_RECORDS} records, keys included.`, {
    reason: "read",
    outcome: "refused",
    details: { limit: READ_RECORDS, records },
  });
}

function sizeOf(request: ReadRequest): number {
  if (request.type === "get") return request.keys.length;
  return request.type === "query" ? request.limit : 0;
}

/**
 * Whether a request may show what belongs to deleted sessions. No session owns staged content: readers get it by the
 * hash that a message names, and can't look for it. Nor does one own imported files, which hold what was deleted since.
 */
function showsDeleted(request: ReadRequest, kinds: ReadonlyMap<string, Kind>): boolean {
  if (request.hidden === true || request.kind === "source_chunks") return true;
  return request.type !== "get" && kinds.get(request.kind)?.staged === true && request.prefix.length === 0;
}
