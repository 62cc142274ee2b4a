/** Changes what is known about a memory, without a new version. */
import type { Expectation, Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { Row, StoredRecord } from "../../model/kind.ts";
import { readMetadata, writeMetadata } from "../../schemas/json-value.ts";
import { type MemoryChanges, memoryChanges } from "../../schemas/memory-input.ts";
import { mergePatch } from "../../schemas/merge-patch.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import { asSessionNotFound, isStatusChange, touchSession } from "../sessions/touch-session.ts";
import { type MemoryName, findMemory } from "./find-memory.ts";
import { type Memory, memoryKeyOf } from "./memory.ts";
import { readWithValues } from "./memory-value.ts";
import { memoryRead } from "./read-memory.ts";

export async function changeMemory(
  context: ServiceContext,
  name: MemoryName,
  input: MemoryChanges,
  options: CallOptions,
): Promise<Memory> {
  const { metadata, ttlSeconds } = parseInput(memoryChanges, input, "memory");
  const { store, tenant } = context;
  return repeatOnConflict(
    (failed) => failed.kind === "project_memories" || isStatusChange(failed),
    async () => {
      const { read, valueOf } = await readWithValues(
        context,
        async () => findMemory(context, name, options),
        ({ row }) => [row],
      );
      const { row, session } = read;
      const now = store.now();
      const set: Record<string, StoredRecord[string]> = {};
      if (metadata !== undefined) {
        set.metadata = writeMetadata(
          mergePatch(readMetadata(row.metadata), metadata) as Record<string, unknown>,
        );
      }
      if (ttlSeconds !== undefined) {
        set.ttlSeconds = ttlSeconds ?? 0;
        set.expiresAt = ttlSeconds === null ? 0 : now + ttlSeconds * 1_000;
      }
      const { ttlSeconds: _, ...ofVersion } = set;
      const key = memoryKeyOf(row);
      const touched = session === undefined ? undefined : touchSession(session, now);
      const writes: Write[] = [
        { type: "update", kind: "project_memories", key, set: { ...set, updatedAt: now } },
        // The newest version says what holds now.
        ...(Object.keys(ofVersion).length === 0
          ? []
          : [
              {
                type: "update",
                kind: "memory_versions",
                key: [...key, row.version as number],
                set: ofVersion,
              } as const,
            ]),
        ...(touched === undefined ? [] : [touched.write]),
      ];
      const { revision } = row;
      const expect: Expectation[] = [
        { type: "equals", kind: "project_memories", key, fields: { revision } },
        ...(touched === undefined ? [] : [touched.expect]),
      ];
      await store.commit({ tenant, writes, expect }, options).catch((error: unknown) => {
        throw asSessionNotFound(error, row.sessionId as string);
      });
      const changed = { ...row, ...set, updatedAt: now, revision: revision + 1 } as Row;
      return memoryRead(context, changed, valueOf(row));
    },
  );
}
