/** Content of resources, kept as it was for a session. */
import {
  type KeepContentInput,
  type KeptContent,
  type KeptContentName,
  ThroughlineError,
  contentNames,
  fromJsonNames,
  keepContentJson,
  keptContentNameJson,
} from "@throughline/core";
import * as v from "valibot";
import { emptyResponse, jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

const kept = {
  session_id: v.string(),
  resource_id: v.string(),
  path: v.string(),
  content_hash: v.string(),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
};
const keptAnswer = v.strictObject(kept);
const contentAnswer = v.strictObject({
  ...kept,
  encoding: v.picklist(["utf-8", "base64"]),
  content: v.string(),
});

const parameters = {
  resource_id: "The resource's id.",
  path: "Instead of the id: its path in the session's project.",
};

export const resourceContentRoutes: readonly Route[] = [
  {
    method: "PUT",
    path: "/sessions/:id/content",
    operationId: "keepContent",
    summary: "Keep the content of a resource as it is now, for a session",
    description:
      "The resource is named by its `resource_id`, or by its `path` in the session's project, which is tracked if nobody did. Content is stored once, by the hash of its bytes, for all who hold it. It takes the place of what the session kept of the resource before.",
    body: { schema: keepContentJson },
    answers: { 200: { description: "What is kept.", schema: keptAnswer } },
    refusals: [404, 409],
    async handle({ throughline, body, param }) {
      const { content, encoding, ...given } = body as { content: string; encoding?: string };
      const input = {
        ...fromJsonNames(given, contentNames),
        session: param("id"),
        content: encoding === "base64" ? fromBase64(content) : content,
      } as unknown as KeepContentInput;
      return jsonResponse(200, keptToJson(await throughline.resources.keepContent(input)));
    },
  },
  {
    method: "GET",
    path: "/sessions/:id/content",
    operationId: "getContent",
    summary: "Read the content of a resource as it was kept for a session",
    description: "Bytes that are no text come as `base64`. It may have changed since, or be removed.",
    query: keptContentNameJson,
    parameters,
    answers: { 200: { description: "The content.", schema: contentAnswer } },
    refusals: [404],
    async handle({ throughline, query, param, settings }) {
      const name = { ...fromJsonNames(query, contentNames), session: param("id") } as KeptContentName;
      const { bytes, text, ...rest } = await throughline.resources.contentOf(name, settings);
      return jsonResponse(200, {
        ...keptToJson(rest),
        encoding: text === null ? "base64" : "utf-8",
        content: text ?? Buffer.from(bytes).toString("base64"),
      });
    },
  },
  {
    method: "DELETE",
    path: "/sessions/:id/content",
    operationId: "releaseContent",
    summary: "Let go of content that was kept for a session",
    query: keptContentNameJson,
    parameters,
    answers: { 204: { description: "It is kept no longer, unless others hold the same." } },
    refusals: [404, 409],
    async handle({ throughline, query, param }) {
      const name = { ...fromJsonNames(query, contentNames), session: param("id") } as KeptContentName;
      await throughline.resources.releaseContent(name);
      return emptyResponse();
    },
  },
];

function keptToJson({ sessionId, resourceId, path, contentHash, size }: KeptContent): object {
  return { session_id: sessionId, resource_id: resourceId, path, content_hash: contentHash, size };
}

function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  // It passes over what is no base64.
  if (bytes.toString("base64") === text) return bytes;
  throw new ThroughlineError("invalid", "The content is no base64 (RFC 4648, with padding).", {
    reason: "type",
    outcome: "refused",
    details: { field: "content" },
  });
}
