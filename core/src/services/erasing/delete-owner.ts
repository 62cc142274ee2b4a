/**
 * Deletes a project or a user with all that is theirs, in small commits: sessions, memories, what else lies beside them,
 * and last the record. What was done is written down with it, so another process goes on where one was killed, and two at
 * once do the work of one.
 */
import * as v from "valibot";
import type { CallOptions } from "../../contract/store.ts";
import { isThroughlineError } from "../../error.ts";
import { parseInput, refuseNonObject } from "../../schemas/parse-input.ts";
import type { ServiceContext } from "../service-context.ts";
import { type Owner, ownerNotFound } from "./owner.ts";
import { OwnerDeletion } from "./owner-deletion.ts";
import {
  type OwnerReceipt,
  type StoredOwnerJob,
  insertOwnerJob,
  newOwnerJob,
  ownerJobKey,
  readOwnerJob,
  updateOwnerJob,
} from "./owner-job.ts";
import { isAnyLeft, refuseHeld } from "./owner-left.ts";
import { taughtElsewhere } from "./taught-elsewhere.ts";

const ownerOptions = v.strictObject({
  /** Erases its sessions at once, those in the trash too. Default: false, they go to the trash. */
  erase: v.optional(v.boolean("must be true or false")),
});
export type OwnerDeletionOptions = v.InferInput<typeof ownerOptions>;

/** Looks after which neither this deletion nor another one of the same owner got further. */
const attempts = 50;
/**
 * @throws ThroughlineError `not_found` with the owner's kind as reason; `conflict` with reason `held` where a session of it
 *   is held: then nothing was removed, unless the hold came meanwhile; `unavailable` with reason `locked`
 */
export async function deleteOwner(
  context: ServiceContext,
  owner: Owner,
  given: OwnerDeletionOptions & CallOptions,
): Promise<OwnerReceipt> {
  refuseNonObject(given, "delete");
  const { signal, ...rest } = given;
  const { erase = false } = parseInput(ownerOptions, rest, "delete");
  const options = signal === undefined ? {} : { signal };
  let revision = 0;
  for (let attempt = 1; ; attempt += 1) {
    const { stored, receipt } = await readOwnerJob(context, owner, options);
    if (stored === undefined && receipt !== undefined) {
      // Ended by another that did as much, or the same call again after it was done.
      const didAll = revision > 0 && (receipt.erased || !erase);
      if (didAll || !(await isAnyLeft(context, owner, erase, options))) return receipt;
    }
    // Whoever overtakes this one has got further.
    if (stored !== undefined && stored.revision > revision) {
      attempt = 1;
      ({ revision } = stored);
    }
    try {
      if (stored === undefined) await begin(context, owner, erase, options);
      else if (erase && !stored.job.erase) await beginToErase(context, owner, stored, options);
      else return await new OwnerDeletion(context, owner, stored, options).run();
    } catch (error) {
      if (!isOvertaken(error) || attempt === attempts) throw error;
      // Those who collided would collide again if all went on at once.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * attempt));
    }
    options.signal?.throwIfAborted();
  }
}

/** Whether another deletion, or somebody who writes meanwhile, changed what was read. */
function isOvertaken(error: unknown): boolean {
  return isThroughlineError(error) && ["expectation", "exists", "absent"].includes(error.reason ?? "");
}

async function begin(
  context: ServiceContext,
  owner: Owner,
  erase: boolean,
  options: CallOptions,
): Promise<void> {
  const { store, tenant } = context;
  if (!(await isAnyLeft(context, owner, erase, options))) throw ownerNotFound(owner);
  await refuseHeld(context, owner, options);
  const stays = await taughtElsewhere(context, owner, options);
  const now = store.now();
  const writes = [insertOwnerJob(owner, newOwnerJob(now, erase, stays), now)];
  await store.commit({ tenant, writes }, options);
}

/** What went into the trash goes with the rest, and is counted then. */
async function beginToErase(
  { store, tenant }: ServiceContext,
  owner: Owner,
  { job, revision }: StoredOwnerJob,
  options: CallOptions,
): Promise<void> {
  await store.commit(
    {
      tenant,
      expect: [{ type: "equals", kind: "state", key: ownerJobKey(owner), fields: { revision } }],
      writes: [updateOwnerJob(owner, { ...job, erase: true, hidden: {}, sharedWith: [] }, store.now())],
    },
    options,
  );
}
