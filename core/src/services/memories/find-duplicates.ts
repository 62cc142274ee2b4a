/** Offers memories for merging whose values are nearly the same. */
import { makeRest } from "../../backend/search/rest.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { KeyValues } from "../../model/kind.ts";
import { type DuplicateSearchInput, duplicateSearch } from "../../schemas/memory-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import type { ServiceContext } from "../service-context.ts";
import { touchesFor } from "../touches.ts";
import { readPage } from "./list-memories.ts";
import { type Memory, ownerFields } from "./memory.ts";
import { memoryRead } from "./read-memory.ts";
import { type TextFeatures, featuresOf, groupSimilar } from "./similar-texts.ts";

export interface DuplicateMemories {
  readonly groups: readonly DuplicateGroup[];
  /** Memories that were compared with each other. */
  readonly compared: number;
  /** Whether there are others, which were accessed longer ago. */
  readonly more: boolean;
}

interface DuplicateGroup {
  /** The one of them that was accessed last. */
  readonly memory: Memory;
  readonly duplicates: readonly {
    readonly memory: Memory;
    /** From 0 to 1. */
    readonly similarity: number;
  }[];
}

const comparedAtMost = 1_000;
/** Bytes of values that are compared. */
const comparedBytes = 64 * 1024 * 1024;
const readTogether = 50;
const usualThreshold = 0.85;

export async function findDuplicates(
  context: ServiceContext,
  input: DuplicateSearchInput,
  options: CallOptions,
): Promise<DuplicateMemories> {
  const { threshold = usualThreshold, ...given } = parseInput(duplicateSearch, input, "duplicates");
  const owner = ownerFields(given);
  await touchesFor(context.store).flush();
  const rest = makeRest();
  const features: TextFeatures[] = [];
  const memories: Memory[] = [];
  let after: KeyValues | undefined;
  let room = comparedBytes;
  do {
    const limit = Math.min(readTogether, comparedAtMost - memories.length);
    const page = await readPage(context, owner, after, limit, options, room);
    for (const row of page.rows) {
      const value = page.valueOf(row);
      room -= row.size as number;
      features.push(featuresOf(value));
      memories.push(memoryRead(context, row, value));
    }
    await rest();
    after = page.next;
  } while (after !== undefined && memories.length < comparedAtMost && room > 0);
  const similar = await groupSimilar(features, threshold, rest);
  const groups = similar.map(({ first, others }) => ({
    memory: memories[first] as Memory,
    duplicates: others.map(({ index, similarity }) => ({ memory: memories[index] as Memory, similarity })),
  }));
  return { groups, compared: memories.length, more: after !== undefined };
}
