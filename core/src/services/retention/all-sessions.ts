import type { Query } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";

type Selection = Pick<Query, "shape" | "prefix" | "where" | "hidden" | "range">;

/** Sessions page by page, in the order of a shape: no page holds the database up for long. */
export async function* pagesOfSessions(
  { store, tenant }: ServiceContext,
  selection: Selection,
  options: CallOptions,
): AsyncGenerator<readonly Row[], void, undefined> {
  let after: KeyValues | undefined;
  do {
    const query: Query = {
      type: "query",
      kind: "sessions",
      direction: "forward",
      limit: 500,
      ...selection,
      ...(after === undefined ? undefined : { after }),
    };
    const { answers } = await store.read({ tenant, requests: [query] }, options);
    yield answers[0].rows;
    after = answers[0].next;
  } while (after !== undefined);
}
