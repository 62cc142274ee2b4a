import { type Throughline, ThroughlineError, isThroughlineError } from "@throughline/core";
import type { Caller } from "./caller.ts";

/** The services, from when they are there; before that, and if they never come, everything that needs them fails. */
export class OpeningStore {
  #throughline: Throughline | undefined;
  #failure: unknown;
  #opening: Promise<void> | undefined;

  /** @param onOpened told of the services when they are there, before anything uses them */
  constructor(throughline: Throughline | Promise<Throughline>, onOpened: (opened: Throughline) => void) {
    if (throughline instanceof Promise) {
      this.#opening = this.#await(throughline, onOpened);
      return;
    }
    onOpened(throughline);
    this.#throughline = throughline;
  }

  async #await(opening: Promise<Throughline>, onOpened: (opened: Throughline) => void): Promise<void> {
    try {
      const opened = await opening;
      onOpened(opened);
      this.#throughline = opened;
    } catch (error) {
      this.#failure = error;
    }
  }

  /** The services as they were given. @throws ThroughlineError `unavailable` while they are not there */
  get opened(): Throughline {
    if (this.#throughline !== undefined) return this.#throughline;
    if (this.#failure !== undefined) throw notOpened(this.#failure);
    throw new ThroughlineError("unavailable", "The store is being opened.", {
      reason: "not_ready",
      outcome: "refused",
      retryable: true,
    });
  }

  /** The same when they are there. @throws ThroughlineError `unavailable` where they could not be opened */
  async whenOpened(): Promise<Throughline> {
    await this.#opening;
    return this.opened;
  }

  /** Whether the store is open and can be read within two seconds. */
  async isUp(): Promise<boolean> {
    try {
      const { store, tenant } = this.opened;
      const requests = [{ type: "get", kind: "sessions", keys: [["none"]] }] as const;
      await store.read({ tenant, requests }, { signal: AbortSignal.timeout(2_000) });
      return true;
    } catch {
      return false;
    }
  }

  /** Who everybody is where nobody has to say it. */
  get caller(): Caller {
    return { tenant: this.opened.tenant, role: "admin" };
  }

  /** The services for a tenant. */
  for(tenant: string): Throughline {
    const { opened } = this;
    return tenant === opened.tenant ? opened : opened.withTenant(tenant);
  }
}

function notOpened(cause: unknown): ThroughlineError {
  return new ThroughlineError("unavailable", "The store could not be opened.", {
    reason: isThroughlineError(cause) ? (cause.reason ?? "store_failure") : "store_failure",
    outcome: "refused",
    cause,
  });
}
