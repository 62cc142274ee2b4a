import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("record.c", import.meta.url));

/** The library for `LD_PRELOAD`, or why there is none. */
export type Recorder =
  | { readonly library: string; readonly missing?: never }
  | { readonly library?: never; readonly missing: string };

let built: Recorder | undefined;

/**
 * Builds `record.c` with the system's C compiler, once for each process.
 *
 * @throws Error if the source does not compile, and with `CI=true` also where there is no compiler: a check that runs
 * nowhere proves nothing.
 */
export function buildRecorder(): Recorder {
  built ??= build();
  if (built.missing !== undefined && process.env["CI"] === "true") throw new Error(built.missing);
  return built;
}

/** Removes what was built. */
export function removeRecorder(): void {
  if (built?.library !== undefined) rmSync(dirname(built.library), { recursive: true });
  built = undefined;
}

function build(): Recorder {
  if (process.platform !== "linux") return { missing: "calls are recorded on Linux only" };
  const library = join(mkdtempSync(join(tmpdir(), "throughline-recorder-")), "record.so");
  for (const compiler of ["cc", "gcc", "clang"]) {
    const { error, status, stderr } = spawnSync(
      compiler,
      ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library, source, "-ldl"],
      { encoding: "utf8" },
    );
    if (error !== undefined) continue;
    if (status !== 0) throw new Error(`record.c does not compile:\n${stderr}`);
    return { library };
  }
  return { missing: "there is no C compiler (cc, gcc or clang)" };
}
