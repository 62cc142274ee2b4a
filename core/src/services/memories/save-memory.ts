/** Commits a change of a memory as it is planned by how things are: again while others are faster, and never twice. */
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { CommitResult, WriteResult } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { memoryVersions } from "../../model/memories.ts";
import type { StagedBlobs } from "../blobs/staged-blobs.ts";
import { withStagedBlobs } from "../blobs/with-staged-blobs.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import { asSessionNotFound, isStatusChange } from "../sessions/touch-session.ts";
import { queryById } from "./find-memory.ts";
import { type Memory, memoryNotFound, toMemory } from "./memory.ts";
import { type EncodedValue, readWithValues } from "./memory-value.ts";
import { memoryRead } from "./read-memory.ts";
import { type NewVersion, memoryAfter, writeVersion } from "./write-version.ts";

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
  /** Refuses the change when the newest version is another one; 0: there must be none. */
  readonly expectedVersion?: number | undefined;
}

interface Change {
  /** What the caller asked, for the fingerprint. */
  readonly asked: unknown;
  readonly operationId: string | undefined;
  readonly encoded?: EncodedValue | undefined;
  readonly options: CallOptions;
}

interface Attempt {
  readonly planned?: Plan;
  /** The memory as the plan has it. */
  readonly row?: Row;
  readonly result: CommitResult;
  /** Why it could not be carried out now. */
  readonly refusal?: unknown;
}

/**
 * @throws whatever the plan throws, unless the change was carried out before under its operation id; `conflict` with reason
 *   `version` for another `expectedVersion`
 */
export async function saveMemory(
  context: ServiceContext,
  { asked, operationId, encoded, options }: Change,
  plan: () => Promise<Plan>,
): Promise<SavedMemory> {
  const operation =
    operationId === undefined
      ? undefined
      : { id: operationId, fingerprint: fingerprintOf(["memory", asked]) };
  let attempt: Attempt | undefined;
  const commit = async (blobs: StagedBlobs | undefined): Promise<CommitResult> => {
    attempt = await repeatOnConflict(
      (failed) => failed.kind === "project_memories" || isStatusChange(failed),
      async () => tryOnce(context, operation, blobs, plan, options),
    );
    return attempt.result;
  };
  const blob = encoded?.blob;
  await (blob === undefined
    ? commit(undefined)
    : withStagedBlobs(context, async (blobs) => {
        await blobs.stage([blob]);
        return commit(blobs);
      }));
  if (attempt === undefined) throw new TypeError("a change that succeeded was never tried");
  const { planned, row, result, refusal } = attempt;
  const { replayed } = result;
  const created = !replayed && planned?.version.target === undefined;
  if (!replayed && row !== undefined && planned?.value !== undefined) {
    return { ...memoryRead(context, row, planned.value), created, replayed };
  }
  const key = versionKeyOf(result.results);
  const memory = await readSaved(context, key, row, planned?.value, options);
  if (memory === undefined) throw refusal instanceof Error ? refusal : memoryNotFound(String(key[1]));
  return { ...memory, created, replayed };
}

type Operation = NonNullable<NewVersion["operation"]>;

async function tryOnce(
  context: ServiceContext,
  operation: Operation | undefined,
  blobs: StagedBlobs | undefined,
  plan: () => Promise<Plan>,
  options: CallOptions,
): Promise<Attempt> {
  let planned: Plan | undefined;
  try {
    planned = await plan();
    expectVersion(planned);
  } catch (refusal) {
    if (operation === undefined) throw refusal;
    const result = await carriedOutBefore(context, operation, refusal, options);
    if (planned === undefined) return { result, refusal };
    const row = memoryAfter({ ...planned.version, id: "" }, context.store.now());
    return { planned, row, result, refusal };
  }
  const id = planned.version.target === undefined ? await newMemoryId(context, options) : "";
  const version = { ...planned.version, id, operation };
  try {
    return { planned, ...(await writeVersion(context, version, blobs, options)) };
  } catch (error) {
    throw asSessionNotFound(error, version.owner.sessionId);
  }
}

/**
 * What is refused now may have been carried out before, whatever has become of the memory since: only the store knows
 * that.
 */
async function carriedOutBefore(
  { store, tenant }: ServiceContext,
  operation: Operation,
  refusal: unknown,
  options: CallOptions,
): Promise<CommitResult> {
  // No memory is ever at this version: a batch that is new is refused.
  const fields = { version: -1 };
  const never = { type: "equals", kind: "project_memories", key: ["", "mem_"], fields } as const;
  try {
    return await store.commit({ tenant, operation, expect: [never], writes: [] }, options);
  } catch (error) {
    throw isThroughlineError(error) && error.reason === "expectation" ? refusal : error;
  }
}

/** The key of the version that a batch wrote: among its results the first one of three values. */
function versionKeyOf(results: readonly WriteResult[]): KeyValues {
  const keys = results.flatMap((result) => ("key" in result ? [result.key] : []));
  return keys.find(({ length }) => length === memoryVersions.key.length) ?? [];
}

function expectVersion({ version: { key, target }, expectedVersion }: Plan): void {
  const known = (target?.version as number | undefined) ?? 0;
  if (expectedVersion === undefined || expectedVersion === known) return;
  const found = known === 0 ? "is not there" : `is at version ${known}`;
  throw new ThroughlineError("conflict", `The memory ${key} ${found}, not at ${expectedVersion}.`, {
    reason: "version",
    outcome: "refused",
    details: { memory: key, expected: expectedVersion, actual: known },
  });
}

/**
 * A memory as one of its versions had it: the answer of a change that was carried out before, too. Undefined: it is not
 * there any more, and nobody knows what it said.
 */
async function readSaved(
  context: ServiceContext,
  key: KeyValues,
  planned: Row | undefined,
  value: string | undefined,
  options: CallOptions,
): Promise<Memory | undefined> {
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
  // Of a memory that has ended, versions are left: nobody is to see them.
  if (memory === undefined || version === undefined) {
    if (planned === undefined || value === undefined) return undefined;
    // What the caller gave is known all the same.
    return toMemory({ ...planned, memoryId, version: number }, value);
  }
  const { expiresAt: _, revision: __, ...said } = version;
  return toMemory({ ...memory, ...said }, valueOf(version));
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
