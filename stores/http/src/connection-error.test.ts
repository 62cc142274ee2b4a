/** What Node says of connections that came to nothing: the form of these errors was seen on real ones. */
import { expect, test } from "vitest";
import { connectionError } from "./connection-error.ts";

function failed(cause: object): TypeError {
  return new TypeError("fetch failed", { cause });
}

function failure(code: string, syscall?: string): Error {
  return Object.assign(new Error(code), { code, ...(syscall !== undefined && { syscall }) });
}

const refusedTwice = Object.assign(
  new AggregateError([failure("ECONNREFUSED", "connect"), failure("ECONNREFUSED", "connect")]),
  { code: "ECONNREFUSED" },
);
const half = Object.assign(
  new AggregateError([failure("ENETUNREACH", "connect"), failure("ECONNRESET", "read")]),
  { code: "ENETUNREACH" },
);

test.for<[string, unknown, string, string]>([
  ["nothing listens", failed(failure("ECONNREFUSED", "connect")), "cannot_connect", "refused"],
  ["nothing listens at any address", failed(refusedTwice), "cannot_connect", "refused"],
  ["no route", failed(failure("EHOSTUNREACH", "connect")), "cannot_connect", "refused"],
  ["no route any more", failed(failure("EHOSTUNREACH", "read")), "connection_lost", "unknown"],
  ["one address refused, one reset", failed(half), "connection_lost", "unknown"],
  ["no connection in time", failed(failure("UND_ERR_CONNECT_TIMEOUT")), "cannot_connect", "refused"],
  ["a port of another protocol", failed(new Error("bad port")), "cannot_connect", "refused"],
  ["an unknown host", failed(failure("ENOTFOUND", "getaddrinfo")), "host_not_found", "refused"],
  ["no name service", failed(failure("EAI_AGAIN", "getaddrinfo")), "host_not_found", "refused"],
  ["a certificate of its own", failed(failure("DEPTH_ZERO_SELF_SIGNED_CERT")), "tls", "refused"],
  ["a certificate of another host", failed(failure("ERR_TLS_CERT_ALTNAME_INVALID")), "tls", "refused"],
  ["an expired certificate", failed(failure("CERT_HAS_EXPIRED")), "tls", "refused"],
  ["no TLS", failed(failure("ERR_SSL_WRONG_VERSION_NUMBER")), "tls", "unknown"],
  ["a reset", failed(failure("ECONNRESET", "read")), "connection_lost", "unknown"],
  ["a broken pipe", failed(failure("EPIPE", "write")), "connection_lost", "unknown"],
  ["a closed socket", failed(failure("UND_ERR_SOCKET")), "connection_lost", "unknown"],
  [
    "a cut body",
    new TypeError("terminated", { cause: failure("UND_ERR_SOCKET") }),
    "connection_lost",
    "unknown",
  ],
  [
    "no HTTP",
    failed(Object.assign(new Error("?"), { name: "HTTPParserError" })),
    "foreign_answer",
    "unknown",
  ],
  ["what browsers say", new TypeError("Failed to fetch"), "connection_lost", "unknown"],
  ["something else", "odd", "connection_lost", "unknown"],
])("%s is %s, %s", ([, error, reason, outcome]) => {
  const made = connectionError(error, "http://x");
  expect(made).toMatchObject({ code: "unavailable", reason, outcome, cause: error });
  expect(made.message).toContain("http://x");
});
