import { setImmediate as nextTurn } from "node:timers/promises";
import type { SearchedStore } from "../tenant-store.ts";

/** A store whose calls take from none to three turns, by chance: calls at the same time overtake each other. */
export function slowStore(store: SearchedStore, seed: number): SearchedStore {
  let state = seed;
  const wait = async (): Promise<void> => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    for (let turns = Math.floor(state / 65_536) % 4; turns > 0; turns -= 1) await nextTurn();
  };
  return {
    async read(...given) {
      await wait();
      const answer = await store.read(...given);
      await wait();
      return answer;
    },
    async commit(...given) {
      await wait();
      const answer = await store.commit(...given);
      await wait();
      return answer;
    },
    async changes(...given) {
      await wait();
      const answer = await store.changes(...given);
      await wait();
      return answer;
    },
  };
}
