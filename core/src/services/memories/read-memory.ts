/** Reading one memory, which counts. */
import type { CallOptions } from "../../contract/store.ts";
import type { Row } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";
import { touchesFor } from "../touches.ts";
import { type MemoryName, findMemory } from "./find-memory.ts";
import { type Memory, memoryKeyOf, toMemory } from "./memory.ts";
import { readWithValues } from "./memory-value.ts";

const accessFields = { kind: "project_memories", count: "accessedCount", last: "lastAccessed" } as const;

/** A memory as it was before this reading, which counts from now on. @throws ThroughlineError `not_found`, `invalid` */
export async function readMemory(
  context: ServiceContext,
  name: MemoryName,
  options: CallOptions,
): Promise<Memory> {
  const { read, valueOf } = await touchesFor(context.store).reading(async () =>
    readWithValues(
      context,
      async () => findMemory(context, name, options),
      ({ row }) => [row],
    ),
  );
  const memory = memoryRead(context, read.row, valueOf(read.row));
  noteReads(context, [read.row]);
  return memory;
}

/** A row as callers see it, with the readings that are not in the store yet. */
export function memoryRead({ store, tenant }: ServiceContext, row: Row, value: string): Memory {
  return toMemory(row, value, touchesFor(store).waiting(tenant, "project_memories", memoryKeyOf(row)));
}

/** Counts that memories were read. */
export function noteReads({ store, tenant }: ServiceContext, rows: readonly Row[]): void {
  const now = store.now();
  const touches = touchesFor(store);
  for (const row of rows) touches.note(tenant, accessFields, memoryKeyOf(row), now);
}
