/** API keys as records of the store: made, listed, revoked. */
import {
  type CallOptions,
  type GuardedStore,
  type KeyValues,
  type Query,
  type Row,
  SYSTEM_TENANT,
  ThroughlineError,
  apiKeys,
  isThroughlineError,
  parseInput,
} from "@throughline/core";
import * as v from "valibot";
import { type Role, roles } from "../caller.ts";
import { hashOf, keyIdIn, makeKey, prefixOf } from "./key-text.ts";

/** What is known of a key: all but the key. */
export interface ApiKey {
  /** 16 hexadecimal digits. */
  readonly keyId: string;
  /** The beginning of the key: `tl_` and the id. */
  readonly prefix: string;
  /** The tenant whose data it opens. */
  readonly tenant: string;
  readonly role: Role;
  /** What a person calls it; may be empty. */
  readonly name: string;
  readonly createdAt: Date;
  /** To the minute, about. Null: never. */
  readonly lastUsedAt: Date | null;
  /** Null: never. */
  readonly expiresAt: Date | null;
  /** Null while it is good. */
  readonly revokedAt: Date | null;
}

export interface KeyInput {
  /** The tenant whose data it opens. Names that begin with `@` are the server's own. */
  readonly tenant: string;
  readonly role: Role;
  /** What a person calls it, at most 255 bytes. Default: none. */
  readonly name?: string;
  /** When it ends. Default: never. */
  readonly expiresAt?: Date;
}

const tenantName = "must be a name that does not begin with @";
const label = v.pipe(
  v.string("must be text"),
  v.check((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), "must have no control characters"),
  v.check((text) => Buffer.byteLength(text) <= 255, "must have at most 255 bytes"),
);

/** The fields of a key that is to be made, for every way to make one. */
export const keyFields = {
  tenant: v.pipe(label, v.regex(/^[^@]/, tenantName)),
  role: v.picklist(roles, "must be reader, writer or admin"),
  name: label,
};

const keyInput = v.strictObject({
  tenant: keyFields.tenant,
  role: keyFields.role,
  name: v.optional(keyFields.name, ""),
  expiresAt: v.optional(v.date("must be a time")),
});

/**
 * Makes a key. The answer is the only place where it ever stands: only its hash is kept.
 *
 * @throws ThroughlineError `invalid`, also where it would have ended already.
 */
export async function createKey(
  store: GuardedStore,
  input: KeyInput,
): Promise<{ readonly key: string; readonly record: ApiKey }> {
  const { tenant, role, name, expiresAt } = parseInput(keyInput, input, "key");
  const now = store.now();
  if (expiresAt !== undefined && !(expiresAt.getTime() > now)) {
    throw new ThroughlineError("invalid", "A key can't end before it begins.", {
      reason: "type",
      outcome: "refused",
    });
  }
  const { key, keyId } = makeKey();
  const record = {
    keyId,
    prefix: prefixOf(keyId),
    hash: hashOf(key),
    ownerTenant: tenant,
    role,
    name,
    createdAt: now,
    lastUsedAt: 0,
    expiresAt: expiresAt?.getTime() ?? 0,
    revokedAt: 0,
  };
  await store.commit({
    tenant: SYSTEM_TENANT,
    writes: [{ type: "insert", kind: apiKeys.name, record, exists: "fail" }],
  });
  return { key, record: toApiKey(record) };
}

/** Every key, the newest first: also those that are revoked or have ended. */
export async function* listKeys(
  store: GuardedStore,
  options: CallOptions = {},
): AsyncGenerator<ApiKey, void, undefined> {
  let after: KeyValues | undefined;
  do {
    const query: Query = {
      type: "query",
      kind: apiKeys.name,
      shape: "created",
      prefix: [],
      direction: "backward",
      limit: 200,
      ...(after === undefined ? undefined : { after }),
    };
    const { answers } = await store.read({ tenant: SYSTEM_TENANT, requests: [query] }, options);
    for (const row of answers[0].rows) yield toApiKey(row);
    after = answers[0].next;
  } while (after !== undefined);
}

