/** Remembers a value under a key: a new memory, or a new version of the one that is there. */
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { CallOptions } from "../../contract/store.ts";
import type { CommitResult } from "../../contract/batch.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
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
import { invalidInput } from "../../guard/invalid-input.ts";
import { withStagedBlobs } from "../blobs/with-staged-blobs.ts";
import type { StagedBlobs } from "../blobs/staged-blobs.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { sessionNotFound } from "../find-session.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import { isSessionGone, isStatusChange } from "../touch-session.ts";
import { type MemoryName, findMemory, queryById, readByKey } from "./find-memory.ts";
import {
  type Memory,
  type OwnerFields,
  memoryKeyOf,
  memoryNotFound,
  memorySuperseded,
  ownerFields,
  ownerOf,
  toMemory,
  versionNotFound,
} from "./memory.ts";
import { type EncodedValue, encodeValue, readWithValues, storedValueOf } from "./memory-value.ts";
import { type NewVersion, writeVersion } from "./write-version.ts";

export interface SavedMemory extends Memory {
  /** False where it was there, and got a new version. */
  readonly created: boolean;
  /** True when all of it had been stored before, under the same operation id. */
  readonly replayed: boolean;
}

/** What a change comes to, once it is known how things are. */
interface Plan {
  readonly version: Omit<NewVersion, "operation" | "id">;
  /** What the memory says then; undefined where it has to be read. */
  readonly value: string | undefined;
}

export async function setMemory(
  context: ServiceContext,
  input: MemoryInput,
  options: CallOptions,
): Promise<SavedMemory> {
  const checked = parseInput(memoryInput, input, "memory");
  const { key, value: text, metadata, ttlSeconds, provenance, expectedVersion, operationId } = checked;
  const owner = ownerFields(checked);
  const encoded = await encodeValue(text);
  return save(context, { asked: ["set", checked], operationId, encoded, options }, async () => {
    const { row: target, session } = await readByKey(context, owner, key, options);
    return {
      value: text,
      version: {
        owner,
        key,
        target,
        session,
        value: encoded,
        metadata: metadataOf(metadata, target),
        provenance: provenance === undefined ? "" : JSON.stringify(provenance),
        ttlSeconds: ttlOf(ttlSeconds, target),
        expectedVersion,
      },
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
  return save(
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
          expectedVersion,
        },
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
  const { value: text, metadata, ttlSeconds, provenance, operationId } = checked;
  const encoded = await encodeValue(text);
  return save(context, { asked: ["supersede", name, checked], operationId, encoded, options }, async () => {
    const { row: old, session } = await findMemory(context, name, options);
    if (old.supersededBy !== "" && operationId === undefined) throw memorySuperseded(old);
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
        metadata: metadataOf(metadata, target),
        provenance: provenance === undefined ? "" : JSON.stringify(provenance),
        ttlSeconds: ttlOf(ttlSeconds, target),
        superseded: [old],
      },
    };
  });
}

/** One memory takes the place of several. */
export async function mergeMemories(
  context: ServiceContext,
  input: MemoryMergeInput,
  options: CallOptions,
): Promise<SavedMemory> {
  const checked = parseInput(memoryMerge, input, "merge");
  const { into, value: text, metadata, ttlSeconds, provenance, operationId } = checked;
  const encoded = text === undefined ? undefined : await encodeValue(text);
  return save(context, { asked: ["merge", checked], operationId, encoded, options }, async () => {
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
      if (row !== undefined && row.supersededBy !== "" && operationId === undefined)
        throw memorySuperseded(row);
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
        metadata: metadataOf(metadata, target.row),
        provenance: provenance === undefined ? "" : JSON.stringify(provenance),
        ttlSeconds: ttlOf(ttlSeconds, target.row),
        superseded,
      },
    };
  });
}

interface Change {
  /** What the caller asked, for the fingerprint. */
  readonly asked: unknown;
  readonly operationId: string | undefined;
  readonly encoded?: EncodedValue | undefined;
  readonly options: CallOptions;
}

