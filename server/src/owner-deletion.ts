/** How the deletion of a project or a user is asked for, and answered. */
import { type OwnerReceipt, ownerReceiptToJson } from "@throughline/core";
import * as v from "valibot";
import { emptyResponse, jsonResponse } from "./problem-response.ts";
import type { Call } from "./route.ts";

const flag = v.optional(v.boolean("must be true or false"));

export const deletionQuery = v.strictObject({ erase: flag, receipt: flag });

export const deletionParameters = {
  erase:
    "Erases sessions at once, also what living forks share with them: the answer is the receipt. Default: false.",
  receipt: "Answers with a receipt. Default: false.",
} as const;

/** Deletes, and answers as the query asks. It goes on where the caller goes away: half a deletion helps nobody. */
export async function ownerDeletion(
  { query }: Call,
  remove: (erase: boolean) => Promise<OwnerReceipt>,
): Promise<Response> {
  const { erase = false, receipt = erase } = query as {
    readonly erase?: boolean;
    readonly receipt?: boolean;
  };
  const given = await remove(erase);
  return receipt || erase ? jsonResponse(200, ownerReceiptToJson(given)) : emptyResponse();
}
