/** The versions of a memory. */
import type { CallOptions } from "../../contract/store.ts";
import { placeOf } from "../../contract/page.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { memoryVersions } from "../../model/memories.ts";
import { type MemoryHistoryInput, memoryHistory } from "../../schemas/memory-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Page } from "../sessions/sessions.ts";
import { type MemoryName, findMemory } from "./find-memory.ts";
import { type MemoryVersion, memoryKeyOf, toMemoryVersion, versionNotFound } from "./memory.ts";
import { readWithValues, valuesAtOnce, withRoom } from "./memory-value.ts";

const defaultLimit = 20;

/** A page of versions, newest first. It may be short and go on: one answer holds 16 MiB of values. */
export async function readHistory(
  context: ServiceContext,
  name: MemoryName,
  input: MemoryHistoryInput,
  options: CallOptions,
): Promise<Page<MemoryVersion>> {
  const { limit = defaultLimit, cursor } = parseInput(memoryHistory, input, "history");
  const { row } = await findMemory(context, name, options);
  const list = `versions ${row.memoryId as string}`;
  const after: KeyValues | undefined = cursor === undefined ? undefined : readCursor(list, cursor);
  const { store, tenant } = context;
  const { read, valueOf } = await readWithValues(
    context,
    async () => {
      const { answers } = await store.read(
        {
          tenant,
          requests: [
            {
              type: "query",
              kind: "memory_versions",
              shape: "key",
              prefix: memoryKeyOf(row),
              direction: "backward",
              limit,
              ...(after === undefined ? undefined : { after }),
            },
          ],
        },
        options,
      );
      return withRoom(answers[0], valuesAtOnce, (version) => placeOf(memoryVersions, "key", version));
    },
    ({ rows }) => rows,
  );
  const items = read.rows.map((version) => toMemoryVersion(version, valueOf(version)));
  return read.next === undefined ? { items } : { items, next: writeCursor(list, read.next) };
}

/** Some versions of a memory, by number. @throws ThroughlineError `not_found` with reason `memory` or `version` */
export async function readVersions(
  context: ServiceContext,
  name: MemoryName,
  numbers: readonly number[],
  options: CallOptions,
): Promise<readonly MemoryVersion[]> {
  const { row } = await findMemory(context, name, options);
  const { store, tenant } = context;
  const keys = numbers.map((number) => [...memoryKeyOf(row), number]);
  const { read, valueOf } = await readWithValues(
    context,
    async () =>
      (await store.read({ tenant, requests: [{ type: "get", kind: "memory_versions", keys }] }, options))
        .answers[0],
    (rows) => rows.filter((found): found is Row => found !== undefined),
  );
  return read.map((version, index) => {
    if (version === undefined) throw versionNotFound(row.memoryId as string, numbers[index] ?? 0);
    return toMemoryVersion(version, valueOf(version));
  });
}
