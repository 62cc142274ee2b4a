/** A server on a port of this machine. */
import {
  STATUS_CODES,
  type Server as HttpServer,
  type RequestListener,
  type ServerResponse,
  createServer as createHttpServer,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { ThroughlineError } from "@throughline/core";
import { foreignHost } from "./check-origin.ts";
import type { Server } from "./create-server.ts";
import { HEADER_BYTES } from "./limits.ts";
import { problemAnswer, problemResponse } from "./problem-response.ts";

export interface ListenOptions {
  /** Default: 8003. 0 takes any free one. */
  readonly port?: number;
  /** Address to bind. Default: `127.0.0.1`. Beyond loopback the server has to authenticate its callers. */
  readonly host?: string;
  /** How long `close` waits for requests that run, in milliseconds. Default: 10,000. */
  readonly closeTimeoutMs?: number;
  /** How long the headers of a request may take to arrive, in milliseconds. Default: 30,000. */
  readonly headersTimeoutMs?: number;
}

export interface RunningServer {
  readonly host: string;
  readonly port: number;
  /** Where it can be reached: `http://127.0.0.1:8003`. */
  readonly url: string;
  /** Takes no more requests, finishes those that run, and then frees the port. The store is the caller's to close. */
  close(): Promise<void>;
}

const idleCheckMs = 50;

/** Whether an address to bind can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host);
}

/**
 * Listens on a port.
 *
 * @throws ThroughlineError `forbidden` with reason `not_loopback`; `unavailable` with reason `port_in_use` or
 *   `cannot_listen`.
 */
export async function listen(server: Server, options: ListenOptions = {}): Promise<RunningServer> {
  const { port = 8003, host = "127.0.0.1", closeTimeoutMs = 10_000, headersTimeoutMs = 30_000 } = options;
  if (!isLoopback(host) && !(await server.isGuarded())) {
    throw new ThroughlineError(
      "forbidden",
      `Beyond loopback callers need API keys, and the store has no valid one: the server does not listen on ${host}.`,
      { reason: "not_loopback", details: { host } },
    );
  }
  const http = createNodeServer(server, headersTimeoutMs);
  await bind(http, port, host);
  const { port: bound } = http.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    host,
    port: bound,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    close: () => (closing ??= closeGracefully(http, server, closeTimeoutMs)),
  };
}

function createNodeServer(server: Server, headersTimeout: number): HttpServer {
  const answer = getRequestListener(
    (request, { incoming, outgoing }) =>
      server.fetch(request, { destroy: () => outgoing.destroy(), address: incoming.socket.remoteAddress }),
    { errorHandler: () => problemResponse(malformed("The request's address can't be read.")) },
  );
  const http = createHttpServer({
    maxHeaderSize: HEADER_BYTES,
    // Slow bodies are the server's to refuse, slow headers Node's.
    headersTimeout,
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(headersTimeout, 5_000),
    keepAliveTimeout: 5_000,
    // Node would answer by itself, without problem details.
    requireHostHeader: false,
  });
  /** Of each connection, the answer that is being written or made. */
  const answers = new WeakMap<Duplex, ServerResponse>();
  const listener: RequestListener = (incoming, outgoing) => {
    answers.set(incoming.socket, outgoing);
    const { host } = incoming.headers;
    const problem = refusalOfHost(server, host, incoming.httpVersion);
    if (problem === undefined) {
      void answer(incoming, outgoing);
      return;
    }
    // Here and not later: a host that is no host at all would not make a request.
    const { status, headers, body } = problemAnswer(problem);
    outgoing.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
  };
  http.on("request", listener);
  // An expectation that nobody knows may be passed over (RFC 9110, 10.1.1); Node would answer by itself.
  http.on("checkExpectation", listener);
  http.on("connect", (_, socket) => refuseInTurn(noTunnel(), socket, answers.get(socket)));
  http.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET") socket.destroy();
    else refuseInTurn(errorOf(error.code), socket, answers.get(socket));
  });
  return http;
}

/** Why a request's Host header is refused. A request of HTTP/1.0 needs none where its first line has a whole URL. */
function refusalOfHost(
  server: Server,
  host: string | undefined,
  httpVersion: string,
): ThroughlineError | undefined {
  if (host !== undefined) return server.answersFor(host) ? undefined : foreignHost(host);
  return httpVersion === "1.0" ? undefined : malformed("A request of HTTP/1.1 needs a Host header.");
}

/**
 * Refuses what came on a connection, and closes it. While an answer to the request before is due, that one alone is
 * given: a refusal would be read as it, or as a part of it, and say that nothing was done.
 */
function refuseInTurn(error: ThroughlineError, socket: Duplex, begun: ServerResponse | undefined): void {
  if (begun === undefined || begun.writableFinished) refuse(error, socket);
  else if (begun.headersSent) socket.destroy();
  else if (begun.req.complete) begun.shouldKeepAlive = false;
  else refuse(error, socket);
}

/** Answers what Node can't answer as a request, and closes the connection. */
function refuse(error: ThroughlineError, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = problemAnswer(error);
  const lines = Object.entries({ ...headers, "content-length": Buffer.byteLength(body), connection: "close" })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n${body}`);
}

function noTunnel(): ThroughlineError {
  return new ThroughlineError("unsupported", "This server is no proxy: it does not take CONNECT.", {
    reason: "method_not_allowed",
    outcome: "refused",
  });
}

function errorOf(code: string | undefined): ThroughlineError {
  if (code === "HPE_HEADER_OVERFLOW") {
    return new ThroughlineError("too_large", `Headers may have at most ${HEADER_BYTES} bytes.`, {
      reason: "headers",
      outcome: "refused",
      details: { limit: HEADER_BYTES },
    });
  }
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new ThroughlineError("unavailable", "The request did not arrive in time.", {
      reason: "request_timeout",
      outcome: "refused",
      retryable: true,
    });
  }
  return malformed("This is not a request of HTTP/1.1.");
}

function malformed(message: string): ThroughlineError {
  return new ThroughlineError("invalid", message, { reason: "request", outcome: "refused" });
}

async function bind(http: HttpServer, port: number, host: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  http.once("error", reject);
  try {
    http.listen(port, host, resolve);
    await promise;
  } catch (error) {
    throw cannotListen(error, port, host);
  } finally {
    http.off("error", reject);
  }
}

function cannotListen(error: unknown, port: number, host: string): ThroughlineError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const isTaken = code === "EADDRINUSE";
  const message = isTaken
    ? `Port ${port} of ${host} is in use by another program.`
    : `The server can't listen on port ${port} of ${host}.`;
  return new ThroughlineError(code === "ERR_SOCKET_BAD_PORT" ? "invalid" : "unavailable", message, {
    reason: isTaken ? "port_in_use" : "cannot_listen",
    details: { port, host },
    cause: error,
  });
}

async function closeGracefully(http: HttpServer, server: Server, limitMs: number): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  http.close(() => resolve());
  const letGo = (): void => {
    // Also those that began on a connection which was open already.
    server.endStreams();
    // A connection becomes idle when its last request is answered; Node would keep it for the next one.
    http.closeIdleConnections();
  };
  letGo();
  const closeIdle = setInterval(letGo, idleCheckMs);
  const giveUp = setTimeout(() => http.closeAllConnections(), limitMs);
  await closed;
  clearInterval(closeIdle);
  clearTimeout(giveUp);
}
