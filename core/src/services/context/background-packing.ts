/** Packs contexts behind the back of those who record: one after another, and again with the next record if it fails. */
import type { GuardedStore } from "../../contract/store.ts";
import { keyText } from "../../model/kind.ts";
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
  readonly #waiting = new Map<string, () => Promise<unknown>>();
  #running: Promise<void> | undefined;

  /** Packs a context when there is time. */
  note(context: ServiceContext, session: string, above: number): void {
    const name = keyText([context.tenant, session]);
    if (this.#waiting.has(name)) return;
    this.#waiting.set(name, () => packContext(context, session, above, {}));
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits any longer. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const [name, pack] of this.#waiting) {
      this.#waiting.delete(name);
      // Whoever records next notes it again.
      await pack().catch(() => undefined);
    }
    this.#running = undefined;
  }
}
