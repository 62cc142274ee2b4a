/** A route as OpenAPI has it. */
import { STATUS_CODES } from "node:http";
import type { DescribeRouteOptions } from "hono-openapi";
import type * as v from "valibot";
import { problemSchema } from "./answers.ts";
import type { Answer, Route } from "./route.ts";
import { entriesOf } from "./schema-entries.ts";
import { jsonSchemaOf } from "./to-json-schema.ts";

type Responses = NonNullable<DescribeRouteOptions["responses"]>;
type Parameter = NonNullable<DescribeRouteOptions["parameters"]>[number];

/** The operation of a route: its parameters, its body, and every status it can answer with. */
export function describeOperation(route: Route): DescribeRouteOptions {
  const { operationId, summary, description, body, bytes } = route;
  return {
    operationId,
    summary,
    ...(description === undefined ? undefined : { description }),
    parameters: [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)],
    ...(body === undefined ? undefined : { requestBody: describeBody(body) }),
    ...(bytes === undefined ? undefined : { requestBody: describeBytes(bytes) }),
    responses: describeAnswers(route),
  };
}

function pathParameters({ path, parameters = {} }: Route): readonly Parameter[] {
  return Array.from(path.matchAll(/:(\w+)/g), ([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
    description: parameters[name] ?? idDescriptions[name] ?? "",
  }));
}

/** Ids in paths, where a route does not say otherwise. */
const idDescriptions: Readonly<Record<string, string>> = {
  id: "The session's id.",
  message_id: "The message's id.",
};

function queryParameters({ query, parameters = {} }: Route): readonly Parameter[] {
  return Object.entries(entriesOf(query)).map(([name, schema]) => {
    const described = parameters[name] === undefined ? {} : { description: parameters[name] };
    const required = schema.type !== "optional";
    return name === "metadata"
      ? { ...metadataParameter, ...described }
      : { name, in: "query", required, schema: plain(schema), ...described };
  });
}

/** Each member of the object is a parameter of its own. */
const metadataParameter = {
  name: "metadata",
  in: "query",
  required: false,
  style: "form",
  explode: true,
  schema: {
    type: "object",
    propertyNames: { pattern: "^metadata\\..+" },
    additionalProperties: { type: ["string", "number", "boolean", "null"] },
    maxProperties: 5,
  },
} as unknown as Parameter;

function headerParameters({ headers = {} }: Route): readonly Parameter[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: "header",
    required: false,
    schema: { type: "string" },
    description,
  }));
}

function describeBody({
  schema,
  types = ["application/json"],
  optional = false,
}: NonNullable<Route["body"]>) {
  return { required: !optional, content: contentOf(types, schema) };
}

function describeBytes(description: string) {
  return { description, required: true, content: contentOf(["*/*"], undefined) };
}

function describeAnswers(route: Route): Responses {
  const answers = Object.entries(route.answers).map(([status, answer]) => [status, describeAnswer(answer)]);
  const refusals = refusalsOf(route).map((status) => [
    String(status),
    {
      description: STATUS_CODES[status] ?? "",
      content: contentOf(["application/problem+json"], problemSchema),
    },
  ]);
  return Object.fromEntries([...answers, ...refusals]) as Responses;
}

function describeAnswer(answer: Answer) {
  const { description, schema } = answer;
  return hasContent(answer)
    ? { description, content: contentOf(answer.types ?? ["application/json"], schema) }
    : { description };
}

function hasContent({ schema, types }: Answer): boolean {
  return schema !== undefined || types !== undefined;
}

/** Statuses that a request of this form can be refused with. */
function refusalsOf({ needs = "caller", body, bytes, answers, refusals = [] }: Route): readonly number[] {
  const statuses = new Set([
    400,
    403,
    413,
    ...(Object.values(answers).some(hasContent) ? [406] : []),
    ...(needs === "caller" ? [401, 429] : []),
    ...(needs === "nothing" ? [] : [503]),
    ...(body === undefined && bytes === undefined ? [] : [408, 415]),
    ...refusals,
  ]);
  return [...statuses].toSorted((left, right) => left - right);
}

/** JSON has the schema; any other type is text. */
function contentOf(types: readonly string[], schema: v.GenericSchema | undefined) {
  return Object.fromEntries(
    types.map((type) => {
      const isJson = schema !== undefined && type.endsWith("json");
      return [type, { schema: isJson ? plain(schema) : { type: "string" as const } }];
    }),
  );
}

/** The same schema, as the types of OpenAPI see it. */
function plain(schema: v.GenericSchema): Record<string, never> {
  return jsonSchemaOf(schema) as Record<string, never>;
}
