import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Random, pick } from "../../test/make-random.ts";
import type { Report } from "./carry-out-workload.ts";
import { checkAfterFaults } from "./check-after-faults.ts";
import { inFreshFolder } from "./in-fresh-folder.ts";
import { RecordedDisk } from "./recorded-disk.ts";
import type { Recording } from "./recording.ts";
import type { Step } from "./workloads.ts";

/** Images of each recording. */
const IMAGES = 8;

/** Cuts the power at random moments after the first sync that failed, and tells what is wrong with the disks. */
export async function cutPowerAfterFaults(
  { records, acknowledged }: Recording,
  steps: readonly Step[],
  random: Random,
): Promise<string[]> {
  const failed = Math.max(
    0,
    records.findIndex(({ type }) => type === "failed-sync"),
  );
  const cuts = Array.from({ length: IMAGES }, () => pick(random, failed, records.length));
  const disk = new RecordedDisk();
  const wrong: string[] = [];
  let applied = 0;
  for (const cut of cuts.toSorted((one, other) => one - other)) {
    for (const record of records.slice(applied, cut)) disk.apply(record);
    applied = cut;
    const reports = acknowledged
      .filter(({ before }) => before <= cut)
      .map(({ line }) => JSON.parse(line) as Report);
    wrong.push(
      ...(await inFreshFolder(async (outside) => {
        const folder = join(outside, "image");
        mkdirSync(folder);
        disk.writeImage(folder, random);
        const found = await checkAfterFaults(folder, steps, reports);
        return found.map((finding) => `cut ${cut}: ${finding}`);
      })),
    );
  }
  return wrong;
}
