import { SYSTEM_TENANT, ThroughlineError, type Throughline, isThroughlineError } from "@throughline/core";
import { Hono } from "hono";
import { type Service, answerRoute } from "./answer-route.ts";
import { type KeyRule, authenticateKeys } from "./authenticate-keys.ts";
import type { Caller } from "./caller.ts";
import { checkOrigin, isKnownHost } from "./check-origin.ts";
import type { Connection } from "./connection.ts";
import { EventHub, type EventSettings, defaultEventSettings } from "./events/event-hub.ts";
import { KeyRing } from "./keys/key-ring.ts";
import { hasGoodKey } from "./keys/key-store.ts";
import { URL_LENGTH, defaultLimits } from "./limits.ts";
import { Metrics } from "./metrics.ts";
import { OpeningStore } from "./opening-store.ts";
import { emptyResponse, problemResponse } from "./problem-response.ts";
import { type Failure, type RequestSummary, printFailure } from "./reports.ts";
import type { Route } from "./route.ts";
import { branchRoutes } from "./routes/branches.ts";
import { checkpointRoutes } from "./routes/checkpoints.ts";
import { contextRoutes } from "./routes/context.ts";
import { dependencyRoutes } from "./routes/dependencies.ts";
import { documentationRoutes } from "./routes/documentation.ts";
import { eventRoutes } from "./routes/events.ts";
import { exportRoutes } from "./routes/export.ts";
import { fileRoutes } from "./routes/files.ts";
import { healthRoutes } from "./routes/health.ts";
import { keyRoutes } from "./routes/keys.ts";
import { memoryRoutes } from "./routes/memories.ts";
import { messageRoutes } from "./routes/messages.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { projectRoutes } from "./routes/projects.ts";
import { resourceContentRoutes } from "./routes/resource-contents.ts";
import { resourceRoutes } from "./routes/resources.ts";
import { searchRoutes } from "./routes/search.ts";
import { sessionLifeRoutes } from "./routes/session-life.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { settingsRoutes } from "./routes/settings.ts";
import { storeRoutes } from "./routes/store.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { toolRoutes } from "./routes/tools.ts";
import { trashRoutes } from "./routes/trash.ts";
import { userRoutes } from "./routes/users.ts";
import { workingMemoryRoutes } from "./routes/working-memory.ts";
import { watchCommits } from "./watch-commits.ts";

export interface ServerOptions {
  /** The services; a promise while the store is being opened: until then data routes answer 503. */
  readonly throughline: Throughline | Promise<Throughline>;
  /** Host names it answers for beside `localhost`, `127.0.0.1` and `[::1]`: `name` or `name:port`. Default: none. */
  readonly hosts?: readonly string[];
  /**
   * When callers need an API key of the store: `required`, or `if-any`, as soon as the store knows one; until then
   * everybody is an administrator of the tenant of `throughline`, which is right on loopback only. Default: `if-any`.
   */
  readonly keys?: KeyRule;
  /**
   * Who sends a request, instead of API keys; undefined refuses it with 401. It is asked again every second while a
   * request follows events.
   */
  readonly authenticate?: (request: Request) => Caller | undefined | Promise<Caller | undefined>;
  /** How events are followed. Defaults: a heartbeat after 15 s, a look each second for others' writes, 1 MiB a client. */
  readonly events?: Partial<EventSettings>;
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
  /**
   * Whether it may be reached by everybody: callers have to say who they are, and somebody can. Known when the store is
   * open.
   *
   * @throws ThroughlineError `unavailable` where the store can't be opened or read
   */
  isGuarded(): Promise<boolean>;
  /** Ends all event streams. They would keep a listener from closing; clients come again by themselves. */
  endStreams(): void;
}

