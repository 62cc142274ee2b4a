import { ThroughlineError, type Throughline, isThroughlineError } from "@throughline/core";
import { Hono } from "hono";
import { type Connection, type Service, answerRoute } from "./answer-route.ts";
import type { Caller } from "./caller.ts";
import { checkOrigin, isKnownHost } from "./check-origin.ts";
import { URL_LENGTH, defaultLimits } from "./limits.ts";
import { OpeningStore } from "./opening-store.ts";
import { emptyResponse, problemResponse } from "./problem-response.ts";
import { type Failure, type RequestSummary, printFailure } from "./reports.ts";
import type { Route } from "./route.ts";
import { documentationRoutes } from "./routes/documentation.ts";
import { exportRoutes } from "./routes/export.ts";
import { healthRoutes } from "./routes/health.ts";
import { messageRoutes } from "./routes/messages.ts";
import { searchRoutes } from "./routes/search.ts";
import { sessionLifeRoutes } from "./routes/session-life.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { settingsRoutes } from "./routes/settings.ts";
import { storeRoutes } from "./routes/store.ts";

export interface ServerOptions {
  /** The services; a promise while the store is being opened: until then data routes answer 503. */
  readonly throughline: Throughline | Promise<Throughline>;
  /** Host names it answers for beside `localhost`, `127.0.0.1` and `[::1]`: `name` or `name:port`. Default: none. */
  readonly hosts?: readonly string[];
  /**
   * Who sends a request; undefined refuses it with 401. Default: everybody is an administrator of the tenant of
   * `throughline`, which is right on loopback only.
   */
  readonly authenticate?: (request: Request) => Caller | undefined | Promise<Caller | undefined>;
  /** Bytes that a body may have. Default: 32 MiB. */
  readonly bodyBytes?: number;
  /** How long a body may take to arrive, in milliseconds. Default: 60,000. */
  readonly bodyTimeoutMs?: number;
  /** Told of each answer. Default: nobody is. */
  readonly onRequest?: (summary: RequestSummary) => void;
  /** Told of each failure that is not the caller's. Default: a line on standard error. */
  readonly onFailure?: (failure: Failure) => void;
}

/** Throughline as a function from a request to a response. */
export interface Server {
  /** Answers a request. Where a connection is given, it is cut when an answer that has begun can't be finished. */
  fetch(request: Request, connection?: Connection): Promise<Response>;
  /** Whether a Host header names this server. */
  answersFor(host: string): boolean;
  /** Whether callers have to say who they are. */
  readonly authenticates: boolean;
}

const optionNames = new Set([
  "throughline",
  "hosts",
  "authenticate",
  "bodyBytes",
  "bodyTimeoutMs",
  "onRequest",
  "onFailure",
]);

/** Makes the server. It holds nothing open: close the store when its listeners are closed. */
export function createServer(options: ServerOptions): Server {
  checkOptions(options);
  const { authenticate, onRequest, onFailure = printFailure } = options;
  const rules = { hosts: new Set((options.hosts ?? []).map((host) => host.toLowerCase())) };
  const store = new OpeningStore(options.throughline);
  const service: Service = {
    store,
    authenticate: authenticate ?? (() => store.caller),
    limits: {
      bodyBytes: options.bodyBytes ?? defaultLimits.bodyBytes,
      bodyTimeoutMs: options.bodyTimeoutMs ?? defaultLimits.bodyTimeoutMs,
    },
    reportFailure: (request, error) =>
      onFailure({ method: request.method, path: new URL(request.url).pathname, error }),
  };
  const app = createApp(service);

  const respond = async (request: Request, connection?: Connection): Promise<Response> => {
    try {
      checkOrigin(request, rules);
      checkUrl(request.url);
      return await app.fetch(request, { connection });
    } catch (error) {
      const response = refusal(service, request, error);
      return request.method === "HEAD" ? new Response(null, response) : response;
    }
  };

  return {
    authenticates: authenticate !== undefined,
    answersFor: (host) => isKnownHost(host, rules),
    async fetch(request, connection) {
      if (onRequest === undefined) return respond(request, connection);
      const began = performance.now();
      const response = await respond(request, connection);
      const durationMs = performance.now() - began;
      const path = new URL(request.url).pathname;
      onRequest({ method: request.method, path, status: response.status, durationMs });
      return response;
    },
  };
}

