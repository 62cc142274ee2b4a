import * as v from "valibot";
import type { Query } from "../contract/read.ts";
import { compareKeys } from "../model/kind.ts";
import type { KeyValues, Row } from "../model/kind.ts";
import { parseInput } from "../schemas/parse-input.ts";
import { processId } from "../schemas/session-input.ts";
import { label } from "../schemas/text.ts";
import type { ServiceContext } from "./service-context.ts";
import type { CallSettings } from "./sessions.ts";

const where = v.strictObject({ processId, user: v.optional(label) });

/** The newest session of a process that has not ended. */
export async function findByProcess(
  { store, tenant }: ServiceContext,
  process: number,
  user: string | undefined,
  settings: CallSettings,
): Promise<Row | undefined> {
  const checked = parseInput(where, { processId: process, user }, "process");
  let newest: Row | undefined;
  let after: KeyValues | undefined;
  do {
    const query: Query = {
      type: "query",
      kind: "sessions",
      shape: "process",
      prefix: [checked.processId, 0],
      direction: "forward",
      limit: 100,
      where: checked.user === undefined ? [] : [{ field: "userId", test: "equals", value: checked.user }],
      ...(after === undefined ? undefined : { after }),
    };
    const { answers } = await store.read({ tenant, requests: [query] }, settings);
    for (const row of answers[0].rows) {
      if (newest === undefined || compareKeys(ageOf(row), ageOf(newest)) > 0) newest = row;
    }
    after = answers[0].next;
  } while (after !== undefined);
  return newest;
}

function ageOf(row: Row): KeyValues {
  return [row.createdAt as number, row.id as string];
}
