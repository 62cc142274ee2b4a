import { type Kind, ThroughlineError } from "@throughline/core";
import type { ConnectionOptions } from "./connection.ts";

export interface HttpStoreOptions {
  /** Where the server is: `https://memory.example`, with a path where it is below one. Without user and password. */
  readonly url: string;
  /** Record kinds beside the product's. The server has to hold them, too. */
  readonly kinds?: readonly Kind[];
  /** Sent as `Authorization: Bearer …`. Default: no credentials, which servers on loopback take. */
  readonly token?: string;
  /** Further headers of each request; `tenant` is whose data it is about, undefined for all. Default: none. */
  readonly headers?: (tenant: string | undefined) => Readonly<Record<string, string>>;
  /** How long a request may take, in milliseconds. Default: 15,000. `check` and `prune` get ten times as long. */
  readonly timeoutMs?: number;
  /** Sends the requests, for those who need a proxy or certificates of their own. Default: the runtime's. */
  readonly fetch?: typeof fetch;
}

const optionNames: ReadonlySet<string> = new Set(["url", "kinds", "token", "headers", "timeoutMs", "fetch"]);
const defaultTimeoutMs = 15_000;

/** The options of the connection. @throws ThroughlineError `invalid` with reason `option` */
export function readOptions(options: HttpStoreOptions): ConnectionOptions {
  const unknown = Object.keys(options).find((name) => !optionNames.has(name));
  if (unknown !== undefined) throw invalidOption(`httpStore has no option ${unknown}.`, unknown);
  const { token, headers, timeoutMs = defaultTimeoutMs, fetch = globalThis.fetch } = options;
  if (!(Number.isSafeInteger(timeoutMs) && timeoutMs > 0)) {
    throw invalidOption("timeoutMs must be an integer from 1.", "timeoutMs");
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw invalidOption("A token has printable ASCII characters without spaces.", "token");
  }
  const { origin, pathname } = readUrl(options.url);
  const credentials = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  return {
    base: origin + pathname.replace(/\/+$/, ""),
    server: origin,
    timeoutMs,
    headers: (tenant) => ({ ...credentials, ...headers?.(tenant) }),
    // Browsers refuse it as a method of another object.
    fetch: (input, init) => fetch(input, init),
  };
}

function readUrl(url: string): URL {
  const parsed = URL.parse(url);
  const isUsable =
    parsed !== null &&
    (parsed.protocol === "http:" || parsed.protocol === "https:") &&
    parsed.username === "" &&
    parsed.password === "" &&
    parsed.search === "" &&
    parsed.hash === "";
  // What it was is not told: it may hold a password.
  if (!isUsable)
    throw invalidOption("The URL is http: or https: with a host, a port and a path only.", "url");
  return parsed;
}

function invalidOption(message: string, option: string): ThroughlineError {
  return new ThroughlineError("invalid", message, {
    reason: "option",
    outcome: "refused",
    details: { option },
  });
}
