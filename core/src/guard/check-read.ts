/** Refuses reads, searches and feed requests that no store should see. */
import type { ChangesInput } from "../contract/changes.ts";
import type { Count, Query, ReadInput, ReadRequest } from "../contract/read.ts";
import type { SearchInput } from "../contract/search.ts";
import { SEARCH_LIMIT } from "../contract/search.ts";
import type { CheckedKind } from "./checked-kind.ts";
import { checkKey, checkPrefix, checkTenant, checkValues, findKind } from "./check-names.ts";
import { invalidInput, tooLarge } from "./invalid-input.ts";

/** Records that a page, or keys that a get, may have. */
export const PAGE_LIMIT = 1_000;
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
    return;
  }
  checkSelection(request, kind);
  if (request.type === "query") checkLimit(request.limit);
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
  for (const { field } of request.where ?? []) {
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

export function checkChanges(input: ChangesInput): void {
  checkTenant(input.tenant);
  checkLimit(input.limit);
}
