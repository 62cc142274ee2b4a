import type { Batch, CommitResult } from "@throughline/core";
import { guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { dumpStore } from "./dump-store.ts";
import { type Step, timeOf } from "./workloads.ts";

/** A batch of a workload, by its place in it. */
export interface NamedBatch {
  readonly name: string;
  readonly step: number;
  readonly batch: Batch;
}

/** A batch, and its answer. */
export interface Answered extends NamedBatch {
  readonly result: CommitResult;
}

/** What a store must hold and answer: the same batches, on the memory store. */
export interface Reference {
  readonly answers: ReadonlyMap<string, Answered>;
  /** The state at each position of the feed. */
  readonly states: ReadonlyMap<number, string>;
}

export function listBatches(steps: readonly Step[]): NamedBatch[] {
  return steps.flatMap(({ batches = [] }, step) =>
    batches.map((batch, index) => ({ name: `${step}/${index}`, step, batch })),
  );
}

/** Carries out batches, one after another. */
export async function makeReference(batches: readonly NamedBatch[]): Promise<Reference> {
  let time = timeOf(0);
  const store = guardStore(memoryStore(), { clock: () => time });
  const answers = new Map<string, Answered>();
  const states = new Map<number, string>([[0, (await dumpStore(store)).text]]);
  for (const named of batches) {
    time = timeOf(named.step);
    answers.set(named.name, { ...named, result: await store.commit(named.batch) });
    const { position, text } = await dumpStore(store);
    states.set(position, text);
  }
  await store.close();
  return { answers, states };
}
