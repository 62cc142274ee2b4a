/** Writers of a history, and what they are told. */
import type { GuardedStore } from "@throughline/core";
import { isThroughlineError } from "@throughline/core";
import { beginningOf, entryBatch } from "./entry-batch.ts";

/** Where an entry is, as the store answered: the position of its first message, and the feed's. */
export interface EntryPlace {
  readonly seq: number;
  readonly position: number;
  /** Whether it had been carried out before, and its first answer was lost. */
  readonly replayed: boolean;
}

/** What a writer says: before it sends an entry, and when it has an answer. */
export type HistoryEvent =
  | { readonly begun: string }
  | ({ readonly acknowledged: string } & EntryPlace)
  | { readonly refused: string; readonly reason: string };

/** What became of entries, as their writers were told. */
export class ToldHistory {
  readonly acknowledged = new Map<string, EntryPlace>();
  readonly refused = new Set<string>();
  /** Begun, and not answered yet. */
  readonly pending = new Set<string>();

  hear(event: HistoryEvent): void {
    if ("begun" in event) {
      this.pending.add(event.begun);
      return;
    }
    if ("refused" in event) {
      this.pending.delete(event.refused);
      this.refused.add(event.refused);
      return;
    }
    const { acknowledged, ...place } = event;
    this.pending.delete(acknowledged);
    this.acknowledged.set(acknowledged, place);
  }
}

export async function beginHistory(store: GuardedStore, history: string): Promise<void> {
  await store.commit(beginningOf(history));
}

/** Writes an entry, or writes it again: the answer is the same. */
export async function writeEntry(store: GuardedStore, history: string, id: string): Promise<EntryPlace> {
  const { position, replayed, results } = await store.commit(entryBatch(history, id));
  const [appended] = results;
  if (appended?.outcome !== "appended") throw new TypeError("an append answered something else");
  return { seq: appended.messages[0]?.seq ?? 0, position, replayed };
}

export interface WriterOptions {
  readonly history: string;
  /** The beginning of its entries' ids; no two writers have the same. */
  readonly writer: string;
  /** How many entries are on their way at once. Default: 1. */
  readonly lanes?: number;
  readonly isOver: () => boolean;
  readonly tell: (event: HistoryEvent) => void;
}

/** So long a writer that was refused waits. */
const PAUSE_MS = 20;

/**
 * Writes one entry after the other until it is over, then waits for the answers to those that it began. What is refused
 * by the way to the store is left; all other failures are thrown.
 */
export async function writeHistory(store: GuardedStore, options: WriterOptions): Promise<void> {
  const { lanes = 1, writer } = options;
  await Promise.all(
    Array.from({ length: lanes }, (_, lane) => writeLane(store, options, `${writer}x${lane}`)),
  );
}

async function writeLane(store: GuardedStore, options: WriterOptions, lane: string): Promise<void> {
  const { history, isOver, tell } = options;
  for (let count = 0; !isOver(); count += 1) {
    const id = `${lane}-${count}`;
    tell({ begun: id });
    try {
      tell({ acknowledged: id, ...(await writeEntry(store, history, id)) });
    } catch (error) {
      const isRefused = isThroughlineError(error) && error.outcome === "refused";
      if (!isRefused || error.code !== "unavailable") throw error;
      tell({ refused: id, reason: error.reason ?? "" });
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
