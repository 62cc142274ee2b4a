import { checkOperator } from "../caller.ts";
import type { Metrics } from "../metrics.ts";
import { commonHeaders } from "../problem-response.ts";
import type { Route } from "../route.ts";

export function metricsRoutes(metrics: Metrics): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/metrics",
      operationId: "readMetrics",
      summary: "Counts and durations, as Prometheus reads them",
      description: "They concern every tenant: for administrators of the server's own tenant.",
      role: "admin",
      answers: { 200: { description: "The metrics.", types: ["text/plain"] } },
      async handle(call) {
        checkOperator(call);
        const { text, type } = await metrics.write();
        return new Response(text, { headers: { ...commonHeaders, "content-type": type } });
      },
    },
  ];
}
