/** Memories that belong to others, and say what a session of a project or a user taught. */
import type { CallOptions } from "../../contract/store.ts";
import type { Row } from "../../model/kind.ts";
import type { MemoryProvenance } from "../../schemas/memory-input.ts";
import { everyPage } from "../every-record.ts";
import type { ServiceContext } from "../service-context.ts";
import { type Owner, ownerField } from "./owner.ts";
import type { Remainder } from "./owner-job.ts";

const atOnce = 500;
const reason = "They belong to others, and stay although a session that is deleted taught them.";

/** Looks at every memory of the tenant: no order has them by who taught them. */
export async function taughtElsewhere(
  context: ServiceContext,
  owner: Owner,
  options: CallOptions,
): Promise<readonly Remainder[]> {
  const query = {
    kind: "project_memories",
    shape: "key",
    prefix: [],
    direction: "forward",
    limit: atOnce,
  } as const;
  let count = 0;
  for await (const rows of everyPage(context, query, options)) {
    const taught = rows.filter((row) => teacherOf(row) !== undefined && row[ownerField(owner)] !== owner.id);
    const ours = await ownSessions(context, owner, taught, options);
    count += taught.filter(
      (row) => ours.has(teacherOf(row) ?? "") && !ours.has(row.sessionId as string),
    ).length;
  }
  return count === 0 ? [] : [{ kind: "project_memories", count, reason }];
}

function teacherOf({ provenance }: Row): string | undefined {
  return provenance === "" ? undefined : (JSON.parse(provenance as string) as MemoryProvenance).sessionId;
}

/** Which of the sessions that memories are of, or were taught by, are the owner's. */
async function ownSessions(
  { store, tenant }: ServiceContext,
  owner: Owner,
  memories: readonly Row[],
  options: CallOptions,
): Promise<ReadonlySet<string>> {
  const named = memories.flatMap((row) => [teacherOf(row) ?? "", row.sessionId as string]);
  const ids = [...new Set(named)].filter((id) => id !== "");
  if (ids.length === 0) return new Set();
  const keys = ids.map((id) => [id]);
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys, hidden: true }] },
    options,
  );
  return new Set(ids.filter((_, index) => answers[0][index]?.[ownerField(owner)] === owner.id));
}
