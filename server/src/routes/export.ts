import { type ExportFormat, exportFormats, exportSession } from "@throughline/core";
import * as v from "valibot";
import { exportAnswer } from "../answers.ts";
import { attachment } from "../attachment.ts";
import { checkRole } from "../caller.ts";
import { checkAccept } from "../check-accept.ts";
import { commonHeaders } from "../problem-response.ts";
import type { Call, Route } from "../route.ts";
import { streamOf } from "../stream-of.ts";

const types: Readonly<Record<ExportFormat, string>> = {
  json: "application/json",
  markdown: "text/markdown",
  text: "text/plain",
};
const nativeType = "application/octet-stream";

export const exportRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/sessions/:id/export",
    operationId: "exportSession",
    summary: "Write a session out whole",
    description:
      "The answer is a stream; one that breaks off was not complete. The format native gives the bytes that the session was " +
      "imported from. It needs the role writer: the imported file may hold what other sessions said. The header " +
      "`throughline-blanked-messages` counts messages that were deleted since, in whose place stand spaces; " +
      "`throughline-other-messages` those that were written here and are not in the file; " +
      "`throughline-elsewhere-messages` those that were read from another file first. `throughline-own-file` is false where " +
      "the file holds lines of other sessions and is not named after this one.",
    query: v.strictObject({
      format: v.optional(v.picklist([...exportFormats, "native"], "must be json, markdown, text or native")),
    }),
    parameters: { format: "Default: json." },
    answers: {
      200: {
        description: "The session with its messages, in the order of the current branch.",
        schema: exportAnswer,
        types: [...Object.values(types), nativeType],
      },
    },
    refusals: [404],
    async handle(call) {
      const { throughline, query, param, request, settings, breakOff } = call;
      if (query.format === "native") return nativeResponse(call);
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

async function nativeResponse({
  throughline,
  caller,
  param,
  request,
  settings,
  breakOff,
}: Call): Promise<Response> {
  if (caller !== undefined) checkRole(caller, "writer");
  checkAccept(request, [nativeType]);
  const native = await throughline.exportNative(param("id"), settings);
  const { fileName, size, bytes } = native;
  const headers = {
    ...commonHeaders,
    "content-type": nativeType,
    "content-disposition": attachment(fileName),
    "throughline-blanked-messages": String(native.blanked),
    "throughline-other-messages": String(native.others),
    "throughline-elsewhere-messages": String(native.elsewhere),
    "throughline-own-file": String(native.isOwn),
    ...(size === undefined ? undefined : { "content-length": String(size) }),
  };
  return new Response(request.method === "HEAD" ? null : streamOf(bytes, breakOff), { headers });
}
