import type { GuardedStore } from "../../../contract/store.ts";
import { Throughline, type ThroughlineOptions } from "../../throughline.ts";

/** How a process that was killed looks to the one who waits for it here. */
export class Died extends Error {}

/** The services of a process that is killed before its next commit but so many; reading goes on until then. */
export function dieAfter(
  store: GuardedStore,
  commits: number,
  options: ThroughlineOptions = {},
): Throughline {
  let left = commits;
  const dying: GuardedStore = {
    capabilities: store.capabilities,
    kinds: store.kinds,
    now: () => store.now(),
    commit: async (batch, call) => {
      left -= 1;
      if (left < 0) throw new Died();
      return store.commit(batch, call);
    },
    read: (input, call) => store.read(input, call),
    search: (input, call) => store.search(input, call),
    changes: (input, call) => store.changes(input, call),
    check: () => store.check(),
    prune: (before) => store.prune(before),
    close: () => store.close(),
  };
  return new Throughline(dying, options);
}
