import { cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeRandom, pick } from "../../test/make-random.ts";
import { checkImage } from "./check-image.ts";
import { inFreshFolder } from "./in-fresh-folder.ts";
import { RecordedDisk } from "./recorded-disk.ts";
import type { Recording } from "./recording.ts";
import type { Reference } from "./reference.ts";
import { DATABASE } from "./workloads.ts";

export interface ImageResult {
  /** Before which record the power went. */
  readonly cut: number;
  /** How many batches were acknowledged before. */
  readonly acknowledged: number;
  readonly wrong: readonly string[];
  readonly lost: readonly string[];
  /** Where the image was kept, if something was wrong with it or it had lost what it may not. */
  readonly kept?: string;
}

export interface PowerCuts {
  readonly recording: Recording;
  readonly reference: Reference;
  readonly images: number;
  readonly seed: number;
  /** Whether a loss is a fault. */
  readonly mayLose: boolean;
}

/** Cuts the power at random moments of a recording, and looks at each disk that is left. */
export async function cutPower(options: PowerCuts): Promise<ImageResult[]> {
  const { recording, images, seed } = options;
  const random = makeRandom(seed);
  // One at the end, where most was promised.
  const end = recording.records.length;
  const cuts = Array.from({ length: images }, (_, index) => (index === 0 ? end : pick(random, 0, end)));
  const disk = new RecordedDisk();
  const results: ImageResult[] = [];
  let applied = 0;
  for (const [index, cut] of cuts.toSorted((one, other) => one - other).entries()) {
    for (; applied < cut; applied += 1) {
      const record = recording.records[applied];
      if (record !== undefined) disk.apply(record);
    }
    results.push(await checkCut(options, disk, cut, index));
  }
  return results;
}

async function checkCut(
  { recording, reference, seed, mayLose }: PowerCuts,
  disk: RecordedDisk,
  cut: number,
  index: number,
): Promise<ImageResult> {
  const told = recording.acknowledged.filter(({ before }) => before <= cut).map(({ line }) => nameIn(line));
  return inFreshFolder(async (folder) => {
    const image = join(folder, "image");
    const opened = join(folder, "opened");
    mkdirSync(image);
    disk.writeImage(image, makeRandom(seed + index));
    // Opening changes the file: the image itself stays for whoever looks into a failure.
    cpSync(image, opened, { recursive: true });
    const { wrong, lost } = await checkImage(join(opened, DATABASE), reference, told);
    const result = { cut, acknowledged: told.length, wrong, lost };
    if (wrong.length === 0 && (lost.length === 0 || mayLose)) return result;
    const kept = mkdtempSync(join(tmpdir(), "throughline-image-"));
    cpSync(image, kept, { recursive: true });
    return { ...result, kept };
  });
}

function nameIn(line: string): string {
  return (JSON.parse(line) as { name: string }).name;
}
