import { accessSync, constants, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Linux's folder in memory: the disk that counts here is the recorded one, and a real one takes its time. */
const MEMORY = "/dev/shm";

/** Lends a folder whose name has no links in it. */
export async function inFreshFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = realpathSync(mkdtempSync(join(quickFolder(), "throughline-power-loss-")));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function quickFolder(): string {
  try {
    accessSync(MEMORY, constants.W_OK);
    return MEMORY;
  } catch {
    return tmpdir();
  }
}
