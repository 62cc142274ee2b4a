import type { GuardedStore } from "../contract/store.ts";

/** What every service works with: one store, seen by one tenant. */
export interface ServiceContext {
  readonly store: GuardedStore;
  readonly tenant: string;
  /** Makes ids of sessions, and of messages that bring none. */
  generateId(): string;
}
