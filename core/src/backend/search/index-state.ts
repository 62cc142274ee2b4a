/** The record that says what an index holds. It is changed by compare-and-set: of several indexers, one wins each step. */
import type { Write } from "../../contract/batch.ts";
import { isThroughlineError } from "../../error.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { searchIndexes } from "./index-kinds.ts";
import type { TenantStore } from "./tenant-store.ts";

/** A segment that an index consists of. */
export interface SegmentEntry {
  readonly id: string;
  readonly messages: number;
  /** Words of all its messages. */
  readonly words: number;
  readonly bytes: number;
  /** Since when it holds words that were removed or replaced (milliseconds); 0: it does not, as far as is known. */
  readonly staleSince: number;
  /** How often such words were noted. */
  readonly stale: number;
}

export interface IndexState {
  readonly generation: number;
  readonly cursor: string;
  /** How far building has come: the key of a message, or no key yet. Undefined: it is built, and follows the feed. */
  readonly building: KeyValues | undefined;
  readonly segments: readonly SegmentEntry[];
}

/** A state as it goes on from another: the generation is counted here. */
export type NextState = Omit<IndexState, "generation">;

export function stateOf(row: Row): IndexState {
  const building = row.building as string;
  return {
    generation: row.generation as number,
    cursor: row.cursor as string,
    building: building === "" ? undefined : (JSON.parse(building) as KeyValues),
    segments: JSON.parse(row.segments as string) as SegmentEntry[],
  };
}

export async function readState(store: TenantStore, version: string): Promise<IndexState | undefined> {
  const { rows } = await store.getRows({ kind: searchIndexes, keys: [[version]], select: "plain" });
  const row = rows[0]?.[0];
  return row === undefined ? undefined : stateOf(row);
}

/**
 * Changes a state; undefined if somebody changed it since it was read. The batch holds this one record, so that it is
 * whole on any store, and what it names was written before.
 */
export async function changeState(
  store: TenantStore,
  version: string,
  before: IndexState | undefined,
  after: NextState,
): Promise<IndexState | undefined> {
  const state: IndexState = { ...after, generation: (before?.generation ?? 0) + 1 };
  const fields = {
    generation: state.generation,
    cursor: state.cursor,
    building: state.building === undefined ? "" : JSON.stringify(state.building),
    segments: JSON.stringify(state.segments),
    changedAt: store.now,
  };
  const key = [version];
  const kind = searchIndexes.name;
  const write: Write =
    before === undefined
      ? { type: "insert", kind, record: { version, ...fields }, exists: "fail" }
      : { type: "update", kind, key, set: fields };
  const expectation =
    before === undefined
      ? ({ type: "absent", kind, key } as const)
      : ({ type: "equals", kind, key, fields: { generation: before.generation } } as const);
  try {
    await store.write([write], [expectation]);
    return state;
  } catch (error) {
    if (isThroughlineError(error) && error.code === "conflict") return undefined;
    throw error;
  }
}
