import { text } from "node:stream/consumers";
import {
  type Memory,
  type MemoryName,
  type Throughline,
  duplicatesToJson,
  memoryComparisonToJson,
  memoryToJson,
  memoryVersionToJson,
} from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { readDuration } from "../arguments/read-duration.ts";
import { formatTable } from "../terminal/format-table.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine, printable } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { withThroughline } from "../with-throughline.ts";
import { misuse } from "../misuse.ts";
import { type MemoryOptions, nameOf, ownerOf, readMemory } from "./memory-names.ts";
import { pageToJson } from "./page-to-json.ts";

export interface ListMemoriesOptions extends MemoryOptions {
  readonly text?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface SetMemoryOptions extends MemoryOptions {
  readonly metadata?: string;
  readonly ttl?: string;
  readonly expectedVersion?: number;
}

export interface HistoryOptions extends MemoryOptions {
  readonly compare?: readonly string[];
  readonly limit?: number;
  readonly cursor?: string;
}

export interface RestoreMemoryOptions extends MemoryOptions {
  readonly to: number;
}

export interface FindDuplicatesOptions extends MemoryOptions {
  readonly threshold?: number;
}

export async function listMemories(options: ListMemoriesOptions): Promise<number> {
  const { json = false, text: words, limit, cursor } = options;
  return withThroughline(options, "reads", async (throughline) => {
    const page = await throughline.memories.list({
      ...(await ownerOf(throughline, options)),
      ...(words === undefined ? undefined : { text: words }),
      ...(limit === undefined ? undefined : { limit }),
      ...(cursor === undefined ? undefined : { cursor }),
    });
    if (json) await printJson(pageToJson(page, memoryToJson));
    else await printTable(page.items, page.next);
    return exitCodes.success;
  });
}

/** Prints the value alone, for scripts. */
export async function getMemory(name: string, options: MemoryOptions): Promise<number> {
  return withThroughline(options, "reads", async (throughline) => {
    const memory = await readMemory(throughline, await nameOf(throughline, name, options));
    if (options.json === true) await printJson(memoryToJson(memory));
    else await writeOutput(`${process.stdout.isTTY ? printable(memory.value) : memory.value}\n`);
    return exitCodes.success;
  });
}

export async function setMemory(key: string, given: string, options: SetMemoryOptions): Promise<number> {
  const { metadata, ttl, expectedVersion } = options;
  const value = given === "-" ? await text(process.stdin) : given;
  const ttlSeconds =
    ttl === undefined ? undefined : ttl === "never" ? null : readDuration("--ttl", ttl) / 1_000;
  const fields = metadata === undefined ? undefined : readMetadata(metadata);
  return withThroughline(options, "creates", async (throughline) => {
    const {
      created,
      replayed: _,
      ...memory
    } = await throughline.memories.set({
      ...(await ownerOf(throughline, options)),
      key,
      value,
      ...(fields === undefined ? undefined : { metadata: fields }),
      ...(ttlSeconds === undefined ? undefined : { ttlSeconds }),
      ...(expectedVersion === undefined ? undefined : { expectedVersion }),
    });
    if (options.json === true) await printJson(memoryToJson(memory));
    else await writeOutput(`${memory.memoryId} ${created ? "is new" : `has version ${memory.version}`}.\n`);
    return exitCodes.success;
  });
}

export async function showHistory(name: string, options: HistoryOptions): Promise<number> {
  const { json = false, compare, limit, cursor } = options;
  return withThroughline(options, "reads", async (throughline) => {
    const memory = await nameOf(throughline, name, options);
    if (compare !== undefined) return compareVersions(throughline, memory, compare, json);
    const page = await throughline.memories.history(memory, {
      ...(limit === undefined ? undefined : { limit }),
      ...(cursor === undefined ? undefined : { cursor }),
    });
    if (json) {
      await printJson(pageToJson(page, memoryVersionToJson));
      return exitCodes.success;
    }
    const rows = page.items.map((version) => [
      String(version.version),
      formatTime(version.createdAt),
      version.restoredFrom === null ? "" : `of ${version.restoredFrom}`,
      oneLine(version.value),
    ]);
    const columns = [
      { header: "VERSION", align: "right" },
      { header: "WRITTEN" },
      { header: "RESTORED" },
      { header: "VALUE", isFlexible: true },
    ] as const;
    await writeOutput(`${formatTable(columns, rows, widthOfTerminal()).join("\n")}\n`);
    printNext(page.next);
    return exitCodes.success;
  });
}

async function compareVersions(
  { memories }: Throughline,
  memory: MemoryName,
  [from, to, ...more]: readonly string[],
  json: boolean,
): Promise<number> {
  if (from === undefined || to === undefined || more.length > 0) {
    throw misuse("--compare takes the numbers of two versions.");
  }
  const comparison = await memories.compare(memory, { from: Number(from), to: Number(to) });
  if (json) {
    await printJson(memoryComparisonToJson(comparison));
    return exitCodes.success;
  }
  const signs = { same: "  ", added: "+ ", removed: "- " } as const;
  for (const { type, text: piece } of comparison.changes) {
    for (const line of printable(piece).replace(/\n$/, "").split("\n")) {
      await writeOutput(`${signs[type]}${line}\n`);
    }
  }
  if (comparison.metadata.length > 0) {
    await writeOutput(`Metadata that differs: ${oneLine(comparison.metadata.join(", "))}\n`);
  }
  return exitCodes.success;
}

export async function restoreMemory(name: string, options: RestoreMemoryOptions): Promise<number> {
  return withThroughline(options, "changes", async (throughline) => {
    const found = await nameOf(throughline, name, options);
    const {
      created: _created,
      replayed: _replayed,
      ...memory
    } = await throughline.memories.restore(found, {
      version: options.to,
    });
    if (options.json === true) await printJson(memoryToJson(memory));
    else
      await writeOutput(
        `${memory.memoryId} has version ${memory.version}: what version ${options.to} said.\n`,
      );
    return exitCodes.success;
  });
}

export async function deleteMemory(name: string, options: MemoryOptions): Promise<number> {
  return withThroughline(options, "changes", async (throughline) => {
    await throughline.memories.delete(await nameOf(throughline, name, options));
    if (options.json === true) await printJson({ memory: name, deleted: true });
    else await writeOutput("Deleted, with all its versions.\n");
    return exitCodes.success;
  });
}

export async function findDuplicates(options: FindDuplicatesOptions): Promise<number> {
  const { json = false, threshold } = options;
  return withThroughline(options, "reads", async (throughline) => {
    const found = await throughline.memories.findDuplicates({
      ...(await ownerOf(throughline, options)),
      ...(threshold === undefined ? undefined : { threshold }),
    });
    if (json) {
      await printJson(duplicatesToJson(found));
      return exitCodes.success;
    }
    const rows = found.groups.flatMap(({ memory, duplicates }, group) =>
      [{ memory, similarity: 1 }, ...duplicates].map((each) => [
        String(group + 1),
        each.memory.memoryId,
        oneLine(each.memory.key),
        `${Math.floor(each.similarity * 100)} %`,
        oneLine(each.memory.value),
      ]),
    );
    if (rows.length === 0)
      process.stderr.write(`No two of ${found.compared} memories are that much alike.\n`);
    else {
      const columns = [
        { header: "GROUP", align: "right" },
        { header: "MEMORY" },
        { header: "KEY" },
        { header: "ALIKE", align: "right" },
        { header: "VALUE", isFlexible: true },
      ] as const;
      await writeOutput(`${formatTable(columns, rows, widthOfTerminal()).join("\n")}\n`);
    }
    if (found.more)
      process.stderr.write(`Only the ${found.compared} that were accessed last were compared.\n`);
    return exitCodes.success;
  });
}

function readMetadata(given: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(given);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw misuse("--metadata takes a JSON object.");
}

async function printTable(memories: readonly Memory[], next: string | undefined): Promise<void> {
  if (memories.length === 0) process.stderr.write("No memories.\n");
  else {
    const columns = [
      { header: "MEMORY" },
      { header: "KEY" },
      { header: "VERSION", align: "right" },
      { header: "ACCESSED" },
      { header: "READ", align: "right" },
      { header: "VALUE", isFlexible: true },
    ] as const;
    const rows = memories.map((memory) => [
      memory.memoryId,
      oneLine(memory.key),
      String(memory.version),
      formatTime(memory.lastAccessed),
      String(memory.accessedCount),
      oneLine(memory.value),
    ]);
    await writeOutput(`${formatTable(columns, rows, widthOfTerminal()).join("\n")}\n`);
  }
  printNext(next);
}

function widthOfTerminal(): number | undefined {
  const { isTTY, columns } = process.stdout;
  return isTTY ? columns : undefined;
}

function printNext(next: string | undefined): void {
  if (next !== undefined) process.stderr.write(`There is more: --cursor ${next}\n`);
}
