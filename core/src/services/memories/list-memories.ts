/** Lists of memories, most recently accessed first. */
import type { Query, Page as RowPage } from "../../contract/read.ts";
import { placeOf } from "../../contract/page.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { projectMemories } from "../../model/memories.ts";
import { type MemoryListInput, memoryList } from "../../schemas/memory-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { compileTextQuery } from "../../text/match-text.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import { fillPage } from "../list-page.ts";
import { parseQuery } from "../search.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Page } from "../sessions/sessions.ts";
import { touchesFor } from "../touches.ts";
import { type Memory, type OwnerFields, ownerFields, ownerValues } from "./memory.ts";
import { readWithValues, valuesAtOnce, withRoom } from "./memory-value.ts";
import { memoryRead, noteReads } from "./read-memory.ts";

const defaultLimit = 20;
/** Memories that one call looks at for a text, and that are looked at together: their values may be large. */
const lookedAt = 1_000;
const together = 50;

/**
 * A page of memories. It may be short and go on: one answer holds 16 MiB of values, and with `text` one call looks at 1,000
 * memories.
 *
 * @throws ThroughlineError `invalid`, `not_found` for a session
 */
export async function listMemories(
  context: ServiceContext,
  input: MemoryListInput,
  options: CallOptions,
): Promise<Page<Memory>> {
  const { limit = defaultLimit, cursor, text, ...given } = parseInput(memoryList, input, "memories");
  const owner = ownerFields(given);
  const list = `memories ${JSON.stringify([...ownerValues(owner), text])}`;
  const matcher = text === undefined ? undefined : compileTextQuery(parseQuery(text));
  const { store } = context;
  // The order is that of reading.
  await touchesFor(store).flush();
  const found: Row[] = [];
  let room = valuesAtOnce;
  let looked = 0;
  const page = await fillPage(list, limit, cursor, async (after, places) => {
    const wanted = matcher === undefined ? places : Math.min(together, lookedAt - looked);
    const { rows, next, valueOf } = await touchesFor(store).reading(async () =>
      readPage(context, owner, after, wanted, options, room),
    );
    looked += Math.max(rows.length, 1);
    const items: Memory[] = [];
    for (const row of rows) {
      const value = valueOf(row);
      if (matcher?.matchText(`${row.memoryKey as string}\n${value}`).matched === false) continue;
      found.push(row);
      items.push(memoryRead(context, row, value));
      room -= row.size as number;
      if (items.length < places) continue;
      const isLast = row === rows.at(-1);
      return { items, next: isLast ? next : placeOf(projectMemories, "accessed", row) };
    }
    const isEnough = room <= 0 || (matcher !== undefined && looked >= lookedAt);
    return { items, next, isEnough };
  });
  noteReads(context, found);
  return page;
}

/**
 * Live memories of an owner from a place on, with their values: as many as have room, at least one. Those whose place another
 * took are left out.
 */
export async function readPage(
  context: ServiceContext,
  owner: OwnerFields,
  after: KeyValues | undefined,
  limit: number,
  options: CallOptions,
  room: number,
): Promise<{
  readonly rows: readonly Row[];
  readonly next: KeyValues | undefined;
  valueOf(row: Row): string;
}> {
  const { store, tenant } = context;
  const query: Query = {
    type: "query",
    kind: "project_memories",
    shape: "accessed",
    prefix: ownerValues(owner),
    direction: "backward",
    limit,
    where: [{ field: "memoryKey", test: "differs", value: "" }],
    ...(after === undefined ? undefined : { after }),
  };
  const short = (page: RowPage) => withRoom(page, room, (row) => placeOf(projectMemories, "accessed", row));
  const { read, valueOf } = await readWithValues(
    context,
    async () => {
      if (owner.sessionId === "")
        return short((await store.read({ tenant, requests: [query] }, options)).answers[0]);
      const { answers } = await store.read(
        { tenant, requests: [query, { type: "get", kind: "sessions", keys: [[owner.sessionId]] }] },
        options,
      );
      if (answers[1][0] === undefined) throw sessionNotFound(owner.sessionId);
      return short(answers[0]);
    },
    ({ rows }) => rows,
  );
  return { rows: read.rows, next: read.next, valueOf };
}
