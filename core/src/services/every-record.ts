import { makeRest } from "../backend/search/rest.ts";
import type { Query } from "../contract/read.ts";
import type { CallOptions } from "../contract/store.ts";
import type { KeyValues, Row } from "../model/kind.ts";
import type { ServiceContext } from "./service-context.ts";

type Selection = Omit<Query, "type" | "after">;

/** Every record of a query, `limit` a page. */
export async function* everyRecord(
  context: Pick<ServiceContext, "store" | "tenant">,
  query: Selection,
  options: CallOptions,
): AsyncGenerator<Row, void, undefined> {
  for await (const rows of everyPage(context, query, options)) yield* rows;
}

/** The same, page by page. Between pages others have a turn: a store may answer without ever waiting. */
export async function* everyPage(
  { store, tenant }: Pick<ServiceContext, "store" | "tenant">,
  query: Selection,
  options: CallOptions,
): AsyncGenerator<readonly Row[], void, undefined> {
  const rest = makeRest();
  let after: KeyValues | undefined;
  do {
    const page: Query = { type: "query", ...query, ...(after === undefined ? undefined : { after }) };
    const { answers } = await store.read({ tenant, requests: [page] }, options);
    yield answers[0].rows;
    after = answers[0].next;
    if (after !== undefined) await rest();
  } while (after !== undefined);
}
