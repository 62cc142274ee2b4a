import type { Throughline } from "@throughline/core";
import * as v from "valibot";
import { checkOperator, roles } from "../caller.ts";
import { createKey, forgetKey, keyFields, keyToJson, listKeys, revokeKey } from "../keys/key-store.ts";
import { emptyResponse, jsonResponse } from "../problem-response.ts";
import type { Call, Route } from "../route.ts";

const time = v.pipe(v.string("must be a time"), v.isoTimestamp("must be an ISO 8601 time with a zone"));
const nullableTime = v.nullable(v.pipe(v.string(), v.isoTimestamp()));

const keyAnswer = v.strictObject({
  key_id: v.string(),
  prefix: v.string(),
  tenant_id: v.string(),
  role: v.picklist(roles),
  name: v.string(),
  created_at: v.pipe(v.string(), v.isoTimestamp()),
  last_used_at: nullableTime,
  expires_at: nullableTime,
  revoked_at: nullableTime,
});

const description = "Keys concern every tenant: for administrators of the server's own tenant.";

export const keyRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/keys",
    operationId: "createKey",
    summary: "Make an API key",
    description: `${description} The answer is the only place where the key itself stands. \`tenant_id\` is the server's own tenant if it is left out.`,
    role: "admin",
    body: {
      schema: v.strictObject({
        tenant_id: v.optional(keyFields.tenant),
        role: keyFields.role,
        name: v.optional(keyFields.name),
        expires_at: v.optional(time),
      }),
    },
    answers: {
      201: {
        description: "The key, and what is kept of it.",
        schema: v.strictObject({ ...keyAnswer.entries, key: v.string() }),
      },
    },
    async handle(call) {
      const { store, tenant } = operated(call);
      const { tenant_id: owner = tenant, role, name, expires_at: end } = call.body as unknown as KeyBody;
      const { key, record } = await createKey(store, {
        tenant: owner,
        role,
        ...(name === undefined ? undefined : { name }),
        ...(end === undefined ? undefined : { expiresAt: new Date(end) }),
      });
      return jsonResponse(201, { ...keyToJson(record), key }, { location: `/keys/${record.keyId}` });
    },
  },
  {
    method: "GET",
    path: "/keys",
    operationId: "listKeys",
    summary: "List API keys, the newest first",
    description: `${description} All of them, on one page: also those that are revoked or have ended.`,
    role: "admin",
    answers: {
      200: {
        description: "The keys, without the keys themselves.",
        schema: v.strictObject({ items: v.array(keyAnswer), next_cursor: v.null() }),
      },
    },
    async handle(call) {
      const keys = await Array.fromAsync(listKeys(operated(call).store, call.settings));
      return jsonResponse(200, { items: keys.map(keyToJson), next_cursor: null });
    },
  },
  {
    method: "DELETE",
    path: "/keys/:key_id",
    operationId: "revokeKey",
    summary: "Revoke an API key",
    description: `${description} Within two seconds nobody can use it any more, and its event streams end.`,
    role: "admin",
    query: v.strictObject({ forget: v.optional(v.boolean("must be true or false")) }),
    parameters: {
      key_id: "The key's id, or its prefix.",
      forget: "Also removes what is known of the key. Default: false, so that it stays in the list.",
    },
    answers: { 204: { description: "It is revoked, also where it was before." } },
    refusals: [404],
    async handle(call) {
      const { store } = operated(call);
      const end = call.query["forget"] === true ? forgetKey : revokeKey;
      await end(store, call.param("key_id"));
      return emptyResponse();
    },
  },
];

interface KeyBody {
  readonly tenant_id?: string;
  readonly role: (typeof roles)[number];
  readonly name?: string;
  readonly expires_at?: string;
}

/** The services, for an operator only. */
function operated(call: Call): Throughline {
  checkOperator(call);
  return call.throughline;
}
