/**
 * Keeps web pages of other sites away from a server on this machine: a page can send requests here, and by rebinding its
 * own name to 127.0.0.1 it could read the answers. So both the host that a request names and the page it comes from have
 * to be known.
 */
import { ThroughlineError } from "@throughline/core";

const loopbackHost = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

export interface OriginRules {
  /** Hosts beside the loopback names, in lower case: `name` at any port, or `name:port`. */
  readonly hosts: ReadonlySet<string>;
}

/** Whether a Host header names this server. */
export function isKnownHost(host: string, { hosts }: OriginRules): boolean {
  if (loopbackHost.test(host)) return true;
  const name = host.toLowerCase();
  return hosts.has(name) || hosts.has(name.replace(/:\d{1,5}$/, ""));
}

/** Refuses a request for a foreign host, or from a page of a foreign site. */
export function checkOrigin(request: Request, rules: OriginRules): void {
  const target = /^https?:\/\/([^/?#]*)/.exec(request.url)?.[1] ?? "";
  const host = request.headers.get("host") ?? target;
  // A request line can hold a whole URL beside the Host header: then both count.
  if (!isKnownHost(host, rules) || !isKnownHost(target, rules)) throw foreignHost(host);
  const origin = request.headers.get("origin");
  if (origin !== null && !isKnownOrigin(origin, rules)) {
    throw new ThroughlineError("forbidden", "Pages of other sites can't use this server.", {
      reason: "origin",
      outcome: "refused",
      details: { origin },
    });
  }
}

/** The refusal of a request that names a foreign host. */
export function foreignHost(host: string): ThroughlineError {
  return new ThroughlineError("forbidden", "This server does not answer for this host.", {
    reason: "host",
    outcome: "refused",
    details: { host },
  });
}

function isKnownOrigin(origin: string, rules: OriginRules): boolean {
  const match = /^https?:\/\/([^/?#@]+)$/i.exec(origin);
  return match?.[1] !== undefined && isKnownHost(match[1], rules);
}
