/**
 * Records what processes write and sync, cuts the power at random moments, and looks whether anything that they were
 * promised is missing. 300 images with the default durability, and half as many of the control; `POWER_LOSS_IMAGES=2000`
 * looks at as many, `POWER_LOSS_SEED` repeats the choices of a run that failed. `docs/durability.md` tells the whole of it.
 */
import { afterAll, expect, test } from "vitest";
import { buildRecorder, removeRecorder } from "./test/build-recorder.ts";
import { type ImageResult, cutPower } from "./test/cut-power.ts";
import { sortedJson } from "./test/dump-store.ts";
import { recordWorkload } from "./test/record-workload.ts";
import type { Recording } from "./test/recording.ts";
import { type Reference, listBatches, makeReference } from "./test/reference.ts";
import { type WorkloadName, makeWorkload, workloads } from "./test/workloads.ts";

afterAll(removeRecorder);

const images = Number(process.env["POWER_LOSS_IMAGES"] ?? 300);
const seed = Number(process.env["POWER_LOSS_SEED"] ?? Date.now() % 1_000_000);
const names = (Object.keys(workloads) as WorkloadName[]).filter((name) => name !== "faults");
const imagesOfEach = Math.ceil(images / names.length);
const repeat = `POWER_LOSS_SEED=${seed} POWER_LOSS_IMAGES=${images} npx vitest run stores/sqlite/src/power-loss`;
const timeout = 120_000 + images * 1_000;

interface Cut {
  readonly recording: Recording;
  readonly reference: Reference;
  readonly results: readonly ImageResult[];
}

async function recordAndCut(
  library: string,
  workload: WorkloadName,
  durability: "power-loss" | "process-crash",
  imagesToCheck: number,
): Promise<Cut> {
  const recording = await recordWorkload({ library, workload, seed, durability });
  const reference = await makeReference(listBatches(makeWorkload(workload, seed)));
  const mayLose = durability === "process-crash";
  const results = await cutPower({ recording, reference, images: imagesToCheck, seed, mayLose });
  return { recording, reference, results };
}

/** What no image may show, with all that is needed to look into it. */
function faults(results: readonly ImageResult[]): string[] {
  return results
    .filter(({ kept }) => kept !== undefined)
    .map(
      ({ cut, wrong, lost, kept }) =>
        `cut ${cut}: ${wrong.join("; ")} lost ${lost.length}: ${lost.slice(-3).join()} (${kept})`,
    );
}

test.for(names)(
  "[M5] a power cut loses nothing that was acknowledged: %s",
  { timeout },
  async (workload, context) => {
    const { library, missing } = buildRecorder();
    if (library === undefined) return context.skip(missing);
    const { recording, reference, results } = await recordAndCut(
      library,
      workload,
      "power-loss",
      imagesOfEach,
    );
    const told = recording.acknowledged.map(
      ({ line }) => JSON.parse(line) as { name: string; result: unknown },
    );
    for (const { name, result } of told) {
      expect(sortedJson(result), name).toBe(sortedJson(reference.answers.get(name)?.result));
    }
    expect(told.length).toBe(reference.answers.size);
    expect(results.some(({ acknowledged }) => acknowledged > 0)).toBe(true);
    expect(faults(results), `repeat with: ${repeat}`).toEqual([]);
  },
);

test(
  "[C1] without waiting for the disk a power cut loses the last commits, and never a part of one",
  { timeout },
  async (context) => {
    const { library, missing } = buildRecorder();
    if (library === undefined) return context.skip(missing);
    const results: ImageResult[] = [];
    for (const workload of names) {
      const cut = await recordAndCut(library, workload, "process-crash", Math.ceil(imagesOfEach / 2));
      results.push(...cut.results);
    }
    expect(faults(results), `repeat with: ${repeat}`).toEqual([]);
    const losing = results.filter(({ lost }) => lost.length > 0).length;
    expect(losing, "a test that loses nothing here would find no loss elsewhere").toBeGreaterThan(
      results.length / 5,
    );
  },
);
