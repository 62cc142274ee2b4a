import type { Store } from "@throughline/core";

/** A store that does what another one does, but for the given parts. */
export function wrapStore(store: Store, parts: Partial<Store>): Store {
  return {
    capabilities: store.capabilities,
    kinds: store.kinds,
    ...(store.guarded === true && { guarded: true }),
    commit: (batch, options) => store.commit(batch, options),
    read: (input, options) => store.read(input, options),
    search: (input, options) => store.search(input, options),
    changes: (input, options) => store.changes(input, options),
    check: () => store.check(),
    prune: (before) => store.prune(before),
    close: () => store.close(),
    ...parts,
  };
}
