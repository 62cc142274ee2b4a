import { Throughline } from "../throughline.ts";
import type { Services } from "./use-services.ts";

/** The services above a store that dies at its n-th commit, before or after carrying it out. */
export function dyingAt({ tl }: Services, commits: number, carriesOut: boolean): Throughline {
  const { store } = tl;
  let left = commits;
  return new Throughline({
    capabilities: store.capabilities,
    kinds: store.kinds,
    now: () => store.now(),
    commit: async (batch, options) => {
      left -= 1;
      if (left < 0 || (left === 0 && !carriesOut)) throw new Error("died");
      const result = await store.commit(batch, options);
      if (left === 0) throw new Error("died");
      return result;
    },
    read: async (input, options) => store.read(input, options),
    search: async (input, options) => store.search(input, options),
    changes: async (input, options) => store.changes(input, options),
    check: async () => store.check(),
    prune: async (before) => store.prune(before),
    close: async () => store.close(),
  });
}
