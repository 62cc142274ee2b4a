/** One request to one route: who asks, what form it has, then what it asks. */
import { ThroughlineError, parseInput } from "@throughline/core";
import { type Caller, checkRole, unauthorized } from "./caller.ts";
import { checkAccept } from "./check-accept.ts";
import type { Connection } from "./connection.ts";
import type { Limits } from "./limits.ts";
import type { OpeningStore } from "./opening-store.ts";
import { parseJson } from "./parse-json.ts";
import { readBody } from "./read-body.ts";
import { readQuery } from "./read-query.ts";
import type { Call, Route } from "./route.ts";

/** What requests are answered with. */
export interface Service {
  readonly store: OpeningStore;
  readonly limits: Limits;
  /** Who sends a request; undefined, or an error, where it is nobody that is known. */
  authenticate(
    request: Request,
    connection: Connection | undefined,
  ): Caller | undefined | Promise<Caller | undefined>;
  reportFailure(request: Request, error: unknown): void;
}

/** Answers a request. @throws ThroughlineError for what is refused */
export async function answerRoute(
  service: Service,
  route: Route,
  request: Request,
  param: (name: string) => string,
  connection: Connection | undefined,
): Promise<Response> {
  const caller = await findCaller(service, route, request, connection);
  const throughline = caller === undefined ? undefined : service.store.for(caller.tenant);
  const accept = request.headers.get("accept");
  if (accept !== null && accept !== "*/*") checkAccept(request, answerTypes(route));
  const query = readQuery(request.url, route.query);
  const body = route.body === undefined ? {} : await readInput(service, route.body, request);
  const bytes = route.bytes === undefined ? new Uint8Array() : await readBytes(service, request);
  const call: Call = {
    get throughline() {
      return throughline ?? service.store.opened;
    },
    ...(caller === undefined ? undefined : { caller }),
    isOperator: caller?.role === "admin" && caller.tenant === service.store.opened.tenant,
    get settings() {
      return { signal: request.signal };
    },
    param,
    query,
    body,
    bytes,
    request,
    connection,
    breakOff: (error) => {
      if (!request.signal.aborted) service.reportFailure(request, error);
      connection?.destroy();
      return connection !== undefined;
    },
  };
  return route.handle(call);
}

/** Who may use the route; nobody where it is for all. */
async function findCaller(
  { store, authenticate }: Service,
  { needs = "caller", method, role = method === "GET" ? "reader" : "writer" }: Route,
  request: Request,
  connection: Connection | undefined,
): Promise<Caller | undefined> {
  if (needs === "store") void store.opened;
  if (needs !== "caller") return undefined;
  const caller = await authenticate(request, connection);
  if (caller === undefined) throw unauthorized("credentials", "This needs credentials.");
  checkRole(caller, role);
  return caller;
}

const typesOfRoutes = new WeakMap<Route, readonly string[]>();

/** The media types that a route's answers have; found out once, as every request asks. */
function answerTypes(route: Route): readonly string[] {
  const known = typesOfRoutes.get(route);
  if (known !== undefined) return known;
  const found = Object.values(route.answers).flatMap(({ schema, types }) =>
    schema === undefined ? (types ?? []) : (types ?? ["application/json"]),
  );
  const types = found.includes("*/*") ? [] : found;
  typesOfRoutes.set(route, types);
  return types;
}

async function readInput(
  { limits }: Service,
  { schema, types = ["application/json"], optional = false }: NonNullable<Route["body"]>,
  request: Request,
): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers.get("content-type");
  if (type !== null || !optional) checkContentType(type, types);
  const bytes = await readBytes({ limits }, request);
  if (bytes.length === 0 && optional) return {};
  if (bytes.length > 0) checkContentType(type, types);
  return parseInput(schema, parseJson(bytes), "body") as Record<string, unknown>;
}

async function readBytes({ limits }: Pick<Service, "limits">, request: Request): Promise<Uint8Array> {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") throw encodedBody(encoding);
  return readBody(request, limits);
}

function checkContentType(header: string | null, types: readonly string[]): void {
  const [type = "", ...parameters] = (header ?? "").toLowerCase().split(";");
  const isUtf8 = parameters.every((parameter) => {
    const [name, value = ""] = parameter.split("=");
    return name?.trim() !== "charset" || /^\s*"?utf-?8"?\s*$/.test(value);
  });
  if (types.includes(type.trim()) && isUtf8) return;
  throw new ThroughlineError("unsupported", `The body has to be ${types.join(" or ")} in UTF-8.`, {
    reason: "unsupported_media_type",
    outcome: "refused",
    details: { accepted: types },
  });
}

function encodedBody(encoding: string): ThroughlineError {
  return new ThroughlineError("unsupported", "The body has to come as it is, not compressed.", {
    reason: "unsupported_media_type",
    outcome: "refused",
    details: { encoding },
  });
}
