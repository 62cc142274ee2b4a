import { basename } from "node:path";
import { type UploadedFile, fileToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { readBytes, sizeOf, writeBytes } from "../file-bytes.ts";
import { readTime } from "../arguments/read-time.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { type PagingOptions, pagingOf, printPage } from "./print-page.ts";

export type ListFilesOptions = CommonOptions & PagingOptions;

export interface SaveFileOptions extends CommonOptions {
  readonly name: string;
  readonly uri: string;
  readonly id?: string;
  readonly type?: string;
  readonly expires?: string;
  readonly keep?: boolean;
}

export interface FileContentOptions extends CommonOptions {
  readonly output?: string;
}

export async function listFiles(options: ListFilesOptions): Promise<number> {
  return withThroughline(options, "reads", async ({ files }) => {
    await printPage<UploadedFile>({
      json: options.json,
      page: await files.list(pagingOf(options)),
      toJson: fileToJson,
      columns: [
        { header: "ID" },
        { header: "UPLOADED" },
        { header: "EXPIRES" },
        { header: "BYTES", align: "right" },
        { header: "KEPT" },
        { header: "NAME", isFlexible: true },
      ],
      toRow: ({ id, uploadedAt, expiresAt, size, contentHash, displayName }) => [
        oneLine(id),
        formatTime(uploadedAt),
        expiresAt === null ? "never" : formatTime(expiresAt),
        String(size),
        contentHash === null ? "no" : "yes",
        oneLine(displayName),
      ],
      what: "files",
    });
    return exitCodes.success;
  });
}

export async function showFile(id: string, options: CommonOptions): Promise<number> {
  return withThroughline(options, "reads", async ({ files }) => {
    const json = fileToJson(await files.get(id));
    if (options.json === true) await printJson(json);
    else await writeOutput(Object.entries(json).map(describe).join(""));
    return exitCodes.success;
  });
}

function describe([name, value]: readonly [string, unknown]): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `${name.replaceAll("_", " ")}: ${oneLine(text)}\n`;
}

export async function saveFile(path: string, options: SaveFileOptions): Promise<number> {
  const { name, uri, id, type = "application/octet-stream", expires, keep = false } = options;
  // The provider takes larger files than are kept here: one that is not kept is not read.
  const given = keep ? { content: await readBytes(path) } : { size: await sizeOf(path) };
  return withThroughline(options, "creates", async ({ files }) => {
    const file = await files.save({
      ...(id === undefined ? undefined : { id }),
      ...(expires === undefined ? undefined : { expiresAt: readTime("--expires", expires) }),
      ...given,
      providerName: name,
      providerUri: uri,
      displayName: basename(path),
      mimeType: type,
    });
    if (options.json === true) await printJson(fileToJson(file));
    else await writeOutput(`${oneLine(file.id)}${keep ? " is kept with its bytes" : " is kept"}.\n`);
    return exitCodes.success;
  });
}

export async function fileContent(id: string, options: FileContentOptions): Promise<number> {
  return withThroughline(options, "reads", async ({ files }) => {
    const { file, bytes } = await files.content(id);
    await writeBytes(bytes, options, fileToJson(file));
    return exitCodes.success;
  });
}

export async function deleteFile(id: string, options: CommonOptions): Promise<number> {
  return withThroughline(options, "changes", async ({ files }) => {
    await files.delete(id);
    if (options.json === true) await printJson({ file_id: id, deleted: true });
    else await writeOutput("Forgotten. The provider's copy stays as it is.\n");
    return exitCodes.success;
  });
}

export async function deleteExpiredFiles(options: CommonOptions): Promise<number> {
  return withThroughline(options, "changes", async ({ files }) => {
    const deleted = await files.deleteExpired();
    if (options.json === true) await printJson({ deleted });
    else await writeOutput(`Forgotten: ${deleted}.\n`);
    return exitCodes.success;
  });
}
