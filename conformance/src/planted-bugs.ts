/**
 * Bugs to plant into a store, each as a wrapper around any other: with each of them the suite has to fail. So it shows
 * for every backend that its tests can find what they look for.
 */
import type {
  CheckedBatch,
  CommitResult,
  Kind,
  NewMessage,
  Page,
  ReadAnswer,
  ReadRequest,
  Row,
  Store,
  WriteResult,
} from "@throughline/core";
import { isThroughlineError } from "@throughline/core";
import { message } from "./records.ts";
import { wrapStore } from "./wrap-store.ts";

export interface PlantedBug {
  readonly name: string;
  /** A rule that it breaks: one of the failing tests has to be about it. */
  readonly rule: string;
  readonly plant: (store: Store) => Store;
  /** Only calls at the same time show it: commands one after another can't. */
  readonly concurrent?: true;
}

export const plantedBugs: readonly PlantedBug[] = [
  { name: "a gap in the positions of a session", rule: "C20", plant: burnPositions },
  { name: "an operation is forgotten", rule: "C17", plant: onBatch(withoutOperation) },
  { name: "expectations are ignored", rule: "C16", plant: onBatch((batch) => ({ ...batch, expect: [] })) },
  {
    name: "a commit that was given up is written nonetheless",
    rule: "C44",
    plant: abandonCommits,
    concurrent: true,
  },
  { name: "the head follows every message", rule: "C26", plant: onBatch(moveEveryHead) },
  { name: "a batch is written by halves", rule: "C1", plant: splitBatches },
  { name: "a unique key is ignored", rule: "C11", plant: ignoreUniqueKeys },
  { name: "a revision is not raised", rule: "C30", plant: onRows((row) => ({ ...row, revision: 1 })) },
  { name: "text is normalised", rule: "R3", plant: onRows(normalised) },
  { name: "a page skips a record", rule: "R7", plant: onPages(skipRow) },
  { name: "a page ends too early", rule: "R7", plant: onPages(({ rows }) => ({ rows })) },
  { name: "filters are ignored", rule: "R8", plant: onRequests(withoutFilters) },
  { name: "pages ignore the direction", rule: "R5", plant: onRequests(readForward) },
  {
    name: "reads of one call are as of several positions",
    rule: "R11",
    plant: readOneByOne,
    concurrent: true,
  },
  { name: "a count is an estimate", rule: "R10", plant: estimateCounts },
  { name: "what has ended is shown", rule: "R12", plant: showExpired },
  { name: "a hidden session is shown", rule: "R14", plant: showHidden },
  { name: "tenants are one", rule: "R15", plant: joinTenants },
  { name: "the feed lacks an entry", rule: "F3", plant: dropEntries },
  { name: "the feed is out of order", rule: "F6", plant: reverseEntries },
  { name: "a pruned past is not told", rule: "F8", plant: neverStartOver },
  { name: "a search misses the newest write", rule: "S1", plant: missNewest },
  { name: "a search finds deleted sessions", rule: "S9", plant: searchEverything },
  { name: "a search fails where a staged value is damaged", rule: "S10", plant: failOnDamage },
];

function onBatch(change: (batch: CheckedBatch) => CheckedBatch): PlantedBug["plant"] {
  return (store) => wrapStore(store, { commit: (batch, options) => store.commit(change(batch), options) });
}

function withoutOperation(batch: CheckedBatch): CheckedBatch {
  return {
    tenant: batch.tenant,
    now: batch.now,
    writes: batch.writes,
    expect: batch.expect ?? [],
    ...(batch.quiet && { quiet: batch.quiet }),
  };
}

const burnt = "burnt-";

/** Every second append takes a position more than it has messages. */
function burnPositions(store: Store): Store {
  let appends = 0;
  const withExtra = (messages: readonly NewMessage[]): readonly NewMessage[] =>
    (appends += 1) % 2 === 0 ? [message(`${burnt}${appends}`), ...messages] : messages;
  const isShown = (row: Row | undefined): boolean => row === undefined || !String(row.id).startsWith(burnt);
  const commit: Store["commit"] = async (batch, options) => {
    const writes = batch.writes.map((write) =>
      write.type === "append" ? { ...write, messages: withExtra(write.messages) } : write,
    );
    const result = await store.commit({ ...batch, writes }, options);
    return { ...result, results: result.results.map(withoutBurnt) };
  };
  const filtered = onAnswers((answer) => {
    if (typeof answer === "number") return answer;
    return "rows" in answer ? { ...answer, rows: answer.rows.filter(isShown) } : answer;
  })(store);
  return wrapStore(filtered, { commit });
}