/** Plans a change by how things are, and commits it: again, from the beginning, while others are faster. */
async function save(
  context: ServiceContext,
  { asked, operationId, encoded, options }: Change,
  plan: () => Promise<Plan>,
): Promise<SavedMemory> {
  const operation =
    operationId === undefined
      ? undefined
      : { id: operationId, fingerprint: fingerprintOf(["memory", asked]) };
  let saved: { readonly planned: Plan; readonly row: Row } | undefined;
  const commit = async (blobs: StagedBlobs | undefined): Promise<CommitResult> =>
    repeatOnConflict(
      (failed) => failed.kind === "project_memories" || isStatusChange(failed),
      async () => {
        const planned = await plan();
        const id = planned.version.target === undefined ? await newMemoryId(context, options) : "";
        try {
          const { result, row } = await writeVersion(
            context,
            { ...planned.version, id, operation },
            blobs,
            options,
          );
          saved = { planned, row };
          return result;
        } catch (error) {
          throw isSessionGone(error) ? sessionNotFound(planned.version.owner.sessionId) : error;
        }
      },
    );
  const blob = encoded?.blob;
  const result =
    blob === undefined
      ? await commit(undefined)
      : await withStagedBlobs(context, async (blobs) => {
          await blobs.stage([blob]);
          return commit(blobs);
        });
  if (saved === undefined) throw new TypeError("a commit that succeeded has planned nothing");
  const { planned, row } = saved;
  const { target, superseded = [], owner } = planned.version;
  const written = result.results[superseded.length + 1];
  const memory =
    !result.replayed && planned.value !== undefined
      ? toMemory(row, planned.value)
      : await readSaved(
          context,
          written !== undefined && "key" in written ? written.key : [owner.sessionId, ""],
          row,
          planned.value,
          options,
        );
  return { ...memory, created: target === undefined && !result.replayed, replayed: result.replayed };
}

/** A memory as one of its versions had it: the answer of a change that was carried out before, too. */
async function readSaved(
  context: ServiceContext,
  key: KeyValues,
  planned: Row,
  value: string | undefined,
  options: CallOptions,
): Promise<Memory> {
  const { store, tenant } = context;
  const [sessionId = "", memoryId = "", number = 0] = key;
  const { read, valueOf } = await readWithValues(
    context,
    async () =>
      store.read(
        {
          tenant,
          requests: [
            { type: "get", kind: "project_memories", keys: [[sessionId, memoryId]] },
            { type: "get", kind: "memory_versions", keys: [key] },
          ],
        },
        options,
      ),
    ({ answers }) => answers[1].filter((row) => row !== undefined),
  );
  const [[memory], [version]] = read.answers;
  if (version === undefined) {
    // Deleted since: what the caller gave is known all the same.
    if (value === undefined) throw memoryNotFound(String(memoryId));
    return toMemory({ ...planned, memoryId, version: number }, value);
  }
  const { expiresAt: _, revision: __, ...said } = version;
  return toMemory({ ...(memory ?? planned), ...said, memoryId }, valueOf(version));
}

/** `mem_` and 12 hexadecimal digits that no memory has. */
async function newMemoryId(context: ServiceContext, options: CallOptions): Promise<string> {
  const { store, tenant, generateId } = context;
  for (;;) {
    const hash = bytesToHex(sha256(utf8ToBytes(generateId())));
    const id = `mem_${hash.slice(0, 12)}`;
    const { answers } = await store.read({ tenant, requests: [queryById(id)] }, options);
    if (answers[0].rows.length === 0) return id;
  }
}

function metadataOf(given: Readonly<Record<string, unknown>> | undefined, target: Row | undefined): string {
  return given === undefined ? ((target?.metadata as string | undefined) ?? "") : writeMetadata(given);
}

function ttlOf(given: number | null | undefined, target: Row | undefined): number {
  return given === undefined ? ((target?.ttlSeconds as number | undefined) ?? 0) : (given ?? 0);
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
