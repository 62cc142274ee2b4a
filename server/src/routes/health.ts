import { healthAnswer } from "../answers.ts";
import { jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

/** The process answers. */
const healthRoute: Route = {
  method: "GET",
  path: "/healthz",
  operationId: "checkHealth",
  summary: "Whether the server runs",
  needs: "nothing",
  answers: { 200: { description: "It runs.", schema: healthAnswer } },
  async handle() {
    return jsonResponse(200, { status: "ok" });
  },
};

/** The store answers. */
const readinessRoute: Route = {
  method: "GET",
  path: "/readyz",
  operationId: "checkReadiness",
  summary: "Whether the store is open and answers",
  needs: "store",
  answers: { 200: { description: "It is.", schema: healthAnswer } },
  async handle({ throughline, settings }) {
    const { store, tenant } = throughline;
    await store.read({ tenant, requests: [{ type: "get", kind: "sessions", keys: [["none"]] }] }, settings);
    return jsonResponse(200, { status: "ready" });
  },
};

export const healthRoutes: readonly Route[] = [healthRoute, readinessRoute];
