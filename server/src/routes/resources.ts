/** Files and other content that sessions touch. */
import {
  type CallSettings,
  type LinksInput,
  type RankInput,
  type ResourceListInput,
  type SessionResourcesInput,
  type Throughline,
  ThroughlineError,
  type TrackInput,
  fromJsonNames,
  linksJson,
  resourceListJson,
  resourceNames,
  resourceToJson,
  sessionResourcesJson,
  trackJson,
} from "@throughline/core";
import {
  resourceAnswer,
  resourceListAnswer,
  sessionResourceAnswer,
  sessionResourceListAnswer,
} from "../context-answers.ts";
import * as v from "valibot";
import { jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

const page = { limit: "At most so many. Default: 50.", cursor: "`next_cursor` of the page before." };
const linkedAnswer = v.strictObject({ items: v.array(sessionResourceAnswer), next_cursor: v.null() });

type ResourceQuery = Omit<ResourceListInput, "order"> & {
  readonly order?: "accessed" | "recent" | "importance";
};
type SessionResourceQuery = SessionResourcesInput & { readonly order?: "recent" | "importance" };

async function rankingAnswer(
  throughline: Throughline,
  { cursor, ...options }: RankInput & { readonly cursor?: string | undefined },
  settings: CallSettings,
): Promise<Response> {
  if (cursor !== undefined) {
    const message = "A ranking has no further pages: ask for more with `limit`.";
    throw new ThroughlineError("invalid", message, { reason: "cursor" });
  }
  const { items } = await throughline.resources.rank(options, settings);
  return jsonResponse(200, { items: items.map(resourceToJson), next_cursor: null });
}

export const resourceRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/resources",
    operationId: "listResources",
    summary: "List resources by their use",
    query: resourceListJson,
    parameters: {
      order:
        "`accessed`, most often first (default), `recent`, last access first, or `importance`: a ranking of all, each with its `ranking` and the reasons. A ranking has no pages: `next_cursor` is null, and a `cursor` is refused.",
      project_id: "Only this project's. Default: all.",
      type: "`code`, `documentation`, `data`, `config`, `image` or `other`, in any case.",
      ...page,
    },
    answers: { 200: { description: "A page of resources.", schema: resourceListAnswer } },
    async handle({ throughline, query, settings }) {
      const { order, ...options } = fromJsonNames(query, resourceNames) as ResourceQuery;
      if (order === "importance") return rankingAnswer(throughline, options, settings);
      const ordered = order === undefined ? options : { ...options, order };
      const { items, next } = await throughline.resources.list(ordered, settings);
      return jsonResponse(200, { items: items.map(resourceToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "POST",
    path: "/resources",
    operationId: "trackResource",
    summary: "Count an access of a resource",
    description:
      "A path of a project is one resource: what is given of it takes the place of what was known, and what is left out stays. Without a `type` it is found from the path, or the beginning of the `content`.",
    body: { schema: trackJson },
    answers: {
      201: { description: "Nobody had tracked it before.", schema: resourceAnswer },
      200: { description: "The resource as it is now.", schema: resourceAnswer },
    },
    refusals: [409],
    async handle({ throughline, body }) {
      const id = await throughline.resources.trackResource(fromJsonNames(body, resourceNames) as TrackInput);
      const resource = await throughline.resources.get(id);
      return jsonResponse(resource.accessCount === 1 ? 201 : 200, resourceToJson(resource), {
        location: `/resources/${encodeURIComponent(id)}`,
      });
    },
  },
  {
    method: "GET",
    path: "/resources/:resource_id",
    operationId: "getResource",
    summary: "Read a resource",
    parameters: { resource_id: "The resource's id." },
    answers: { 200: { description: "The resource.", schema: resourceAnswer } },
    refusals: [404],
    async handle({ throughline, settings, param }) {
      const resource = await throughline.resources.get(param("resource_id"), settings);
      return jsonResponse(200, resourceToJson(resource));
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/resources",
    operationId: "listSessionResources",
    summary: "List the resources of a session with their scores",
    query: sessionResourcesJson,
    parameters: {
      order:
        "`recent`, accessed last first (default), or `importance`: a ranking by what the session did, each with its `ranking` and the reasons, without pages.",
      ...page,
    },
    answers: { 200: { description: "A page of resources.", schema: sessionResourceListAnswer } },
    refusals: [404],
    async handle({ throughline, query, settings, param }) {
      const { order, ...given } = fromJsonNames(query) as SessionResourceQuery;
      if (order === "importance")
        return rankingAnswer(throughline, { ...given, session: param("id") }, settings);
      const options = { ...given, ...settings };
      const { items, next } = await throughline.resources.ofSession(param("id"), options);
      return jsonResponse(200, { items: items.map(resourceToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "POST",
    path: "/sessions/:id/resources",
    operationId: "linkResources",
    summary: "Link resources to a session",
    description:
      "At most 900, all of them or none. They have to be of the session's project. A link that is there gets what is given; what is left out stays.",
    body: { schema: linksJson },
    answers: { 200: { description: "The linked resources.", schema: linkedAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const sessionUuid = param("id");
      const resources = (body.resources as object[]).map((link) => fromJsonNames(link, resourceNames));
      const links = { sessionUuid, resources } as unknown as LinksInput;
      const linked = await throughline.sessions.linkResourcesToSession(links);
      return jsonResponse(200, { items: linked.map(resourceToJson), next_cursor: null });
    },
  },
];
