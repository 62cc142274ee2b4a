/** What differs between two versions of a memory. */
import { diffLines } from "diff";
import type { CallOptions } from "../../contract/store.ts";
import { type MemoryComparisonInput, memoryComparison } from "../../schemas/memory-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import type { ServiceContext } from "../service-context.ts";
import type { MemoryName } from "./find-memory.ts";
import type { MemoryVersion } from "./memory.ts";
import { readVersions } from "./memory-history.ts";

export interface MemoryComparison {
  readonly memoryId: string;
  readonly from: number;
  readonly to: number;
  /** Pieces of whole lines in order: those that are not `added` are the older value, those that are not `removed` the newer. */
  readonly changes: readonly MemoryChange[];
  /** Names of metadata that was added, removed or changed. */
  readonly metadata: readonly string[];
}

export interface MemoryChange {
  readonly type: "same" | "added" | "removed";
  readonly text: string;
}

/** Lines added and removed, beyond which no shortest way is looked for: its cost grows with their square. */
const editsLimit = 2_000;

export async function compareVersions(
  context: ServiceContext,
  name: MemoryName,
  input: MemoryComparisonInput,
  options: CallOptions,
): Promise<MemoryComparison> {
  const { from, to } = parseInput(memoryComparison, input, "compare");
  const [older, newer] = await readVersions(context, name, [from, to], options);
  const [before, after] = [older as MemoryVersion, newer as MemoryVersion];
  return {
    memoryId: before.memoryId,
    from,
    to,
    changes: compareTexts(before.value, after.value),
    metadata: changedNames(before.metadata, after.metadata),
  };
}

/** Line by line; texts of which thousands of lines differ are one piece that goes and one that comes. */
function compareTexts(before: string, after: string): readonly MemoryChange[] {
  const found = diffLines(before, after, { maxEditLength: editsLimit });
  if (found === undefined) {
    return [
      { type: "removed", text: before },
      { type: "added", text: after },
    ];
  }
  return found.map(({ added, removed, value }) => ({
    type: added ? "added" : removed ? "removed" : "same",
    text: value,
  }));
}

type Metadata = Readonly<Record<string, unknown>>;

function changedNames(before: Metadata, after: Metadata): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).toSorted();
}
