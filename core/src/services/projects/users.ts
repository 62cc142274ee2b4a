/** Users: owners of sessions and memories, who have no record of their own. */
import { parseInput } from "../../schemas/parse-input.ts";
import { label } from "../../schemas/text.ts";
import { type OwnerDeletionOptions, deleteOwner } from "../erasing/delete-owner.ts";
import type { Owner } from "../erasing/owner.ts";
import { type OwnerReceipt, readOwnerReceipt } from "../erasing/owner-job.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";

export class Users {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /**
   * Deletes a user with all that is theirs: their sessions go to the trash, or with `erase` for ever; their memories,
   * working memory and command usage are gone at once. The same call goes on where one was cut short. After the end it
   * answers the same receipt, until there is something of the user again.
   *
   * @throws ThroughlineError `not_found` with reason `user`; `conflict` with reason `held`, which names the sessions that are
   *   held, before anything is removed; `unavailable` with reason `locked`
   */
  async delete(id: string, options: OwnerDeletionOptions & CallSettings = {}): Promise<OwnerReceipt> {
    return deleteOwner(this.#context, userOf(id), options);
  }

  /** What a deletion of a user has done. @throws ThroughlineError `not_found` with reason `receipt` */
  async receipt(id: string, settings: CallSettings = {}): Promise<OwnerReceipt> {
    return readOwnerReceipt(this.#context, userOf(id), settings);
  }
}

function userOf(id: string): Owner {
  return { kind: "user", id: parseInput(label, id, "user") };
}
