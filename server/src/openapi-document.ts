/** The API's description, made of its routes. */
import { Hono } from "hono";
import { describeRoute, generateSpecs } from "hono-openapi";
import { describeOperation } from "./describe-operation.ts";
import type { Route } from "./route.ts";
import { packageVersion } from "./package-version.ts";
import { namedSchemas } from "./to-json-schema.ts";

export type OpenApiDocument = Awaited<ReturnType<typeof generateSpecs>>;

const introduction = `Sessions and messages of AI agents: written once, never lost, found again.

All paths are also under \`/v1\`. Bodies are JSON in UTF-8; names are snake_case, times ISO 8601 in UTC. Lists answer \`items\` and \`next_cursor\`, which is null at the end. Every refusal is \`application/problem+json\` with a stable \`code\`, and mostly a \`reason\`.`;

/** OpenAPI 3.1. */
export async function openApiDocument(routes: readonly Route[]): Promise<OpenApiDocument> {
  const described = new Hono();
  for (const route of routes) {
    described.on(route.method, route.path, describeRoute(describeOperation(route)), ({ body }) => body(null));
  }
  return generateSpecs(described, {
    documentation: {
      openapi: "3.1.0",
      info: { title: "Throughline", version: packageVersion(), description: introduction },
      servers: [{ url: "/" }, { url: "/v1" }],
      components: { schemas: namedSchemas() as Record<string, never> },
    },
    excludeStaticFile: false,
  });
}
