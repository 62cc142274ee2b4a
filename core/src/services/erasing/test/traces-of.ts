import type { Query } from "../../../contract/read.ts";
import type { GuardedStore } from "../../../contract/store.ts";
import type { KeyValues, Row } from "../../../model/kind.ts";

/** Every record of a tenant, by key, deleted ones too. */
export async function* everyRecord(
  store: GuardedStore,
  tenant = "default",
): AsyncGenerator<readonly [kind: string, row: Row], void, undefined> {
  for (const kind of store.kinds.keys()) {
    let after: KeyValues | undefined;
    do {
      const query: Query = {
        type: "query",
        kind,
        shape: "key",
        prefix: [],
        direction: "forward",
        limit: 1_000,
        select: "all",
        hidden: true,
        ...(after === undefined ? undefined : { after }),
      };
      const { answers } = await store.read({ tenant, requests: [query] });
      for (const row of answers[0].rows) yield [kind, row];
      after = answers[0].next;
    } while (after !== undefined);
  }
}

/** Where a text is found in the records of a tenant: in keys and in every other field. */
export async function tracesOf(store: GuardedStore, text: string): Promise<readonly string[]> {
  const traces: string[] = [];
  for await (const [kind, row] of everyRecord(store)) {
    const holds = Object.values(row).some((value) =>
      value instanceof Uint8Array
        ? new TextDecoder().decode(value).includes(text)
        : String(value).includes(text),
    );
    if (holds) traces.push(kind === "state" ? `state ${String(row.scope)}/${String(row.collection)}` : kind);
  }
  return traces;
}
