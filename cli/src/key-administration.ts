/** Who makes, lists and revokes API keys: the store itself, or the server that is the store. */
import { type Throughline, ThroughlineError, fromProblem } from "@throughline/core";
import {
  type ApiKeyJson,
  type KeyInput,
  createKey,
  forgetKey,
  keyIdIn,
  keyToJson,
  listKeys,
  revokeKey,
} from "@throughline/server";
import type { ResolvedConfiguration } from "./configuration/resolve-configuration.ts";
import { maskSecrets } from "./mask-secrets.ts";
import { parseStoreUrl } from "./stores/store-url.ts";

/** A key that was just made. */
type NewKeyJson = ApiKeyJson & { readonly key: string };

export interface KeyAdministration {
  create(input: Omit<KeyInput, "tenant"> & { readonly tenant?: string }): Promise<NewKeyJson>;
  list(): Promise<readonly ApiKeyJson[]>;
  /** @param name the key's id, its prefix, or the key itself */
  revoke(name: string): Promise<void>;
  /** Revokes it, and removes what is known of it. */
  forget(name: string): Promise<void>;
}

/** A server keeps its keys from those who use it as a store, so it is asked by its own routes for them. */
export function administerKeys(
  { store, tenant }: Throughline,
  { settings }: ResolvedConfiguration,
): KeyAdministration {
  const location = parseStoreUrl(settings.store);
  if (location.type === "http") return overHttp(location.url, settings.apiKey);
  return {
    async create(input) {
      const { key, record } = await createKey(store, { ...input, tenant: input.tenant ?? tenant });
      return { ...keyToJson(record), key };
    },
    list: async () => (await Array.fromAsync(listKeys(store))).map(keyToJson),
    revoke: async (name) => void (await revokeKey(store, name)),
    forget: async (name) => void (await forgetKey(store, name)),
  };
}

function overHttp(url: string, apiKey: string | null): KeyAdministration {
  const base = url.replace(/\/+$/, "");
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await answerTo(`${base}/v1/keys${path}`, {
      method,
      headers: {
        ...(apiKey === null ? undefined : { authorization: `Bearer ${apiKey}` }),
        ...(body === undefined ? undefined : { "content-type": "application/json" }),
      },
      ...(body === undefined ? undefined : { body: JSON.stringify(body) }),
      redirect: "manual",
    });
    const text = await response.text();
    if (!response.ok) throw fromProblem(response.status, parse(text));
    return parse(text);
  };
  // A key may be named by all of it, and URLs are written down on their way: only its id goes there.
  const pathOf = (name: string): string => {
    const keyId = keyIdIn(name);
    if (keyId !== undefined) return `/${keyId}`;
    throw new ThroughlineError("not_found", "There is no such key.", {
      reason: "api_key",
      outcome: "refused",
    });
  };
  return {
    create: async ({ tenant, role, name, expiresAt }) =>
      (await send("POST", "", { tenant_id: tenant, role, name, expires_at: expiresAt })) as NewKeyJson,
    list: async () => ((await send("GET", "")) as { readonly items: readonly ApiKeyJson[] }).items,
    revoke: async (name) => void (await send("DELETE", pathOf(name))),
    forget: async (name) => void (await send("DELETE", `${pathOf(name)}?forget=true`)),
  };
}

async function answerTo(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (cause) {
    throw new ThroughlineError("unavailable", `No answer came from ${maskSecrets(url)}.`, {
      reason: "connection_lost",
      cause,
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
