import * as v from "valibot";
import { compareKeys } from "../../model/kind.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { processId } from "../../schemas/session-input.ts";
import { label } from "../../schemas/text.ts";
import { everyRecord } from "../every-record.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "./sessions.ts";

const where = v.strictObject({ processId, user: v.optional(label) });

/** The newest session of a process that has not ended. */
export async function findByProcess(
  context: ServiceContext,
  process: number,
  user: string | undefined,
  settings: CallSettings,
): Promise<Row | undefined> {
  const checked = parseInput(where, { processId: process, user }, "process");
  const running = {
    kind: "sessions",
    shape: "process",
    prefix: [checked.processId, 0],
    direction: "forward",
    limit: 100,
  } as const;
  let newest: Row | undefined;
  for await (const row of everyRecord(context, running, settings)) {
    const isTheirs = checked.user === undefined || row.userId === checked.user;
    if (isTheirs && (newest === undefined || compareKeys(ageOf(row), ageOf(newest)) > 0)) newest = row;
  }
  return newest;
}

function ageOf(row: Row): KeyValues {
  return [row.createdAt as number, row.id as string];
}
