/** Runs things that happen at the same time in every order that their calls to the store can have. */
import type { GuardedStore } from "../../contract/store.ts";

export type Actor = (store: GuardedStore) => Promise<unknown>;

/** How one of them ended. */
export type Ending = PromiseSettledResult<unknown>;

/** One run, in the order that `choose` makes: it is asked who of those that wait goes on. */
export async function interleave(
  store: GuardedStore,
  actors: readonly Actor[],
  choose: (waiting: readonly number[]) => number,
): Promise<readonly Ending[]> {
  const waiting = new Map<number, () => void>();
  let running = actors.length;
  let changed = (): void => {};
  const ends = actors.map(async (act, index) => {
    const turn = async <Result>(call: () => Promise<Result>): Promise<Result> => {
      await new Promise<void>((resolve) => {
        waiting.set(index, resolve);
        running -= 1;
        changed();
      });
      return call();
    };
    const gated: GuardedStore = {
      capabilities: store.capabilities,
      kinds: store.kinds,
      now: () => store.now(),
      commit: async (batch, options) => turn(() => store.commit(batch, options)),
      read: async (input, options) => turn(() => store.read(input, options)),
      search: async (input, options) => turn(() => store.search(input, options)),
      changes: async (input, options) => turn(() => store.changes(input, options)),
      check: async () => store.check(),
      prune: async (before) => store.prune(before),
      close: async () => store.close(),
    };
    try {
      return await act(gated);
    } finally {
      running -= 1;
      changed();
    }
  });
  const settled = Promise.allSettled(ends);
  for (;;) {
    if (running > 0) {
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
      continue;
    }
    if (waiting.size === 0) return settled;
    const next = choose([...waiting.keys()].toSorted((left, right) => left - right));
    const proceed = waiting.get(next);
    waiting.delete(next);
    running += 1;
    proceed?.();
  }
}

/**
 * Every order in which one that could go on is left for another at most `switches` times, one run after another: `run` is
 * given the `choose` of each. Answers how many there were.
 */
export async function everyOrder(
  switches: number,
  run: (choose: (waiting: readonly number[]) => number) => Promise<void>,
): Promise<number> {
  let choices: { readonly options: readonly number[]; place: number }[] = [];
  for (let runs = 1; ; runs += 1) {
    let step = 0;
    let left = switches;
    let last: number | undefined;
    await run((waiting) => {
      const goesOn = waiting.find((index) => index === last);
      const others = waiting.filter((index) => index !== last);
      const options = goesOn === undefined ? others : [goesOn, ...(left > 0 ? others : [])];
      const choice = (choices[step] ??= { options, place: 0 });
      step += 1;
      const next = choice.options[choice.place] as number;
      if (goesOn !== undefined && next !== goesOn) left -= 1;
      last = next;
      return next;
    });
    choices = choices.slice(0, step);
    // The last choice that has another option left takes it; those after it begin anew.
    while ((choices.at(-1)?.place ?? 0) + 1 >= (choices.at(-1)?.options.length ?? Infinity)) choices.pop();
    const latest = choices.at(-1);
    if (latest === undefined) return runs;
    latest.place += 1;
  }
}
