/** Answers reads: several requests as of one place in the log, which is the newest when the last of them was read. */
import type { CheckedRead, Kind, ReadAnswer, ReadRequest, ReadResult, Row } from "@throughline/core";
import { isExpired, isUniqueName, selectFields } from "@throughline/core";
import type { Answering } from "./answering.ts";
import { heavyFields } from "./answering.ts";
import { contention } from "./contention.ts";
import { CountAnswer } from "./count-answer.ts";
import type { Database } from "./database.ts";
import { Overlay } from "./overlay.ts";
import { QueryAnswer } from "./query-answer.ts";
import { ReadRows } from "./read-rows.ts";
import type { RecordDocument } from "./row-document.ts";
import { recordId, rowOf, uniqueText } from "./row-document.ts";
import type { TenantLog } from "./tenant-log.ts";

/** Rounds of a read before it gives up: each one ends early only if the log was stripped under it. */
const ROUNDS = 20;

export async function readRequests(
  database: Database,
  log: TenantLog,
  kinds: ReadonlyMap<string, Kind>,
  { tenant, requests, now }: CheckedRead,
): Promise<ReadResult> {
  await log.open();
  for (let round = 0; round < ROUNDS; round += 1) {
    const rows = new ReadRows(database);
    const answering = requests.map((request): Answering => {
      const kind = kinds.get(request.kind) as Kind;
      if (request.type === "query") return new QueryAnswer(database, tenant, kind, request, now);
      if (request.type === "count") return new CountAnswer(database, tenant, kind, request, now);
      return {
        fetch: async () => undefined,
        answer: (overlay) => getRows(rows, overlay, kind, request, tenant, now),
      };
    });
    const result = await readOnce(log, answering, requests, rows, tenant, kinds);
    if (result !== undefined) return result;
  }
  throw contention("The log of this tenant moved on faster than it could be read.");
}

/** Reads and answers; undefined if documents that are needed have lost their images meanwhile. */
async function readOnce(
  log: TenantLog,
  answering: readonly Answering[],
  requests: readonly ReadRequest[],
  rows: ReadRows,
  tenant: string,
  kinds: ReadonlyMap<string, Kind>,
): Promise<ReadResult | undefined> {
  const view = log.begin();
  try {
    const areRecords = requests.every(
      ({ type, ...more }) => type === "get" && "keys" in more && !more.keys.some(isUniqueName),
    );
    let pending: readonly Answering[] = answering;
    for (;;) {
      const seen = new Overlay(log.documentsOf(view) ?? []);
      const reads = Promise.all([
        ...pending.map((one) => one.fetch(seen)),
        fetchGets(rows, requests, tenant, kinds),
      ]);
      // Records tell their slot, so the log may be read beside them. What a query missed can't be told: it goes first.
      if (!areRecords) await reads;
      await Promise.all([reads, log.refresh()]);
      while (rows.newest > log.end.slot) await log.refresh();
      const documents = log.documentsOf(view);
      if (documents === undefined) return undefined;
      const overlay = new Overlay(documents);
      const { position } = log.end;
      const answers = answering.map((one) => one.answer(overlay));
      pending = answering.filter((_, index) => answers[index] === undefined);
      if (pending.length === 0) return { position, answers: answers as ReadAnswer[] };
    }
  } finally {
    log.finish(view);
  }
}

/** All records that are asked for by their keys, at once. */
async function fetchGets(
  rows: ReadRows,
  requests: readonly ReadRequest[],
  tenant: string,
  kinds: ReadonlyMap<string, Kind>,
): Promise<void> {
  const whole = new Set(
    requests
      .filter(({ type, ...more }) => type === "get" && "select" in more && more.select === "all")
      .map(({ kind }) => kind),
  );
  const gets = requests.filter((request) => request.type === "get");
  const leaveOut = new Map(
    gets
      .filter(({ kind }) => !whole.has(kind))
      .map(({ kind }) => [kind, heavyFields(kinds.get(kind) as Kind)] as const),
  );
  const wanted = gets.flatMap(({ kind: collection, keys }) =>
    keys.map((key) =>
      isUniqueName(key)
        ? { collection, unique: uniqueText(tenant, key.unique, key.values) }
        : { collection, id: recordId(tenant, key) },
    ),
  );
  await rows.fetch(wanted, leaveOut);
}

function getRows(
  rows: ReadRows,
  overlay: Overlay,
  kind: Kind,
  { keys, select }: Extract<ReadRequest, { type: "get" }>,
  tenant: string,
  now: number,
): readonly (Row | undefined)[] {
  return keys.map((key) => {
    const document: RecordDocument | undefined = isUniqueName(key)
      ? rows.holder(overlay, kind.name, uniqueText(tenant, key.unique, key.values))
      : rows.record(overlay, kind.name, recordId(tenant, key));
    if (document === undefined) return undefined;
    const row = rowOf(kind, document);
    return isExpired(kind, row, now) ? undefined : selectFields(kind, row, select);
  });
}
