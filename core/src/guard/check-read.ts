/** Refuses reads, searches and feed requests that no store should see. */
import type { ChangesInput } from "../contract/changes.ts";
import type { Filter } from "../contract/filter.ts";
import type { Count, Query, ReadInput, ReadRequest, Select } from "../contract/read.ts";
import type { SearchFilter, SearchInput } from "../contract/search.ts";
import { SEARCH_LIMIT } from "../contract/search.ts";
import type { CheckedKind } from "./checked-kind.ts";
import { checkText } from "./checked-kind.ts";
import { checkKey, checkPrefix, checkTenant, checkValues, findKind } from "./check-names.ts";
import { invalidInput, tooLarge } from "./invalid-input.ts";

/** Records that a page, or keys that a get, may have. */
const PAGE_LIMIT = 1_000;
const REQUESTS = 1_000;

type Kinds = ReadonlyMap<string, CheckedKind>;

export function checkRead(input: ReadInput, kinds: Kinds): void {
  checkTenant(input.tenant);
  if (input.requests.length > REQUESTS)
    throw tooLarge(`A read has at most ${REQUESTS} requests.`, { limit: REQUESTS });
  for (const request of input.requests) checkRequest(request, findKind(kinds, request.kind));
}

function checkRequest(request: ReadRequest, kind: CheckedKind): void {
  if (request.type === "get") {
    if (request.keys.length > PAGE_LIMIT) {
      throw tooLarge(`A get has at most ${PAGE_LIMIT} keys.`, { limit: PAGE_LIMIT });
    }
    for (const key of request.keys) checkKey(kind, key);
    checkSelect(request.select);
    return;
  }
  if (request.type !== "query" && request.type !== "count") throw unknownWord("request", request);
  checkSelection(request, kind);
  if (request.type === "count") return;
  checkLimit(request.limit);
  checkSelect(request.select);
  if (request.direction !== "forward" && request.direction !== "backward") {
    throw unknownWord("direction", request.direction);
  }
}

function checkSelect(select: Select | undefined): void {
  if (select !== undefined && !selectWords.has(select)) throw unknownWord("select", select);
}

const selectWords: ReadonlySet<string> = new Set(["key", "plain", "all"]);
const filterTests: ReadonlySet<string> = new Set<Filter["test"]>([
  "equals",
  "differs",
  "above",
  "from",
  "to",
  "below",
  "contains",
  "has",
  "path",
]);

/** For callers without types: a word that the contract does not know. */
function unknownWord(reason: string, given: unknown): Error {
  return invalidInput(reason, `This ${reason} is none that the contract knows.`, { given });
}

function checkSelection(request: Query | Count, checked: CheckedKind): void {
  const { kind } = checked;
  const order = checkPrefix(checked, request.shape, request.prefix);
  const { above, from, to, below } = request.range ?? {};
  const limits = [above, from, to, below].filter((value) => value !== undefined);
  if (limits.length > 0 && request.prefix.length >= order.length) {
    throw invalidInput("range", "There is no field after the prefix for a range.", { shape: request.shape });
  }
  for (const limit of limits) checkValues(kind.fields, order.slice(request.prefix.length), [limit]);
  for (const { field, test } of request.where ?? []) {
    if (!filterTests.has(test)) throw unknownWord("filter", test);
    if (field !== "revision" && !Object.hasOwn(kind.fields, field)) {
      throw invalidInput("unknown_field", `${kind.name} has no field ${field}.`, { kind: kind.name, field });
    }
  }
  if (request.type === "query" && request.after !== undefined) {
    if (request.after.length !== order.length) {
      throw invalidInput("cursor", "This cursor is of another list.", { shape: request.shape });
    }
    checkValues(kind.fields, order, request.after);
  }
}

function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > PAGE_LIMIT) {
    throw invalidInput("limit", `A limit is from 1 to ${PAGE_LIMIT}.`, { limit });
  }
}

export function checkSearch(input: SearchInput): void {
  checkTenant(input.tenant);
  if (input.order !== "rank" && input.order !== "recent") throw unknownWord("order", input.order);
  checkSearchFilter(input.where ?? {});
  checkLimit(input.limit);
  if (!Number.isSafeInteger(input.skip) || input.skip < 0 || input.skip + input.limit > SEARCH_LIMIT) {
    throw invalidInput("limit", `Only the first ${SEARCH_LIMIT} hits can be paged through.`, {
      limit: SEARCH_LIMIT,
    });
  }
  if (input.text.required.length === 0) {
    throw invalidInput("query", "The query has no word to search for.", {});
  }
}

function checkSearchFilter({ since, until, ...labels }: SearchFilter): void {
  for (const [name, label] of Object.entries(labels)) {
    if (label === undefined) continue;
    if (typeof label !== "string") throw invalidInput("type", `${name} must be text.`, { field: name });
    checkText(name, label);
  }
  for (const [name, time] of Object.entries({ since, until })) {
    if (time === undefined || Number.isSafeInteger(time)) continue;
    throw invalidInput("type", `${name} must be a time in milliseconds.`, { field: name });
  }
}

export function checkChanges(input: ChangesInput): void {
  checkTenant(input.tenant);
  checkLimit(input.limit);
}
