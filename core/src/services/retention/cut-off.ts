/** Where those begin that are too many. */
import type { Query } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";

interface Kept {
  /** An order whose last records are those that stay. */
  readonly selection: Pick<Query, "kind" | "shape" | "prefix" | "select">;
  /** How many stay. */
  readonly most: number;
  /** Those of a page that are as good as gone: they don't count. */
  readonly gone: (rows: readonly Row[]) => Promise<ReadonlySet<Row>>;
}

const pageSize = 1_000;

/**
 * The place of the first record that stays; undefined: there are no more than may stay. A place and not a number, so that
 * two clean-ups at once don't each remove as many.
 */
export async function findCutOff(
  { store, tenant }: ServiceContext,
  { selection, most, gone }: Kept,
  options: CallOptions,
): Promise<KeyValues | undefined> {
  let left = most;
  let after: KeyValues | undefined;
  do {
    const query: Query = {
      type: "query",
      ...selection,
      direction: "backward",
      limit: Math.min(pageSize, left),
      ...(after === undefined ? undefined : { after }),
    };
    const { answers } = await store.read({ tenant, requests: [query] }, options);
    const { rows, next } = answers[0];
    left -= rows.length - (await gone(rows)).size;
    after = next;
  } while (after !== undefined && left > 0);
  return after;
}
