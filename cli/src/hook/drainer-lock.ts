/**
 * Says that somebody records events, so that a hook need not start anybody. Two who record at once do no harm, so a holder
 * that was killed is taken for gone by what the system says of its number, or by its silence.
 */
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";

/** Milliseconds between two signs of life. */
const beatEvery = 2_000;
/** Milliseconds of silence after which a holder is gone, whatever runs under its number by now. */
const silentFor = 15_000;

export function isDrainerRunning(folder: string): boolean {
  const path = lockPath(folder);
  try {
    // A sign from the future was given before somebody set the clock back.
    if (Math.abs(Date.now() - statSync(path).mtimeMs) > silentFor) return false;
    return isRunning(Number(readFileSync(path, "utf8")));
  } catch {
    return false;
  }
}

export interface DrainerLock {
  release(): void;
}

/** Undefined: another holds it. */
export function takeDrainerLock(folder: string): DrainerLock | undefined {
  const path = lockPath(folder);
  if (isDrainerRunning(folder)) return undefined;
  rmSync(path, { force: true });
  const own = String(process.pid);
  try {
    writeFileSync(path, own, { flag: "wx", mode: 0o600 });
  } catch (error) {
    // Another was quicker.
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return undefined;
    throw error;
  }
  const beat = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // Another holds it, or the folder is gone: this one only does what others may do as well.
    }
  }, beatEvery);
  beat.unref();
  return {
    release() {
      clearInterval(beat);
      try {
        if (readFileSync(path, "utf8") === own) rmSync(path, { force: true });
      } catch {
        // It is gone already.
      }
    },
  };
}

function lockPath(folder: string): string {
  return `${folder}/recording`;
}

function isRunning(id: number): boolean {
  if (!Number.isSafeInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
