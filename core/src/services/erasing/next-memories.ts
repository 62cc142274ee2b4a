/** The next memories of a project or a user to remove, with their versions and what holds their large values. */
import type { Expectation, Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { Row } from "../../model/kind.ts";
import { removeReference } from "../blobs/blob-holders.ts";
import { memoryKeyOf } from "../memories/memory.ts";
import type { ServiceContext } from "../service-context.ts";
import { type Owner, firstOf, memoriesOf } from "./owner.ts";

/** Memories that one commit removes: each is expected to be as it was read, so that no version is left behind. */
const atOnce = 12;
/** Of a memory with more versions the oldest go first, and the memory with the last of them. */
const versionsAtOnce = 40;

export interface Removal {
  readonly writes: readonly Write[];
  readonly expect: readonly Expectation[];
  readonly counts: Readonly<Record<string, number>>;
  /** Large values that lose a holder. */
  readonly hashes: readonly string[];
}

/** Undefined: none is left. */
export async function nextMemories(
  { store, tenant }: ServiceContext,
  owner: Owner,
  options: CallOptions,
): Promise<Removal | undefined> {
  const first = firstOf(memoriesOf(owner), atOnce);
  const memories = (await store.read({ tenant, requests: [first] }, options)).answers[0].rows;
  if (memories.length === 0) return undefined;
  const requests = memories.map((row) =>
    firstOf({ kind: "memory_versions", shape: "key", prefix: memoryKeyOf(row) }, versionsAtOnce, "plain"),
  );
  const { answers } = await store.read({ tenant, requests }, options);
  const versions = answers.flatMap(({ rows }) => rows);
  const whole = memories.filter((_, index) => answers[index]?.next === undefined);
  const references = versions.filter(({ valueFormat }) => valueFormat === "blob").map((row) => holderOf(row));
  return {
    writes: [
      ...versions.map((row): Write => ({
        type: "remove",
        kind: "memory_versions",
        key: [...memoryKeyOf(row), row.version as number],
      })),
      ...references.map((reference) => removeReference(reference)),
      ...whole.map((row): Write => ({ type: "remove", kind: "project_memories", key: memoryKeyOf(row) })),
    ],
    expect: memories.map((row) => ({
      type: "equals",
      kind: "project_memories",
      key: memoryKeyOf(row),
      fields: { revision: row.revision },
    })),
    counts: {
      project_memories: whole.length,
      memory_versions: versions.length,
      blob_references: references.length,
    },
    hashes: [...new Set(references.map(({ hash }) => hash))],
  };
}

function holderOf({ sessionId, memoryId, version, memoryValue }: Row) {
  return {
    sessionId: sessionId as string,
    hash: memoryValue as string,
    ownerKind: "memory_versions",
    ownerId: `${memoryId as string}/${version as number}`,
  };
}
