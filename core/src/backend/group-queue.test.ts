import { expect, test } from "vitest";
import type { Queued } from "./group-queue.ts";
import { GroupQueue } from "./group-queue.ts";

type Group = readonly Queued<number, string>[];

/** A queue of numbers that are as large as they are, with what its groups were. */
function makeQueue(carryOut: (group: Group) => Promise<Group>) {
  const groups: number[][] = [];
  const queue = new GroupQueue<number, string>({
    sizeOf: (item) => item,
    groupSize: 100,
    groupCount: 3,
    carryOut: (group) => {
      groups.push(group.map(({ item }) => item));
      return carryOut(group);
    },
  });
  return { queue, groups };
}

async function settleAll(group: Group): Promise<Group> {
  await new Promise((resolve) => setImmediate(resolve));
  for (const { item, resolve } of group) resolve(`done ${item}`);
  return [];
}

test("what is asked for together goes together, up to a count and a size", async () => {
  const { queue, groups } = makeQueue(settleAll);
  const answers = await Promise.all([1, 2, 3, 4, 90, 20, 500, 5].map((item) => queue.add(item)));
  expect(answers).toEqual([1, 2, 3, 4, 90, 20, 500, 5].map((item) => `done ${item}`));
  expect(groups).toEqual([[1, 2, 3], [4, 90], [20], [500], [5]]);
  expect(queue.isIdle).toBe(true);
});

test("what comes while a group runs is the next group", async () => {
  const { queue, groups } = makeQueue(settleAll);
  const first = queue.add(1);
  await Promise.resolve();
  await Promise.resolve();
  await Promise.all([first, queue.add(2), queue.add(3)]);
  expect(groups).toEqual([[1], [2, 3]]);
});

test("what has to be tried again is first in the next group, and counts its attempts", async () => {
  const attempts: number[] = [];
  const { queue, groups } = makeQueue(async (group) => {
    const [first, ...rest] = group as [Queued<number, string>, ...Queued<number, string>[]];
    attempts.push(first.attempts);
    first.resolve(`done ${first.item}`);
    return rest;
  });
  await Promise.all([1, 2, 3].map((item) => queue.add(item)));
  expect(groups).toEqual([[1, 2, 3], [2, 3], [3]]);
  expect(attempts).toEqual([0, 1, 2]);
});

test("a group that fails rejects those that were not settled, and the next one runs", async () => {
  const { queue } = makeQueue(async (group) => {
    group[0]?.resolve("settled");
    if (group.length > 1) throw new Error("broken");
    return [];
  });
  const answers = await Promise.allSettled([1, 2, 3, 4].map((item) => queue.add(item)));
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
});

test("an aborted item is taken out, unless it was begun", async () => {
  const { queue, groups } = makeQueue(settleAll);
  const begun = new AbortController();
  const waiting = new AbortController();
  const first = queue.add(1, begun.signal);
  await Promise.resolve();
  await Promise.resolve();
  const second = queue.add(2, waiting.signal);
  const reason = new Error("enough");
  begun.abort(reason);
  waiting.abort(reason);
  await expect(second).rejects.toBe(reason);
  await expect(queue.add(3, waiting.signal)).rejects.toBe(reason);
  expect(await first).toBe("done 1");
  expect(groups).toEqual([[1]]);
});

test("draining waits for everything that was queued", async () => {
  const { queue } = makeQueue(settleAll);
  const settled: string[] = [];
  for (const item of [1, 2, 3, 4, 5]) void queue.add(item).then((answer) => settled.push(answer));
  await queue.drain();
  expect(settled).toHaveLength(5);
});
