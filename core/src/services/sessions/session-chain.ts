import type { Row } from "../../model/kind.ts";
import { sessionNotFound } from "./find-session.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "./sessions.ts";

/** A session and its nearest 1,000 ancestors, nearest first, without those that were deleted: at most two reads. */
export async function readChain(
  { store, tenant }: ServiceContext,
  id: string,
  settings: CallSettings,
): Promise<readonly Row[]> {
  const own = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys: [[id]], select: "all" }] },
    settings,
  );
  const row = own.answers[0][0];
  if (row === undefined) throw sessionNotFound(id);
  if (row.ancestors === "") return [row];
  const keys = (JSON.parse(row.ancestors as string) as string[]).map((ancestor) => [ancestor]);
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys }] },
    settings,
  );
  return [row, ...answers[0].filter((ancestor) => ancestor !== undefined)];
}
