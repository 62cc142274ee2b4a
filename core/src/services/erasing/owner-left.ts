/** What there is of a project or a user, before and after it is deleted. */
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError } from "../../error.ts";
import { everyPage } from "../every-record.ts";
import type { ServiceContext } from "../service-context.ts";
import { type Owner, firstOf, idsOf, memoriesOf, recordOf, sessionsOf, shelvesOf } from "./owner.ts";

const atOnce = 500;
/** Sessions that an error names. */
const named = 20;

/** Whether anything of an owner is there, all of it seen at one time. */
export async function isAnyLeft(
  { store, tenant }: ServiceContext,
  owner: Owner,
  erase: boolean,
  options: CallOptions,
): Promise<boolean> {
  const record = recordOf(owner);
  const requests = [
    { ...firstOf(sessionsOf(owner), 1), hidden: erase },
    firstOf(memoriesOf(owner), 1),
    ...shelvesOf(owner).map((shelf) => firstOf(shelf, 1)),
    ...(record === undefined ? [] : [firstOf({ kind: record.kind, shape: "key", prefix: record.key }, 1)]),
  ];
  const { answers } = await store.read({ tenant, requests }, options);
  return answers.some(({ rows }) => rows.length > 0);
}

/** Refuses before anything is removed. @throws ThroughlineError `conflict` with reason `held` */
export async function refuseHeld(context: ServiceContext, owner: Owner, options: CallOptions): Promise<void> {
  const { store, tenant } = context;
  const held: string[] = [];
  for await (const rows of everyPage(context, firstOf(sessionsOf(owner), atOnce), options)) {
    if (rows.length === 0) continue;
    const ids = idsOf(rows);
    const keys = ids.map((id) => [id]);
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind: "holds", keys, select: "key" }] },
      options,
    );
    held.push(...ids.filter((_, index) => answers[0][index] !== undefined));
  }
  if (held.length === 0) return;
  const sessions = held.slice(0, named);
  const more = held.length > named ? ` and ${held.length - named} more` : "";
  const message = `Sessions of the ${owner.kind} ${owner.id} are held: ${sessions.join(", ")}${more}. Release them first.`;
  throw new ThroughlineError("conflict", message, {
    reason: "held",
    outcome: "refused",
    details: { [owner.kind]: owner.id, sessions, held: held.length },
  });
}
