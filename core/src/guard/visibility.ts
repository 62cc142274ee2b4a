/** Deleted sessions are hidden, with all they own, from the moment of the deletion: here, once, for every store. */
import type { Batch, Expectation, Write } from "../contract/batch.ts";
import { isUniqueName } from "../contract/batch.ts";
import type { Page, ReadAnswer, ReadInput, ReadRequest, ReadResult } from "../contract/read.ts";
import { selectFields } from "../contract/page.ts";
import type { Kind, Row } from "../model/kind.ts";
import { orderOf } from "../model/kind.ts";
import { invalidInput } from "./invalid-input.ts";

type Kinds = ReadonlyMap<string, Kind>;

/** Writes to what a session owns expect the session not to be deleted. */
export function expectVisible(batch: Batch, kinds: Kinds): readonly Expectation[] {
  const inserted = new Set<unknown>();
  const owners = new Set<string>();
  for (const write of batch.writes) {
    if (write.type === "insert" && write.kind === "sessions") inserted.add(write.record.id);
    const owner = ownerOfWrite(write, kinds);
    if (owner !== undefined && !inserted.has(owner)) owners.add(owner);
  }
  if (owners.size === 0) return batch.expect ?? [];
  const visible = [...owners].map((owner): Expectation => ({
    type: "equals",
    kind: "sessions",
    key: [owner],
    fields: { hiddenAt: 0 },
  }));
  return [...(batch.expect ?? []), ...visible];
}

function ownerOfWrite(write: Write, kinds: Kinds): string | undefined {
  // An append checks its session itself.
  if (write.type === "append" || write.type === "remove-many") return undefined;
  const kind = kinds.get(write.kind);
  if (kind?.session === undefined) return undefined;
  const owner = write.type === "insert" ? write.record[kind.session] : ownerInKey(kind, write);
  return typeof owner === "string" && owner !== "" ? owner : undefined;
}

function ownerInKey(kind: Kind, { key }: Extract<Write, { type: "update" | "remove" }>): unknown {
  const fields = isUniqueName(key) ? kind.unique[key.unique]?.fields : kind.key;
  const index = fields?.indexOf(kind.session ?? "") ?? -1;
  return index < 0 ? undefined : (isUniqueName(key) ? key.values : key)[index];
}

/** A read with what hiding needs to know beside it, and how to take that out of the answers again. */
export interface VisibleRead {
  readonly input: ReadInput;
  /** Session ids whose rows have to be looked up after the read: no request named them. */
  unknownOwners(result: ReadResult): readonly string[];
  /** The answers without anything hidden. */
  conceal(result: ReadResult, later: ReadonlyMap<string, boolean>): readonly ReadAnswer[];
}

/** Adds a look-up of every session whose records are read, so that one read at one position answers both. */
export function readVisible(input: ReadInput, kinds: Kinds): VisibleRead {
  const named = input.requests.map((request) => ownersOf(request, kinds));
  const read = sessionsRead(input.requests);
  const missing = [...new Set(named.flat())].filter((owner) => !read.has(owner));
  const requests = input.requests.map((request) => withoutHidden(request, kinds));
  missing.forEach((owner, index) => read.set(owner, [requests.length, index]));
  if (missing.length > 0) requests.push({ type: "get", kind: "sessions", keys: missing.map((id) => [id]) });
  return {
    input: { ...input, requests },
    unknownOwners: ({ answers }) => {
      const owners = new Set<string>();
      input.requests.forEach((request, index) => {
        const session = kinds.get(request.kind)?.session;
        if (session === undefined || request.hidden === true || named[index]?.length !== 0) return;
        for (const row of rowsOf(answers[index])) {
          const owner = row[session];
          if (typeof owner === "string" && owner !== "" && !read.has(owner)) owners.add(owner);
        }
      });
      return [...owners];
    },
    conceal: ({ answers }, later) => {
      const visible = new Map(later);
      for (const [owner, [request, key]] of read) {
        const rows = answers[request] as readonly (Row | undefined)[];
        visible.set(owner, rows[key]?.hiddenAt === 0);
      }
      return input.requests.map((request, index) =>
        concealed(request, answers[index] as ReadAnswer, kinds, visible),
      );
    },
  };
}

/** The sessions that the requests themselves read by id: where in the answers each is. */
function sessionsRead(
  requests: readonly ReadRequest[],
): Map<string, readonly [request: number, key: number]> {
  const read = new Map<string, readonly [number, number]>();
  requests.forEach((request, index) => {
    if (request.type !== "get" || request.kind !== "sessions") return;
    request.keys.forEach((key, place) => {
      if (!isUniqueName(key) && typeof key[0] === "string") read.set(key[0], [index, place]);
    });
  });
  return read;
}

/** The sessions that a request names: those it reads from are not deleted. */
function ownersOf(request: ReadRequest, kinds: Kinds): readonly string[] {
  const kind = kinds.get(request.kind);
  if (kind?.session === undefined || request.hidden === true) return [];
  if (request.type === "get") {
    return request.keys
      .map((key) => {
        const fields = isUniqueName(key) ? kind.unique[key.unique]?.fields : kind.key;
        return (isUniqueName(key) ? key.values : key)[fields?.indexOf(kind.session as string) ?? -1];
      })
      .filter((owner) => typeof owner === "string");
  }
  const owner = orderOf(kind, request.shape)[0] === kind.session ? request.prefix[0] : undefined;
  if (typeof owner === "string") return [owner];
  if (request.type === "count") {
    throw invalidInput("shape", `Records of ${kind.name} are counted within a session.`, { kind: kind.name });
  }
  return [];
}

function withoutHidden(request: ReadRequest, kinds: Kinds): ReadRequest {
  const hidden = kinds.get(request.kind)?.hidden;
  if (hidden === undefined || request.hidden === true) return request;
  // The key alone does not say whether a session is hidden.
  if (request.type === "get") return request.select === "key" ? { ...request, select: "plain" } : request;
  return { ...request, where: [...(request.where ?? []), { field: hidden, test: "equals", value: 0 }] };
}

function rowsOf(answer: ReadAnswer | undefined): readonly Row[] {
  if (answer === undefined || typeof answer === "number") return [];
  const rows = "rows" in answer ? answer.rows : answer;
  return rows.filter((row) => row !== undefined);
}

function concealed(
  request: ReadRequest,
  answer: ReadAnswer,
  kinds: Kinds,
  visible: ReadonlyMap<string, boolean>,
): ReadAnswer {
  const kind = kinds.get(request.kind);
  if (kind === undefined || request.hidden === true) return answer;
  const { hidden, session } = kind;
  if (request.type === "get" && hidden !== undefined) {
    return (answer as readonly (Row | undefined)[]).map((row) =>
      row?.[hidden] === 0 ? selectFields(kind, row, request.select === "key" ? "key" : "all") : undefined,
    );
  }
  if (session === undefined) return answer;
  const isShown = (row: Row): boolean => row[session] === "" || visible.get(row[session] as string) === true;
  if (request.type === "count") {
    return ownersOf(request, kinds).every((owner) => visible.get(owner) === true) ? answer : 0;
  }
  if (request.type === "get") {
    return (answer as readonly (Row | undefined)[]).map((row) =>
      row !== undefined && isShown(row) ? row : undefined,
    );
  }
  const page = answer as Page;
  if (page.rows.every(isShown)) return page;
  return { ...page, rows: page.rows.filter(isShown) };
}