function withoutBurnt(result: WriteResult): WriteResult {
  if (result.outcome !== "appended") return result;
  return { ...result, messages: result.messages.filter(({ id }) => !id.startsWith(burnt)) };
}

function moveEveryHead(batch: CheckedBatch): CheckedBatch {
  const writes = batch.writes.map((write) =>
    write.type === "append" ? { ...write, moveHead: true } : write,
  );
  return { ...batch, writes };
}

function splitBatches(store: Store): Store {
  const commit: Store["commit"] = async (batch, options) => {
    const [first, ...rest] = batch.writes;
    if (first === undefined || rest.length === 0) return store.commit(batch, options);
    // The operation is that of the second half.
    const half = await store.commit({ ...withoutOperation(batch), writes: [first] }, options);
    const other = await store.commit({ ...batch, expect: [], writes: rest }, options);
    return { ...other, results: [...half.results, ...other.results] };
  };
  return wrapStore(store, { commit });
}

/** Answers that a commit was given up, but carries it out. */
function abandonCommits(store: Store): Store {
  const commit: Store["commit"] = async (batch, { signal }) => {
    const written = store.commit(batch, {});
    written.catch(() => undefined);
    await Promise.resolve();
    signal?.throwIfAborted();
    return written;
  };
  return wrapStore(store, { commit });
}

function ignoreUniqueKeys(store: Store): Store {
  const commit: Store["commit"] = async (batch, options): Promise<CommitResult> => {
    try {
      return await store.commit(batch, options);
    } catch (error) {
      if (!isThroughlineError(error) || error.reason !== "unique") throw error;
      const writes = batch.writes.map((write) => {
        const kind = write.type === "append" ? undefined : store.kinds.get(write.kind);
        if (kind === undefined) return write;
        if (write.type === "update")
          return { ...write, set: { ...write.set, ...blankedKeys(kind, write.set) } };
        return write.type === "insert"
          ? { ...write, record: { ...write.record, ...blankedKeys(kind, write.record) } }
          : write;
      });
      return store.commit({ ...batch, writes }, options);
    }
  };
  return wrapStore(store, { commit });
}

function blankedKeys(kind: Kind, given: object = {}): Record<string, string> {
  const filled = Object.values(kind.unique).map((unique) => unique.filled);
  return Object.fromEntries(filled.filter((name) => name in given).map((name) => [name, ""]));
}

type ChangeAnswer = (answer: ReadAnswer, request: ReadRequest) => ReadAnswer;

function onAnswers(change: ChangeAnswer): PlantedBug["plant"] {
  return (store) =>
    wrapStore(store, {
      read: async (input, options) => {
        const { position, answers } = await store.read(input, options);
        return {
          position,
          answers: answers.map((answer, index) => change(answer, input.requests[index] as ReadRequest)),
        };
      },
    });
}

function onRows(change: (row: Row) => Row): PlantedBug["plant"] {
  return onAnswers((answer) => {
    if (typeof answer === "number") return answer;
    if ("rows" in answer) return { ...answer, rows: answer.rows.map(change) };
    return answer.map((row) => (row === undefined ? undefined : change(row)));
  });
}

function onPages(change: (page: Page) => Page): PlantedBug["plant"] {
  return onAnswers((answer) => (typeof answer !== "number" && "rows" in answer ? change(answer) : answer));
}

function onRequests(change: (request: ReadRequest) => ReadRequest): PlantedBug["plant"] {
  return (store) =>
    wrapStore(store, {
      read: (input, options) => store.read({ ...input, requests: input.requests.map(change) }, options),
    });
}

function normalised(row: Row): Row {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === "string" ? value.normalize("NFC") : value,
  ]);
  return Object.fromEntries(entries) as Row;
}

/** Loses the last row of a page that does not end the list. */
function skipRow(page: Page): Page {
  return page.next === undefined ? page : { ...page, rows: page.rows.slice(0, -1) };
}

function withoutFilters(request: ReadRequest): ReadRequest {
  return request.type === "get" ? request : { ...request, where: [] };
}

function readForward(request: ReadRequest): ReadRequest {
  return request.type === "query" ? { ...request, direction: "forward" } : request;
}

