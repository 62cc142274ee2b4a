/** What deleting and cleaning up answer, as JSON: snake_case names, ISO times. */
import { toSnakeCase } from "../../schemas/json-names.ts";
import type { OwnerReceipt } from "../erasing/owner-job.ts";
import type { DeletionReceipt } from "../erasing/receipt.ts";
import { type JsonObject, sessionToJson } from "../to-json.ts";
import type { CleanUpReport } from "./clean-up.ts";
import type { Hold } from "./holds.ts";
import type { DeletedSession } from "./trash.ts";

export function receiptToJson(receipt: DeletionReceipt): JsonObject {
  return withJsonNames(receipt);
}

/** The names of the owner's kind that are null are left out. */
export function ownerReceiptToJson({ projectId, userId, ...receipt }: OwnerReceipt): JsonObject {
  const owner = projectId === null ? { userId } : { projectId };
  return withJsonNames({ ...owner, ...receipt });
}

export function holdToJson(hold: Hold): JsonObject {
  return withJsonNames(hold);
}

export function deletedSessionToJson(session: DeletedSession): JsonObject {
  return sessionToJson(session);
}

export function cleanUpToJson({ sessions, records, ...report }: CleanUpReport): JsonObject {
  const named = sessions.map(({ id, ...rest }) => ({ session_id: id, ...rest }));
  return { ...withJsonNames(report), sessions: named, records: records.map(withJsonNames) };
}

function withJsonNames(record: object): JsonObject {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]: [string, unknown]) => [
      toSnakeCase(name),
      value instanceof Date ? value.toISOString() : value,
    ]),
  );
}
