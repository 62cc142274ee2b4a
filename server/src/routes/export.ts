import { type ExportFormat, exportFormats, exportSession } from "@throughline/core";
import * as v from "valibot";
import { exportAnswer } from "../answers.ts";
import { checkAccept } from "../check-accept.ts";
import { commonHeaders } from "../problem-response.ts";
import type { Call, Route } from "../route.ts";

const types: Readonly<Record<ExportFormat, string>> = {
  json: "application/json",
  markdown: "text/markdown",
  text: "text/plain",
};

export const exportRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/sessions/:id/export",
    operationId: "exportSession",
    summary: "Write a session out whole",
    description: "The answer is a stream; one that breaks off was not complete.",
    query: v.strictObject({
      format: v.optional(v.picklist(exportFormats, "must be json, markdown or text")),
    }),
    parameters: { format: "Default: json." },
    answers: {
      200: {
        description: "The session with its messages, in the order of the current branch.",
        schema: exportAnswer,
        types: Object.values(types),
      },
    },
    refusals: [404],
    async handle({ throughline, query, param, request, settings, breakOff }) {
      const format = (query.format ?? "json") as ExportFormat;
      checkAccept(request, [types[format]]);
      const session = await throughline.sessions.get(param("id"));
      const headers = { ...commonHeaders, "content-type": `${types[format]}; charset=utf-8` };
      if (request.method === "HEAD") return new Response(null, { headers });
      const pieces = exportSession(session, throughline.messages.stream(session.id, settings), format);
      return new Response(streamOf(pieces, breakOff), { headers });
    },
  },
];

/** The pieces, each when it is asked for. */
function streamOf(
  pieces: AsyncGenerator<string, void, undefined>,
  breakOff: Call["breakOff"],
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        if (!breakOff(error)) controller.error(error);
      }
    },
    async cancel() {
      await pieces.return();
    },
  });
}
