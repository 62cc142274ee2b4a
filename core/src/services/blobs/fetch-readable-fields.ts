/** Messages for those who look for one among many: a large value that is damaged must not keep the others from them. */
import { searchedBlobs, textOfMessage } from "../../contract/message-text.ts";
import { isThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";
import { fetchBlobTexts } from "./fetch-blobs.ts";
import { fetchStagedFields } from "./fetch-staged-fields.ts";

/** As `fetchStagedFields`; a message of which a large value is damaged has the rest of its text as its content. */
export async function fetchReadableFields(
  context: ServiceContext,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const whole = await orDamaged(fetchStagedFields(context, rows));
  if (whole !== undefined) return whole;
  const readable: Row[] = [];
  for (const row of rows) {
    const own = await orDamaged(fetchStagedFields(context, [row]));
    readable.push(...(own ?? [await withReadableText(context, row)]));
  }
  return readable;
}

async function withReadableText(context: ServiceContext, row: Row): Promise<Row> {
  const texts = new Map<string, string>();
  for (const hash of searchedBlobs(row)) {
    const found = await orDamaged(fetchBlobTexts(context, [hash]));
    texts.set(hash, found?.get(hash) ?? "");
  }
  return { ...row, content: textOfMessage(row, (hash) => texts.get(hash) ?? ""), contentFormat: "" };
}

async function orDamaged<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isThroughlineError(error) && error.reason === "damaged") return undefined;
    throw error;
  }
}
