import type { GuardedStore, Query, Row } from "@throughline/core";
import { tenant } from "../../test/records.ts";

/** All that the workloads write but blobs, as text: equal texts are equal states. */
export async function dumpStore(store: GuardedStore): Promise<{ position: number; text: string }> {
  const sessions = await readAll(store, "sessions", []);
  const messages: Row[] = [];
  for (const session of sessions)
    messages.push(...(await readAll(store, "messages", [String(session["id"])])));
  const state = await readAll(store, "state", []);
  const { position } = await store.read({ tenant, requests: [] });
  const lines = [...sessions, ...messages, ...state].map(sortedJson);
  return { position, text: [...lines, ...(await readFeed(store))].join("\n") };
}

async function readAll(store: GuardedStore, kind: string, prefix: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  let after: Query["after"];
  do {
    const request = {
      type: "query",
      kind,
      shape: "key",
      prefix,
      direction: "forward",
      limit: 1_000,
      select: "all",
      hidden: true,
      ...(after === undefined ? {} : { after }),
    } as const;
    const { answers } = await store.read({ tenant, requests: [request] });
    rows.push(...answers[0].rows);
    after = answers[0].next;
  } while (after !== undefined);
  return rows;
}

async function readFeed(store: GuardedStore): Promise<string[]> {
  const lines: string[] = [];
  let since: string | undefined;
  for (;;) {
    const page = await store.changes({ tenant, limit: 1_000, ...(since === undefined ? {} : { since }) });
    lines.push(...page.entries.map(sortedJson));
    if (!page.more) return lines;
    since = page.cursor;
  }
}

/** JSON whose fields stand in the order of their names. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
