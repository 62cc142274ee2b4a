import {
  type SearchOptions,
  fromJsonNames,
  hitToJson,
  searchJson,
  searchNames,
  statisticsToJson,
} from "@throughline/core";
import { hitListAnswer, statisticsAnswer } from "../answers.ts";
import { jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

export const searchRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/search",
    operationId: "searchMessages",
    summary: "Find messages by their text",
    description: "Sees every write that was acknowledged before.",
    query: searchJson,
    parameters: {
      q: 'Words, all of which must occur; `"phrases"`, `prefix*`, `-excluded`.',
      since: "Written at or after this time.",
      until: "Written before this time.",
      order: "`rank`, best first (default), or `recent`, newest first.",
      limit: "At most so many. Default: 20.",
      cursor:
        "`next_cursor` of the page before, with the same parameters. The first 1,000 hits can be paged through.",
    },
    answers: { 200: { description: "A page of hits, best first.", schema: hitListAnswer } },
    async handle({ throughline, query, settings }) {
      const { items, next } = await throughline.search(
        fromJsonNames(query, searchNames) as SearchOptions,
        settings,
      );
      return jsonResponse(200, { items: items.map(hitToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "GET",
    path: "/stats",
    operationId: "readStatistics",
    summary: "Count sessions, messages and tokens",
    answers: { 200: { description: "The counts.", schema: statisticsAnswer } },
    async handle({ throughline, settings }) {
      return jsonResponse(200, statisticsToJson(await throughline.stats(settings)));
    },
  },
];