/**
 * Ends a key for ever, wherever it is used: within two seconds.
 *
 * @param name its id, its prefix, or the key itself
 * @throws ThroughlineError `not_found` with reason `api_key`
 */
export async function revokeKey(store: GuardedStore, name: string): Promise<ApiKey> {
  const found = await findKey(store, name);
  if (found.revokedAt !== null) return found;
  const revokedAt = store.now();
  await store.commit({
    tenant: SYSTEM_TENANT,
    writes: [{ type: "update", kind: apiKeys.name, key: [found.keyId], set: { revokedAt } }],
  });
  return { ...found, revokedAt: new Date(revokedAt) };
}

/**
 * Removes all that is known of a key, which ends it as well. A server on loopback whose store knows no key any more is
 * open to everybody on the machine again.
 *
 * @throws ThroughlineError `not_found` with reason `api_key`
 */
export async function forgetKey(store: GuardedStore, name: string): Promise<ApiKey> {
  const found = await findKey(store, name);
  await store.commit({
    tenant: SYSTEM_TENANT,
    writes: [{ type: "remove", kind: apiKeys.name, key: [found.keyId] }],
  });
  return found;
}

/** Whether the store has ever had a key that was not forgotten. Revoked ones count: revoking never opens a server. */
export async function knowsKeys(store: GuardedStore): Promise<boolean> {
  if (!keepsKeys(store)) return false;
  try {
    for await (const _ of listKeys(store)) return true;
    return false;
  } catch (error) {
    if (isOfOneTenant(error)) return false;
    throw error;
  }
}

/** Whether the store has a key that opens something now. */
export async function hasGoodKey(store: GuardedStore): Promise<boolean> {
  if (!keepsKeys(store)) return false;
  try {
    for await (const { expiresAt, revokedAt } of listKeys(store)) {
      if (revokedAt === null && (expiresAt === null || expiresAt.getTime() > store.now())) return true;
    }
    return false;
  } catch (error) {
    if (isOfOneTenant(error)) return false;
    throw error;
  }
}

/** Whether the store was opened with the kind: one of somebody else's making may have left it out. */
export function keepsKeys(store: GuardedStore): boolean {
  return store.kinds.has(apiKeys.name);
}

/** A store that is another server shows the data of one tenant: its keys are that server's, and none are this one's. */
export function isOfOneTenant(error: unknown): boolean {
  return isThroughlineError(error) && error.code === "forbidden" && error.reason === "tenant";
}

async function findKey(store: GuardedStore, name: string): Promise<ApiKey> {
  const keyId = keyIdIn(name);
  if (keyId !== undefined) {
    const { answers } = await store.read({
      tenant: SYSTEM_TENANT,
      requests: [{ type: "get", kind: apiKeys.name, keys: [[keyId]] }],
    });
    const row = answers[0][0];
    if (row !== undefined) return toApiKey(row);
  }
  throw new ThroughlineError("not_found", "There is no such key.", {
    reason: "api_key",
    outcome: "refused",
  });
}

/** A key as its record has it. */
export function toApiKey(row: Omit<Row, "revision">): ApiKey {
  return {
    keyId: row.keyId as string,
    prefix: row.prefix as string,
    tenant: row.ownerTenant as string,
    role: row.role as Role,
    name: row.name as string,
    createdAt: new Date(row.createdAt as number),
    lastUsedAt: dateOf(row.lastUsedAt as number),
    expiresAt: dateOf(row.expiresAt as number),
    revokedAt: dateOf(row.revokedAt as number),
  };
}

function dateOf(milliseconds: number): Date | null {
  return milliseconds === 0 ? null : new Date(milliseconds);
}

/** A key in JSON. */
export interface ApiKeyJson {
  readonly key_id: string;
  readonly prefix: string;
  readonly tenant_id: string;
  readonly role: Role;
  readonly name: string;
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

export function keyToJson(key: ApiKey): ApiKeyJson {
  return {
    key_id: key.keyId,
    prefix: key.prefix,
    tenant_id: key.tenant,
    role: key.role,
    name: key.name,
    created_at: key.createdAt.toISOString(),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}