/** What goes with a request through Hono. */
interface Environment {
  readonly Bindings: { readonly connection: Connection | undefined };
}

/** Every route of the product's API, as data. */
const apiRoutes: readonly Route[] = [
  ...sessionRoutes,
  ...sessionLifeRoutes,
  ...settingsRoutes,
  ...messageRoutes,
  ...exportRoutes,
  ...searchRoutes,
  ...storeRoutes,
  ...healthRoutes,
];

function createApp(service: Service): Hono<Environment> {
  const routes = [...apiRoutes, ...documentationRoutes(apiRoutes)];
  const api = new Hono<Environment>();
  for (const route of routes) {
    api.on(route.method, route.path, async (context) => {
      const { req, env } = context;
      const param = (name: string): string => req.param(name) ?? "";
      try {
        return await answerRoute(service, route, req.raw, param, env.connection);
      } catch (error) {
        return refusal(service, req.raw, error);
      }
    });
  }
  for (const [path, allow] of allowedMethods(routes)) {
    api.all(path, ({ req }) => (req.method === "OPTIONS" ? emptyResponse({ allow }) : wrongMethod(allow)));
  }
  const app = new Hono<Environment>();
  app.route("/", api);
  app.route("/v1", api);
  app.notFound(({ req }) =>
    problemResponse(
      new ThroughlineError("not_found", "There is nothing at this path. /docs says what there is.", {
        reason: "path",
        details: { path: req.path },
      }),
    ),
  );
  return app;
}

/** The Allow header of each path. */
function allowedMethods(routes: readonly Route[]): ReadonlyMap<string, string> {
  const allowed = new Map<string, string>();
  for (const { path, method } of routes) {
    const methods = method === "GET" ? "GET, HEAD" : method;
    const others = allowed.get(path);
    allowed.set(path, others === undefined ? methods : `${others}, ${methods}`);
  }
  return new Map([...allowed].map(([path, methods]) => [path, `${methods}, OPTIONS`]));
}

function wrongMethod(allow: string): Response {
  const error = new ThroughlineError("unsupported", `This path takes ${allow}.`, {
    reason: "method_not_allowed",
    outcome: "refused",
    details: { allow: allow.split(", ") },
  });
  return problemResponse(error, { allow });
}

/** The answer to an error; what is not the caller's fault is told to the operator, with its cause. */
function refusal({ reportFailure }: Service, request: Request, error: unknown): Response {
  const known = isThroughlineError(error)
    ? error
    : new ThroughlineError("unavailable", "The server failed in a way that it does not know.", {
        reason: "store_failure",
        cause: error,
      });
  const response = problemResponse(known);
  const isExpected = known.code === "closed" || known.reason === "not_ready";
  if (response.status >= 500 && !isExpected && !request.signal.aborted) reportFailure(request, error);
  return response;
}

/** Refuses URLs that are too long, or whose percent signs are no UTF-8. */
function checkUrl(url: string): void {
  if (url.length > URL_LENGTH) {
    throw new ThroughlineError("too_large", `A URL may have at most ${URL_LENGTH} characters.`, {
      reason: "url",
      outcome: "refused",
      details: { limit: URL_LENGTH },
    });
  }
  if (!url.includes("%")) return;
  try {
    decodeURIComponent(url);
  } catch (error) {
    throw new ThroughlineError("invalid", "The URL holds a percent sign that begins no UTF-8.", {
      reason: "encoding",
      outcome: "refused",
      cause: error,
    });
  }
}

function checkOptions(options: ServerOptions): void {
  const unknown = Object.keys(options).find((name) => !optionNames.has(name));
  if (unknown !== undefined) throw invalidOption(`createServer has no option ${unknown}.`, unknown);
  for (const name of ["bodyBytes", "bodyTimeoutMs"] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      throw invalidOption(`${name} must be an integer from 1.`, name);
    }
  }
}

function invalidOption(message: string, option: string): ThroughlineError {
  return new ThroughlineError("invalid", message, { reason: "option", details: { option } });
}
