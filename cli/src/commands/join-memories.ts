/** Commands by which one memory takes the place of others. */
import { text } from "node:stream/consumers";
import { type SavedMemory, memoryToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { withThroughline } from "../with-throughline.ts";
import { type MemoryOptions, nameOf, readMemory } from "./memory-names.ts";

export interface SupersedeOptions extends MemoryOptions {
  readonly key?: string;
}

export interface MergeOptions extends MemoryOptions {
  readonly value?: string;
}

export async function supersedeMemory(
  name: string,
  given: string,
  options: SupersedeOptions,
): Promise<number> {
  const { key } = options;
  const value = await valueOf(given);
  return withThroughline(options, "changes", async (throughline) => {
    const old = await nameOf(throughline, name, options);
    const successor = { value, ...(key === undefined ? undefined : { key }) };
    return report(await throughline.memories.supersede(old, successor), [name], options);
  });
}

export async function mergeMemories(
  name: string,
  others: readonly string[],
  options: MergeOptions,
): Promise<number> {
  const value = options.value === undefined ? undefined : await valueOf(options.value);
  return withThroughline(options, "changes", async (throughline) => {
    const [into = "", ...ids] = await Promise.all(
      [name, ...others].map(async (each) => {
        const found = await nameOf(throughline, each, options);
        return typeof found === "string" ? found : (await readMemory(throughline, found)).memoryId;
      }),
    );
    const content = value === undefined ? {} : { value };
    return report(await throughline.memories.merge(ids, { id: into }, content), others, options);
  });
}

async function valueOf(given: string): Promise<string> {
  return given === "-" ? text(process.stdin) : given;
}

async function report(
  saved: SavedMemory,
  replaced: readonly string[],
  { json = false }: MemoryOptions,
): Promise<number> {
  const { created: _created, replayed: _replayed, ...memory } = saved;
  if (json) await printJson(memoryToJson(memory));
  else {
    const names = oneLine(replaced.join(", "));
    await writeOutput(`${memory.memoryId} has version ${memory.version}, in the place of ${names}.\n`);
  }
  return exitCodes.success;
}
