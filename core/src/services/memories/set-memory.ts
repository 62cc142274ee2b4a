/** Changes that give a memory a new value: set, restore, supersede, merge. */
import type { CallOptions } from "../../contract/store.ts";
import { invalidInput } from "../../guard/invalid-input.ts";
import type { Row, RowOf } from "../../model/kind.ts";
import type { projectMemories } from "../../model/memories.ts";
import { writeMetadata } from "../../schemas/json-value.ts";
import {
  type MemoryInput,
  type MemoryMergeInput,
  type MemoryRestoreInput,
  type MemorySuccessorInput,
  memoryInput,
  memoryMerge,
  memoryRestore,
  memorySuccessor,
} from "../../schemas/memory-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import type { ServiceContext } from "../service-context.ts";
import { type MemoryName, findMemory, readByKey } from "./find-memory.ts";
import {
  type OwnerFields,
  memoryKeyOf,
  memoryNotFound,
  memorySuperseded,
  ownerFields,
  ownerOf,
  versionNotFound,
} from "./memory.ts";
import { encodeValue, storedValueOf } from "./memory-value.ts";
import { type SavedMemory, saveMemory } from "./save-memory.ts";

/** Remembers a value under a key: a new memory, or a new version of the one that is there. */
export async function setMemory(
  context: ServiceContext,
  input: MemoryInput,
  options: CallOptions,
): Promise<SavedMemory> {
  const checked = parseInput(memoryInput, input, "memory");
  const { key, value: text, expectedVersion, operationId } = checked;
  const owner = ownerFields(checked);
  const encoded = await encodeValue(text);
  return saveMemory(context, { asked: ["set", checked], operationId, encoded, options }, async () => {
    const { row: target, session } = await readByKey(context, owner, key, options);
    return {
      value: text,
      version: {
        owner,
        key,
        target,
        session,
        value: encoded,
        ...besideValue(checked, target),
      },
      expectedVersion,
    };
  });
}

/** A new version that says what an older one said. */
export async function restoreMemory(
  context: ServiceContext,
  name: MemoryName,
  input: MemoryRestoreInput,
  options: CallOptions,
): Promise<SavedMemory> {
  const { version: number, expectedVersion, operationId } = parseInput(memoryRestore, input, "restore");
  return saveMemory(
    context,
    { asked: ["restore", name, number, expectedVersion], operationId, options },
    async () => {
      const { row: target, session } = await findMemory(context, name, options);
      const memoryId = target.memoryId as string;
      const { store, tenant } = context;
      const { answers } = await store.read(
        {
          tenant,
          requests: [{ type: "get", kind: "memory_versions", keys: [[...memoryKeyOf(target), number]] }],
        },
        options,
      );
      const old = answers[0][0];
      if (old === undefined) throw versionNotFound(memoryId, number);
      if (target.supersededBy !== "") throw memorySuperseded(target);
      return {
        value: undefined,
        version: {
          owner: ownerOf(target),
          key: target.memoryKey as string,
          target,
          session,
          value: storedValueOf(old),
          metadata: old.metadata as string,
          provenance: old.provenance as string,
          ttlSeconds: target.ttlSeconds as number,
          restored: number,
        },
        expectedVersion,
      };
    },
  );
}

/** Another memory takes the place of one. */
export async function supersedeMemory(
  context: ServiceContext,
  name: MemoryName,
  input: MemorySuccessorInput,
  options: CallOptions,
): Promise<SavedMemory> {
  const checked = parseInput(memorySuccessor, input, "memory");
  const { value: text, operationId } = checked;
  const encoded = await encodeValue(text);
  return saveMemory(
    context,
    { asked: ["supersede", name, checked], operationId, encoded, options },
    async () => {
      const { row: old, session } = await findMemory(context, name, options);
      if (old.supersededBy !== "") throw memorySuperseded(old);
      const owner = ownerOf(old);
      const key = checked.key ?? keyOf(old);
      const isSameKey = key === old.memoryKey;
      const target = isSameKey ? undefined : (await readByKey(context, owner, key, options)).row;
      return {
        value: text,
        version: {
          owner,
          key,
          target,
          session,
          value: encoded,
          ...besideValue(checked, target),
          superseded: [old],
        },
      };
    },
  );
}

/** One memory takes the place of several. */
export async function mergeMemories(
  context: ServiceContext,
  input: MemoryMergeInput,
  options: CallOptions,
): Promise<SavedMemory> {
  const checked = parseInput(memoryMerge, input, "merge");
  const { into, value: text, operationId } = checked;
  const encoded = text === undefined ? undefined : await encodeValue(text);
  return saveMemory(context, { asked: ["merge", checked], operationId, encoded, options }, async () => {
    const found = await Promise.all(
      [...new Set(checked.ids)].map((each) => findMemory(context, each, options)),
    );
    const [first] = found;
    if (first === undefined) throw memoryNotFound("");
    const owner = ownerOf(first.row);
    const target =
      "id" in into
        ? await findMemory(context, into.id, options)
        : await readByKey(context, owner, into.key, options);
    const all = target.row === undefined ? found : [...found, target];
    for (const { row } of all) {
      if (row !== undefined && !isSameOwner(ownerOf(row), owner)) throw otherOwner(row);
      if (row !== undefined && row.supersededBy !== "") throw memorySuperseded(row);
    }
    const superseded = found.map(({ row }) => row).filter((row) => row.memoryId !== target.row?.memoryId);
    const key = target.row === undefined ? (into as { readonly key: string }).key : keyOf(target.row);
    if (encoded === undefined && target.row === undefined) throw noValue();
    return {
      value: text,
      version: {
        owner,
        key,
        target: target.row,
        session: first.session,
        value: encoded ?? storedValueOf(target.row as Row),
        ...besideValue(checked, target.row),
        superseded,
      },
    };
  });
}

/** What a version says beside its value: metadata and time to live stay as they were where nothing is said of them. */
function besideValue(
  { metadata, provenance, ttlSeconds }: Pick<MemoryInput, "metadata" | "provenance" | "ttlSeconds">,
  target: Row | undefined,
) {
  const known = target as RowOf<typeof projectMemories> | undefined;
  return {
    metadata: metadata === undefined ? (known?.metadata ?? "") : writeMetadata(metadata),
    provenance: provenance === undefined ? "" : JSON.stringify(provenance),
    ttlSeconds: ttlSeconds === undefined ? (known?.ttlSeconds ?? 0) : (ttlSeconds ?? 0),
  };
}

/** The key of a memory, also of one whose place another took. */
function keyOf({ memoryKey, supersededKey }: Row): string {
  return (memoryKey === "" ? supersededKey : memoryKey) as string;
}

function isSameOwner(left: OwnerFields, right: OwnerFields): boolean {
  return (
    left.projectId === right.projectId && left.userId === right.userId && left.sessionId === right.sessionId
  );
}

function otherOwner(row: Row): Error {
  const message = `The memory ${row.memoryId as string} belongs to another project, user or session than the first.`;
  return invalidInput("type", message, { field: "ids" });
}

function noValue(): Error {
  return invalidInput("type", "A memory that is not there yet needs a value.", { field: "value" });
}
