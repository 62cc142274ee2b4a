/** Files of this machine that commands read and write. */
import { readFile, stat } from "node:fs/promises";
import { ThroughlineError } from "@throughline/core";
import { oneLine } from "./terminal/printable.ts";
import { printJson, writeOutput } from "./terminal/write-output.ts";
import { writeWholeFile } from "./write-whole-file.ts";

/** @throws ThroughlineError `invalid` with reason `file` where it can't be read */
export async function readBytes(path: string): Promise<Uint8Array> {
  return readable(path, async () => readFile(path));
}

/** Bytes of a file of any size; what is no plain file is read to its end. @throws ThroughlineError as `readBytes` does */
export async function sizeOf(path: string): Promise<number> {
  return readable(path, async () => {
    const facts = await stat(path);
    return facts.isFile() ? facts.size : (await readFile(path)).length;
  });
}

async function readable<Found>(path: string, find: () => Promise<Found>): Promise<Found> {
  try {
    return await find();
  } catch (cause) {
    throw new ThroughlineError("invalid", `${path} can't be read: ${oneLine(describe(cause))}`, {
      reason: "file",
      outcome: "refused",
      details: { file: path },
      cause,
    });
  }
}

function describe(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return "there is no such file.";
  if (code === "EISDIR") return "it is a folder.";
  return error instanceof Error ? error.message : String(error);
}

interface WriteOptions {
  /** `-`, or left out: standard output. */
  readonly output?: string;
  readonly json?: boolean;
}

/** Writes bytes to a file or to standard output. With `--json` it says what was written, which needs a file. */
export async function writeBytes(
  bytes: AsyncIterable<Uint8Array>,
  { output, json }: WriteOptions,
  facts: object,
): Promise<void> {
  if (output !== undefined && output !== "-") {
    const written = await writeWholeFile(output, bytes);
    if (json === true) await printJson({ ...facts, file: output, bytes: written });
    else process.stderr.write(`Wrote ${output}\n`);
    return;
  }
  if (json === true) {
    throw new ThroughlineError("invalid", "--json says what was written, so it needs --output.", {
      reason: "option",
    });
  }
  for await (const piece of bytes) await writeOutput(piece);
}
