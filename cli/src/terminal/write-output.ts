import { once } from "node:events";
import type { Writable } from "node:stream";

/** Writes to a stream, and waits while it can't take more. */
export async function writeOutput(
  piece: string | Uint8Array,
  stream: Writable = process.stdout,
): Promise<void> {
  if (!stream.write(piece) && !stream.destroyed) await once(stream, "drain");
}

/** Prints one JSON object. */
export async function printJson(value: object): Promise<void> {
  await writeOutput(`${JSON.stringify(value, null, 2)}\n`);
}
