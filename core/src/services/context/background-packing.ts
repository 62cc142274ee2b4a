/** Packs contexts behind the back of those who record: one after another, and again with the next record if it fails. */
import type { GuardedStore } from "../../contract/store.ts";
import { keyText } from "../../model/kind.ts";
import { BackgroundWork } from "../background-work.ts";
import type { ServiceContext } from "../service-context.ts";
import { packContext } from "./pack-context.ts";

const packings = new WeakMap<GuardedStore, BackgroundPacking>();

/** That of a store: all services above it share it. */
export function packingFor(store: GuardedStore): BackgroundPacking {
  const known = packings.get(store);
  if (known !== undefined) return known;
  const packing = new BackgroundPacking();
  packings.set(store, packing);
  return packing;
}

class BackgroundPacking {
  readonly #work = new BackgroundWork();

  /** Packs a context when there is time. */
  note(context: ServiceContext, session: string, above: number): void {
    const name = keyText([context.tenant, session]);
    if (!this.#work.isWaiting(name)) this.#work.note(name, () => packContext(context, session, above, {}));
  }

  /** Resolves when nothing waits any longer. */
  async settled(): Promise<void> {
    await this.#work.settled();
  }
}
