/** Files that were uploaded to a model's provider. */
import {
  type FileInput,
  type UploadedFile,
  fileJson,
  fileListJson,
  fileNames,
  fileToJson,
  fromJsonNames,
} from "@throughline/core";
import * as v from "valibot";
import { attachment } from "../attachment.ts";
import { checkAccept } from "../check-accept.ts";
import { commonHeaders, emptyResponse, jsonResponse } from "../problem-response.ts";
import type { Call, Route } from "../route.ts";
import { streamOf } from "../stream-of.ts";

const time = v.pipe(v.string(), v.isoTimestamp());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const fileAnswer = v.strictObject({
  file_id: v.string(),
  provider_name: v.string(),
  provider_uri: v.string(),
  display_name: v.string(),
  size: count,
  mime_type: v.string(),
  uploaded_at: time,
  expires_at: v.nullable(time),
  metadata: v.record(v.string(), v.unknown()),
  content_hash: v.nullable(v.string()),
});
const fileListAnswer = v.strictObject({ items: v.array(fileAnswer), next_cursor: v.nullable(v.string()) });

const parameters = { file_id: "The file's id, percent-encoded." };
const anyBytes = "application/octet-stream";

export const fileRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/files",
    operationId: "listFiles",
    summary: "List records of uploaded files",
    description: "The newest upload comes first. Those that have expired are there until they are deleted.",
    query: fileListJson,
    parameters: {
      limit: "At most so many. Default: 50.",
      cursor: "`next_cursor` of the page before.",
    },
    answers: { 200: { description: "A page of records.", schema: fileListAnswer } },
    async handle({ throughline, query, settings }) {
      const { items, next } = await throughline.files.list(fromJsonNames(query), settings);
      return jsonResponse(200, { items: items.map(fileToJson), next_cursor: next ?? null });
    },
  },
  {
    method: "POST",
    path: "/files",
    operationId: "saveFile",
    summary: "Keep the record of an uploaded file",
    description:
      "A record with the same `file_id` is replaced, and lets go of its bytes. The bytes may be kept, too: put them to its `content`.",
    body: { schema: fileJson },
    answers: { 201: { description: "The record.", schema: fileAnswer } },
    refusals: [409],
    async handle({ throughline, body }) {
      const file = await throughline.files.save(fromJsonNames(body, fileNames) as FileInput);
      return jsonResponse(201, fileToJson(file), { location: `/files/${encodeURIComponent(file.id)}` });
    },
  },
  {
    method: "DELETE",
    path: "/files",
    operationId: "deleteExpiredFiles",
    summary: "Forget files that have expired",
    query: v.strictObject({ expired: v.picklist(["true"], "must be true") }),
    parameters: { expired: "`true`: there is no other way to delete several." },
    answers: {
      200: { description: "How many were deleted.", schema: v.strictObject({ deleted: count }) },
    },
    async handle({ throughline }) {
      return jsonResponse(200, { deleted: await throughline.files.deleteExpired() });
    },
  },
  {
    method: "GET",
    path: "/files/:file_id",
    operationId: "getFile",
    summary: "Read the record of an uploaded file",
    parameters,
    answers: { 200: { description: "The record.", schema: fileAnswer } },
    refusals: [404],
    async handle({ throughline, param, settings }) {
      return jsonResponse(200, fileToJson(await throughline.files.get(param("file_id"), settings)));
    },
  },
  {
    method: "DELETE",
    path: "/files/:file_id",
    operationId: "deleteFile",
    summary: "Forget an uploaded file, and its bytes where they are kept",
    parameters,
    answers: { 204: { description: "It is there no longer." } },
    refusals: [404, 409],
    async handle({ throughline, param }) {
      await throughline.files.delete(param("file_id"));
      return emptyResponse();
    },
  },
  {
    method: "PUT",
    path: "/files/:file_id/content",
    operationId: "saveFileContent",
    summary: "Keep the bytes of an uploaded file",
    description:
      "The body is the file as it is. It has to have the size that the record says, and takes the place of bytes that were kept before.",
    query: v.strictObject({ content_hash: v.optional(v.string()) }),
    parameters: { ...parameters, content_hash: "SHA-256 of the bytes in hexadecimal, to be checked." },
    bytes: "The file's bytes, of any media type.",
    answers: { 200: { description: "The record, with the hash of the bytes.", schema: fileAnswer } },
    refusals: [404, 409],
    async handle({ throughline, param, query, bytes }) {
      const said = query.content_hash as string | undefined;
      const options = said === undefined ? {} : { contentHash: said };
      const file = await throughline.files.saveContent(param("file_id"), bytes, options);
      return jsonResponse(200, fileToJson(file));
    },
  },
  {
    method: "GET",
    path: "/files/:file_id/content",
    operationId: "getFileContent",
    summary: "Read the bytes of an uploaded file",
    description:
      "As a file to be saved, of the media type that its record says. An answer that breaks off was not complete: its bytes were damaged, or deleted meanwhile.",
    parameters,
    answers: { 200: { description: "The bytes.", types: ["*/*"] } },
    refusals: [404],
    handle: answerContent,
  },
];

async function answerContent({ throughline, param, request, settings, breakOff }: Call): Promise<Response> {
  const { file, bytes } = await throughline.files.content(param("file_id"), settings);
  const headers = {
    ...commonHeaders,
    "content-type": acceptedType(request, file),
    "content-length": String(file.size),
    "content-disposition": attachment(file.displayName),
    // Should it be shown after all: nothing in it runs.
    "content-security-policy": "sandbox; default-src 'none'",
    etag: `"${file.contentHash ?? ""}"`,
  };
  return new Response(request.method === "HEAD" ? null : streamOf(bytes, breakOff), { headers });
}

/** The file's own type where it is one and the caller takes it; else that of any bytes. */
function acceptedType(request: Request, { mimeType }: UploadedFile): string {
  const type = /^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w.+-]+)*$/.test(mimeType) ? mimeType : anyBytes;
  const [plain = ""] = type.toLowerCase().split(";");
  checkAccept(request, [plain, anyBytes]);
  try {
    checkAccept(request, [plain]);
    return type;
  } catch {
    return anyBytes;
  }
}