const optionNames = new Set([
  "throughline",
  "hosts",
  "keys",
  "authenticate",
  "events",
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
  const store = new OpeningStore(options.throughline, ({ store: opened }) =>
    watchCommits(opened, (report) => {
      const { tenant } = report.batch;
      metrics.countCommit(report);
      events.wake(tenant);
      if (tenant !== SYSTEM_TENANT) return;
      keys.clear();
      events.recheck();
    }),
  );
  const keys = new KeyRing(() => store.opened.store);
  const rule = options.keys ?? "if-any";
  const findCaller = authenticate ?? authenticateKeys(keys, rule, () => store.caller);
  const events = new EventHub({
    ...defaultEventSettings,
    ...options.events,
    authenticate: (request) => findCaller(request, undefined),
    onEntry: (ageMs) => metrics.observeLag(ageMs),
    onFailure: (request, error) =>
      onFailure({
        method: "GET",
        path: request === undefined ? "/events" : new URL(request.url).pathname,
        error,
      }),
  });
  const metrics = new Metrics({
    streams: () => events.streams,
    followers: () => events.followers,
    isStoreUp: () => store.isUp(),
  });
  const service: Service = {
    store,
    authenticate: findCaller,
    limits: {
      bodyBytes: options.bodyBytes ?? defaultLimits.bodyBytes,
      bodyTimeoutMs: options.bodyTimeoutMs ?? defaultLimits.bodyTimeoutMs,
    },
    reportFailure: (request, error) =>
      onFailure({ method: request.method, path: new URL(request.url).pathname, error }),
  };
  const app = createApp(service, [
    ...apiRoutes,
    ...eventRoutes(events),
    ...keyRoutes,
    ...metricsRoutes(metrics),
  ]);

  const respond = async (request: Request, environment: Environment["Bindings"]): Promise<Response> => {
    try {
      checkOrigin(request, rules);
      checkUrl(request.url);
      return await app.fetch(request, environment);
    } catch (error) {
      const response = refusal(service, request, error);
      return request.method === "HEAD" ? new Response(null, response) : response;
    }
  };

  return {
    isGuarded: async () =>
      authenticate !== undefined ||
      (rule === "required" && (await hasGoodKey((await store.whenOpened()).store))),
    answersFor: (host) => isKnownHost(host, rules),
    endStreams: () => events.endAll(),
    async fetch(request, connection) {
      const began = performance.now();
      const environment: Environment["Bindings"] = { connection, route: undefined };
      const response = await respond(request, environment);
      const durationMs = performance.now() - began;
      const { method } = request;
      const { status } = response;
      metrics.countRequest({ route: environment.route, method, status, durationMs });
      onRequest?.({ method, path: new URL(request.url).pathname, status, durationMs });
      return response;
    },
  };
}

/** What goes with a request through Hono. */
interface Environment {
  readonly Bindings: {
    readonly connection: Connection | undefined;
    /** The pattern that the path fitted, when it is known. */
    route: string | undefined;
  };
}

/** The routes of the product's API that need nothing but the services, as data. */
const apiRoutes: readonly Route[] = [
  ...sessionRoutes,
  ...sessionLifeRoutes,
  ...settingsRoutes,
  ...contextRoutes,
  ...checkpointRoutes,
  ...resourceRoutes,
  ...resourceContentRoutes,
  ...dependencyRoutes,
  ...projectRoutes,
  ...userRoutes,
  ...memoryRoutes,
  ...workingMemoryRoutes,
  ...toolRoutes,
  ...fileRoutes,
  ...tokenRoutes,
  ...branchRoutes,
  ...trashRoutes,
  ...messageRoutes,
  ...exportRoutes,
  ...searchRoutes,
  ...storeRoutes,
  ...healthRoutes,
];

function createApp(service: Service, described: readonly Route[]): Hono<Environment> {
  const routes = [...described, ...documentationRoutes(described)];
  const api = new Hono<Environment>();
  for (const route of routes) {
    api.on(route.method, route.path, async (context) => {
      const { req, env } = context;
      env.route = route.path;
      const param = (name: string): string => req.param(name) ?? "";
      try {
        return await answerRoute(service, route, req.raw, param, env.connection);
      } catch (error) {
        return refusal(service, req.raw, error);
      }
    });
  }
  for (const [path, allow] of allowedMethods(routes)) {
    api.all(path, ({ req, env }) => {
      env.route = path;
      return req.method === "OPTIONS" ? emptyResponse({ allow }) : wrongMethod(allow);
    });
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
