/** What the records of an index hold, read past the index. */
import type { Store } from "../../../contract/store.ts";
import type { Page } from "../../../contract/read.ts";
import type { Row } from "../../../model/kind.ts";
import { FIRST_WORD_BLOCK, searchBlocks, searchIndexes, searchSegments } from "../index-kinds.ts";
import type { SegmentEntry } from "../index-state.ts";
import { readWordBlock } from "../word-blocks.ts";

async function readRows(store: Store, tenant: string, kind: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let after: Page["next"]; ;) {
    const query = {
      type: "query",
      kind,
      shape: "key",
      prefix: [],
      direction: "forward",
      limit: 1_000,
      select: "all",
      ...(after !== undefined && { after }),
    } as const;
    const { answers } = await store.read({ tenant, requests: [query], now: 0 }, {});
    const page = answers[0] as Page;
    rows.push(...page.rows);
    after = page.next;
    if (after === undefined) return rows;
  }
}

export interface IndexRecords {
  /** Every word in every block. */
  readonly words: ReadonlySet<string>;
  /** Segments that have a record, and those that have blocks. */
  readonly segments: readonly string[];
  readonly blocksOf: readonly string[];
  readonly largestBlock: number;
  /** Segments that indexes list, by version. */
  readonly listed: ReadonlyMap<string, readonly SegmentEntry[]>;
}

export async function readIndexRecords(store: Store, tenant: string): Promise<IndexRecords> {
  const blocks = await readRows(store, tenant, searchBlocks.name);
  const words = new Set<string>();
  for (const { block, bytes } of blocks) {
    if ((block as number) < FIRST_WORD_BLOCK) continue;
    readWordBlock(bytes as Uint8Array, (word) => words.add(word).size > 0);
  }
  const indexes = await readRows(store, tenant, searchIndexes.name);
  return {
    words,
    segments: (await readRows(store, tenant, searchSegments.name)).map(({ id }) => id as string),
    blocksOf: [...new Set(blocks.map(({ segment }) => segment as string))],
    largestBlock: Math.max(0, ...blocks.map(({ bytes }) => (bytes as Uint8Array).length)),
    listed: new Map(
      indexes.map((row) => [row.version as string, JSON.parse(row.segments as string) as SegmentEntry[]]),
    ),
  };
}
