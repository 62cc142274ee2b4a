/** Tokens of texts, and of the content of resources. */
import {
  type JsonObject,
  type ResourceStatistics,
  type ResourceStatisticsInput,
  fromJsonNames,
  resourceStatisticsJson,
  resourceTokensJson,
  statisticsNames,
  tokenFamily,
  tokensJson,
} from "@throughline/core";
import * as v from "valibot";
import { jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const countAnswer = v.strictObject({ count, family: tokenFamily, estimated: v.boolean() });

const sums = {
  resources: count,
  bytes: count,
  tokens: count,
  estimated: v.boolean(),
  uncounted: count,
};
const sumsAnswer = v.strictObject(sums);
const statisticsAnswer = v.strictObject({
  ...sums,
  family: tokenFamily,
  by_type: v.strictObject({
    code: sumsAnswer,
    documentation: sumsAnswer,
    data: sumsAnswer,
    config: sumsAnswer,
    image: sumsAnswer,
    other: sumsAnswer,
  }),
});

export const tokenRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/tokens",
    operationId: "countTokens",
    summary: "Count the tokens of a text",
    description:
      "For a family of models, or for a model by its name: `o200k` (GPT-4o and later), `cl100k` (GPT-4, GPT-3.5), `claude`, `claude5`, `gemini` or `llama`. `estimated` says whether the model may count otherwise.",
    role: "reader",
    body: { schema: tokensJson },
    answers: { 200: { description: "The tokens.", schema: countAnswer } },
    async handle({ throughline, body }) {
      const { text, ...target } = body;
      return jsonResponse(200, await throughline.tokens.count(text as string, target));
    },
  },
  {
    method: "POST",
    path: "/resources/:resource_id/tokens",
    operationId: "countResourceTokens",
    summary: "Count the tokens of a resource",
    description:
      "Of the `content` that is given, or of what is kept of it as it is now. What is counted in the content that the resource has is written down with it.",
    parameters: { resource_id: "The resource's id." },
    body: { schema: resourceTokensJson },
    answers: { 200: { description: "The tokens.", schema: countAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const id = param("resource_id");
      const counted = await throughline.resources.countTokens(id, body);
      return jsonResponse(200, counted);
    },
  },
  {
    method: "GET",
    path: "/resource-statistics",
    operationId: "getResourceStatistics",
    summary: "Sum up resources by type",
    description: "How many there are of each type, with their bytes and tokens. It reads them all.",
    query: resourceStatisticsJson,
    parameters: {
      project_id: "Only this project's. Default: all.",
      family: "Whose tokens. Default: those of the family that the server was set to.",
    },
    answers: { 200: { description: "The sums.", schema: statisticsAnswer } },
    async handle({ throughline, query, settings }) {
      const options = fromJsonNames(query, statisticsNames) as ResourceStatisticsInput;
      return jsonResponse(200, statisticsToJson(await throughline.resources.statistics(options, settings)));
    },
  },
];

function statisticsToJson({ byType, ...sum }: ResourceStatistics): JsonObject {
  return { ...sum, by_type: byType };
}
