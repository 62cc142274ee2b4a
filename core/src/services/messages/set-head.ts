/** Where the conversation stands: another branch, or an earlier position of this one. */
import { ThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import { type HeadInput, headInput } from "../../schemas/fork-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { changeSession } from "../sessions/change-session.ts";
import { knowLog } from "../message-path/know-log.ts";
import { noPosition } from "../message-path/read-path.ts";
import { readShared } from "../message-path/shared-messages.ts";
import { messageNotFound } from "./message.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";

export async function setHead(
  context: ServiceContext,
  id: string,
  input: HeadInput,
  settings: CallSettings,
): Promise<Row> {
  const { seq, messageId, expectedHead } = parseInput(headInput, input, "head");
  const log = await knowLog(context, id, settings);
  const headSeq = messageId === undefined ? (seq ?? 0) : await positionOf(context, id, messageId, settings);
  return changeSession(
    context,
    id,
    expectedHead === undefined ? [] : ["headSeq"],
    (row) => {
      if (expectedHead !== undefined && row.headSeq !== expectedHead) throw headMoved(row, expectedHead);
      log.see(row);
      if (headSeq !== 0 && !log.holds(headSeq)) throw noPosition(log, headSeq);
      return row.headSeq === headSeq ? undefined : { headSeq };
    },
    settings,
  );
}

async function positionOf(
  context: ServiceContext,
  session: string,
  id: string,
  settings: CallSettings,
): Promise<number> {
  const { store, tenant } = context;
  const key = { unique: "id", values: [session, id] };
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "messages", keys: [key] }] },
    settings,
  );
  const row = answers[0][0] ?? (await readShared(context, session, id, "plain", settings));
  if (row === undefined || row.removedAt !== 0) throw messageNotFound(session, id);
  return row.seq as number;
}

function headMoved({ id, headSeq }: Row, expected: number): ThroughlineError {
  const message = `The conversation stands at position ${String(headSeq)}, not at ${expected}.`;
  return new ThroughlineError("conflict", message, {
    reason: "head",
    outcome: "refused",
    details: { session: id, expected, actual: headSeq },
  });
}