function readOneByOne(store: Store): Store {
  return wrapStore(store, {
    read: async (input, options) => {
      const answers: ReadAnswer[] = [];
      let { position } = await store.read({ ...input, requests: [] }, options);
      for (const request of input.requests) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        const read = await store.read({ ...input, requests: [request] }, options);
        answers.push(...read.answers);
        position = read.position;
      }
      return { position, answers };
    },
  });
}

function estimateCounts(store: Store): Store {
  return onAnswers((answer) => (typeof answer === "number" ? Math.round(answer / 10) * 10 : answer))(store);
}

function showExpired(store: Store): Store {
  return wrapStore(store, { read: (input, options) => store.read({ ...input, now: 0 }, options) });
}

/** Forgets the filter that leaves out hidden sessions, and says of each that it is not hidden. */
function showHidden(store: Store): Store {
  const shown = onRows((row) => ("hiddenAt" in row ? { ...row, hiddenAt: 0 } : row))(store);
  return onRequests((request) =>
    request.type === "get"
      ? request
      : { ...request, where: (request.where ?? []).filter(({ field }) => field !== "hiddenAt") },
  )(shown);
}

function joinTenants(store: Store): Store {
  const tenant = "all";
  return wrapStore(store, {
    commit: (batch, options) => store.commit({ ...batch, tenant }, options),
    read: (input, options) => store.read({ ...input, tenant }, options),
    search: (input, options) => store.search({ ...input, tenant }, options),
    changes: (input, options) => store.changes({ ...input, tenant }, options),
  });
}

function onFeed(change: (entries: readonly Entry[]) => readonly Entry[]): PlantedBug["plant"] {
  return (store) =>
    wrapStore(store, {
      changes: async (input, options) => {
        const result = await store.changes(input, options);
        return { ...result, entries: [...change(result.entries)] };
      },
    });
}

type Entry = Awaited<ReturnType<Store["changes"]>>["entries"][number];

function dropEntries(store: Store): Store {
  return onFeed((entries) => entries.filter(({ position }) => position % 5 !== 4))(store);
}

function reverseEntries(store: Store): Store {
  return onFeed((entries) => entries.toReversed())(store);
}

function neverStartOver(store: Store): Store {
  return wrapStore(store, {
    changes: async (input, options) => ({ ...(await store.changes(input, options)), startOver: false }),
  });
}

function missNewest(store: Store): Store {
  let newest: { readonly session: string; readonly seq: number } | undefined;
  return wrapStore(store, {
    commit: async (batch, options) => {
      const result = await store.commit(batch, options);
      for (const write of result.results) {
        const last = write.outcome === "appended" ? write.messages.at(-1) : undefined;
        if (write.outcome === "appended" && last !== undefined)
          newest = { session: write.session, seq: last.seq };
      }
      return result;
    },
    search: async (input, options) => {
      const result = await store.search(input, options);
      const hits = result.hits.filter(
        ({ session, seq }) => session !== newest?.session || seq !== newest.seq,
      );
      return { ...result, hits };
    },
  });
}

/** Undoes every deletion before it searches, as if the filter were missing. */
function searchEverything(store: Store): Store {
  const hidden = new Map<string, CheckedBatch>();
  return wrapStore(store, {
    commit: (batch, options) => {
      hidden.set(batch.tenant, batch);
      return store.commit(batch, options);
    },
    search: async (input, options) => {
      const batch = hidden.get(input.tenant);
      for (const write of batch?.writes ?? []) {
        if (batch === undefined || write.type !== "update" || !("hiddenAt" in (write.set ?? {}))) continue;
        await store.commit(
          { tenant: batch.tenant, now: input.now, writes: [{ ...write, set: { hiddenAt: 0 } }] },
          options,
        );
        const result = await store.search(input, options);
        await store.commit({ tenant: batch.tenant, now: input.now, writes: [write] }, options);
        return result;
      }
      return store.search(input, options);
    },
  });
}

/** Reads every staged value before it searches, and takes none that is no UTF-8. */
function failOnDamage(store: Store): Store {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return wrapStore(store, {
    search: async (input, options) => {
      const query = { kind: "blob_pieces", shape: "key", prefix: [], direction: "forward" } as const;
      const { answers } = await store.read(
        { ...input, requests: [{ type: "query", ...query, limit: 100, select: "all" }] },
        options,
      );
      for (const { bytes } of (answers[0] as Page).rows) decoder.decode(bytes as Uint8Array);
      return store.search(input, options);
    },
  });
}
