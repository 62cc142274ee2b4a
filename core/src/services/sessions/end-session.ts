import * as v from "valibot";
import type { Row } from "../../model/kind.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { time } from "../../schemas/time.ts";
import { changeSession } from "./change-session.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "./sessions.ts";

const endOptions = v.strictObject({
  /** When it ended. Default: now. */
  at: v.optional(time),
});

export type EndOptions = v.InferInput<typeof endOptions>;

/** Notes when a session ended; one that has ended keeps its end. */
export async function endSession(
  context: ServiceContext,
  id: string,
  options: EndOptions,
  settings: CallSettings,
): Promise<Row> {
  const { at } = parseInput(endOptions, options, "end");
  return changeSession(
    context,
    id,
    ["endedAt"],
    ({ endedAt }) => (endedAt === 0 ? { endedAt: at?.getTime() ?? context.store.now() } : undefined),
    settings,
  );
}
