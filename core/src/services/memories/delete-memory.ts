/** Deletes memories with all their versions. */
import type { Expectation, Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { KeyValues } from "../../model/kind.ts";
import { removeReference } from "../blobs/blob-holders.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import { sweepBlobs } from "../blobs/sweep-blobs.ts";
import { asSessionNotFound, isStatusChange, touchSession } from "../sessions/touch-session.ts";
import { type MemoryName, findMemory } from "./find-memory.ts";
import { memoryKeyOf } from "./memory.ts";

/** Versions that one commit removes, each with its reference to a large value. */
const versionsAtOnce = 400;

/** @throws ThroughlineError `not_found` */
export async function deleteMemory(
  context: ServiceContext,
  name: MemoryName,
  options: CallOptions,
): Promise<void> {
  const { store, tenant } = context;
  const hashes = new Set<string>();
  await repeatOnConflict(
    (failed) => failed.kind === "project_memories" || isStatusChange(failed),
    async () => {
      const { row, session } = await findMemory(context, name, options);
      const key = memoryKeyOf(row);
      const { revision } = row;
      const touched = session === undefined ? undefined : touchSession(session, store.now());
      const expect: Expectation[] = [
        { type: "equals", kind: "project_memories", key, fields: { revision } },
        ...(touched === undefined ? [] : [touched.expect]),
      ];
      try {
        // The oldest first, and the memory with the last of them: who is cut short can begin again.
        for (;;) {
          const { writes, blobs, isLast } = await removeVersions(context, key, options);
          for (const hash of blobs) hashes.add(hash);
          const last: Write[] = [
            { type: "remove", kind: "project_memories", key },
            ...(touched === undefined ? [] : [touched.write]),
          ];
          await store.commit({ tenant, writes: isLast ? [...writes, ...last] : writes, expect }, options);
          if (isLast) return;
        }
      } catch (error) {
        throw asSessionNotFound(error, row.sessionId as string);
      }
    },
  );
  if (hashes.size > 0) await sweepBlobs(context, { hashes: [...hashes] });
}

interface Removal {
  readonly writes: readonly Write[];
  /** Large values that lose a holder. */
  readonly blobs: readonly string[];
  readonly isLast: boolean;
}

/** Removes the first versions of a memory. */
export async function removeVersions(
  { store, tenant }: ServiceContext,
  key: KeyValues,
  options: CallOptions,
): Promise<Removal> {
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        {
          type: "query",
          kind: "memory_versions",
          shape: "key",
          prefix: key,
          direction: "forward",
          limit: versionsAtOnce,
        },
      ],
    },
    options,
  );
  const [{ rows, next }] = answers;
  const apart = rows.filter(({ valueFormat }) => valueFormat === "blob");
  const writes = [
    ...rows.map((row): Write => ({
      type: "remove",
      kind: "memory_versions",
      key: [...key, row.version as number],
    })),
    ...apart.map(({ sessionId, memoryId, version, memoryValue }) =>
      removeReference({
        sessionId: sessionId as string,
        hash: memoryValue as string,
        ownerKind: "memory_versions",
        ownerId: `${memoryId as string}/${version as number}`,
      }),
    ),
  ];
  return { writes, blobs: apart.map(({ memoryValue }) => memoryValue as string), isLast: next === undefined };
}
