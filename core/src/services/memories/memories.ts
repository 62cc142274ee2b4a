/** Memories: keyed facts of a project, a user or a session. */
import type {
  DuplicateSearchInput,
  MemoryAddress,
  MemoryChanges,
  MemoryComparisonInput,
  MemoryHistoryInput,
  MemoryInput,
  MemoryListInput,
  MemoryMergeInput,
  MemoryRestoreInput,
  MemorySuccessorInput,
} from "../../schemas/memory-input.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings, Page } from "../sessions/sessions.ts";
import { changeMemory } from "./change-memory.ts";
import { type MemoryComparison, compareVersions } from "./compare-versions.ts";
import { deleteMemory } from "./delete-memory.ts";
import { type DuplicateMemories, findDuplicates } from "./find-duplicates.ts";
import type { MemoryName } from "./find-memory.ts";
import { listMemories } from "./list-memories.ts";
import { readHistory } from "./memory-history.ts";
import type { Memory, MemoryVersion } from "./memory.ts";
import { readMemory } from "./read-memory.ts";
import type { SavedMemory } from "./save-memory.ts";
import { mergeMemories, restoreMemory, setMemory, supersedeMemory } from "./set-memory.ts";

export class Memories {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /**
   * Remembers a value under a key. A key that is there gets a new version: same id, its time to live from now; metadata
   * and time to live stay as they were where they are left out. Two who set one key at once write two versions.
   *
   * @throws ThroughlineError `invalid`; `too_large` with reason `memory` above 1 MiB; `conflict` with reason `version`
   *   (another `expectedVersion`) or `operation_reused`; `not_found` for a session that is not there
   */
  async set(input: MemoryInput, settings: CallSettings = {}): Promise<SavedMemory> {
    return setMemory(this.#context, input, settings);
  }

  /** The memory of a key. It counts as read. @throws ThroughlineError `not_found`, `invalid` */
  async get(address: MemoryAddress, settings: CallSettings = {}): Promise<Memory> {
    return readMemory(this.#context, Object(address) as MemoryAddress, settings);
  }

  /** A memory by its id, also one whose place another took. It counts as read. @throws ThroughlineError `not_found` */
  async getById(id: string, settings: CallSettings = {}): Promise<Memory> {
    return readMemory(this.#context, id, settings);
  }

  /**
   * Memories of a project, a user or a session, most recently accessed first: by default 20. All of them count as read.
   * With `text` only those in whose key or value its words occur. A page may be short and go on: one answer holds 16 MiB of
   * values, and with `text` one call looks at 1,000 memories.
   *
   * @throws ThroughlineError `invalid`; `not_found` for a session that is not there
   */
  async list(options: MemoryListInput, settings: CallSettings = {}): Promise<Page<Memory>> {
    return listMemories(this.#context, options, settings);
  }

  /** The versions of a memory, newest first, up to 16 MiB of values a page. @throws ThroughlineError `not_found`, `invalid` */
  async history(
    memory: MemoryName,
    options: MemoryHistoryInput = {},
    settings: CallSettings = {},
  ): Promise<Page<MemoryVersion>> {
    return readHistory(this.#context, memory, options, settings);
  }

  /** What differs between two versions, line by line. @throws ThroughlineError `not_found`, `invalid` */
  async compare(
    memory: MemoryName,
    versions: MemoryComparisonInput,
    settings: CallSettings = {},
  ): Promise<MemoryComparison> {
    return compareVersions(this.#context, memory, versions, settings);
  }

  /**
   * Writes what an older version said as a new version, with its metadata; its time to live begins anew.
   *
   * @throws as `set`; `not_found` with reason `version`; `conflict` with reason `superseded`
   */
  async restore(
    memory: MemoryName,
    input: MemoryRestoreInput,
    settings: CallSettings = {},
  ): Promise<SavedMemory> {
    return restoreMemory(this.#context, memory, input, settings);
  }

  /**
   * Changes metadata by a merge patch, or the time to live, without a new version.
   *
   * @throws ThroughlineError `not_found`, `invalid`
   */
  async update(memory: MemoryName, changes: MemoryChanges, settings: CallSettings = {}): Promise<Memory> {
    return changeMemory(this.#context, memory, changes, settings);
  }

  /** Deletes a memory with all its versions. @throws ThroughlineError `not_found` */
  async delete(memory: MemoryName, settings: CallSettings = {}): Promise<void> {
    return deleteMemory(this.#context, memory, settings);
  }

  /**
   * Puts another memory in the place of one, instead of overwriting it: the old one is in no list any more, and stays
   * readable by its id; the new version names it.
   *
   * @throws as `set`; `conflict` with reason `superseded`
   */
  async supersede(
    memory: MemoryName,
    input: MemorySuccessorInput,
    settings: CallSettings = {},
  ): Promise<SavedMemory> {
    return supersedeMemory(this.#context, memory, input, settings);
  }

  /**
   * Groups of memories whose values are nearly the same, among the 1,000 accessed last, of up to 64 MiB together: for a person, or a model, to
   * decide about, and for `merge`. Nothing is changed, and nothing counts as read.
   *
   * @throws ThroughlineError `invalid`; `not_found` for a session that is not there
   */
  async findDuplicates(
    options: DuplicateSearchInput,
    settings: CallSettings = {},
  ): Promise<DuplicateMemories> {
    return findDuplicates(this.#context, options, settings);
  }

  /**
   * One memory takes the place of others, by a new version: of the memory `into.id`, or of the one that has `into.key`.
   *
   * @throws as `supersede`
   */
  async merge(
    ids: readonly string[],
    into: MemoryMergeInput["into"],
    { signal, ...content }: Omit<MemoryMergeInput, "ids" | "into"> & CallSettings = {},
  ): Promise<SavedMemory> {
    const settings = signal === undefined ? {} : { signal };
    return mergeMemories(this.#context, { ids: ids as string[], into, ...content }, settings);
  }
}
