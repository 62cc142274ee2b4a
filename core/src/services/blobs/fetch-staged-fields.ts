import { joinContent, readCutContent } from "../../contract/cut-content.ts";
import { blobOfNative, blobsOfMessage, isStagedContent, isStagedNative } from "../../contract/staged-text.ts";
import type { Row } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";
import { damaged, fetchBlobTexts } from "./fetch-blobs.ts";

/** How often a message that changes while it is read is read again. */
const attempts = 5;

/**
 * Message rows with their staged fields in them again, in the same order. One that was changed meanwhile is as it is now;
 * one that was deleted meanwhile is left out.
 */
export async function fetchStagedFields(
  context: ServiceContext,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  if (!rows.some(isStaged)) return rows;
  let current: readonly (Row | undefined)[] = rows;
  for (let attempt = 1; ; attempt += 1) {
    const staged = current.filter((row) => row !== undefined && isStaged(row)) as readonly Row[];
    const texts = await fetchBlobTexts(context, staged.flatMap(blobsOfMessage));
    const missing = staged.filter((row) => blobsOfMessage(row).some((hash) => !texts.has(hash)));
    if (missing.length === 0) {
      return current
        .filter((row) => row !== undefined)
        .map((row) => (isStaged(row) ? wholeRow(row, texts) : row));
    }
    const later = await readAgain(context, missing);
    for (const [index, row] of missing.entries()) {
      const hash = blobsOfMessage(row).find((name) => !texts.has(name)) ?? "";
      if (later[index]?.revision === row.revision || attempt === attempts) throw damaged(hash);
    }
    current = current.map((row) =>
      row !== undefined && missing.includes(row) ? later[missing.indexOf(row)] : row,
    );
  }
}

/** Whether some field of a message row lies apart. */
export function isStaged(row: Row): boolean {
  return isStagedContent(row.contentFormat) || isStagedNative(row.native);
}

/** A blob goes with its last message: that one was replaced, or deleted, after it was read. */
async function readAgain(
  { store, tenant }: ServiceContext,
  rows: readonly Row[],
): Promise<readonly (Row | undefined)[]> {
  const keys = rows.map(({ sessionId, seq }) => [sessionId as string, seq as number]);
  const select = rows.some(({ native }) => native !== undefined) ? "all" : "plain";
  const { answers } = await store.read({
    tenant,
    requests: [{ type: "get", kind: "messages", keys, select }],
  });
  return answers[0].map((row) => (row?.removedAt === 0 ? row : undefined));
}

function wholeRow(row: Row, texts: ReadonlyMap<string, string>): Row {
  const textOf = (hash: string): string => texts.get(hash) ?? "";
  const { content, contentFormat, native } = row;
  const whole: { -readonly [Field in keyof Row]: Row[Field] } = { ...row };
  if (contentFormat === "blob") whole.content = textOf(content as string);
  if (contentFormat === "parts") {
    const { texts: kept, blobs } = readCutContent(content as string);
    whole.content = joinContent(
      kept,
      blobs.map(({ hash }) => textOf(hash)),
    );
  }
  if (isStagedContent(contentFormat)) whole.contentFormat = "json";
  const staged = blobOfNative(native);
  if (staged !== undefined) {
    whole.native = JSON.stringify({
      format: staged.format,
      text: readJson(staged.hash, textOf(staged.hash)),
    });
  }
  return whole;
}

function readJson(hash: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(hash, error);
  }
}
