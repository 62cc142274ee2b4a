import type { Usage } from "@throughline/core";
import { isJsonObject, readCount } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";

/** Tokens as the tool counts them: input in all, of it from and into a cache, output in all, of it reasoning. */
export type TokenTotals = readonly [
  input: number,
  cacheRead: number,
  cacheWrite: number,
  output: number,
  reasoning: number,
];

const fields = [
  "input_tokens",
  "cached_input_tokens",
  "cache_write_input_tokens",
  "output_tokens",
  "reasoning_output_tokens",
] as const;

/** What a count of tokens says. */
export interface TokenCount {
  /** In the session so far: what the next count is compared with. */
  readonly totals?: TokenTotals;
  /** Used since the last count; undefined: nothing, or the count only repeats the last one. */
  readonly used?: TokenTotals;
}

/**
 * Reads a `token_count`. Its totals rise over the session, and are repeated: only what they rose by was used. Totals
 * that fell began again: then the tool's own account of the last request counts.
 */
export function readTokenCount(payload: JsonObject, before: TokenTotals | undefined): TokenCount {
  const { info } = payload;
  if (!isJsonObject(info)) return {};
  const totals = readTotals(info["total_token_usage"]);
  const last = readTotals(info["last_token_usage"]);
  if (totals === undefined) return withUse(undefined, last);
  const rise = totals.map((count, index) => count - (before?.[index] ?? 0)) as unknown as TokenTotals;
  const hasFallen = rise[0] < 0 || rise[3] < 0;
  return withUse(totals, hasFallen ? (last ?? totals) : rise);
}

function withUse(totals: TokenTotals | undefined, used: TokenTotals | undefined): TokenCount {
  const isUse = used?.some((count) => count > 0) === true;
  return {
    ...(totals !== undefined && { totals }),
    ...(isUse && { used: used.map((count) => Math.max(0, count)) as unknown as TokenTotals }),
  };
}

function readTotals(value: unknown): TokenTotals | undefined {
  if (!isJsonObject(value)) return undefined;
  const counts = fields.map((field) => readCount(value[field]));
  if (counts.every((count) => count === undefined)) return undefined;
  return counts.map((count) => count ?? 0) as unknown as TokenTotals;
}

export function addTotals(one: TokenTotals | undefined, other: TokenTotals): TokenTotals {
  return other.map((count, index) => {
    const sum = count + (one?.[index] ?? 0);
    return Number.isSafeInteger(sum) ? sum : Number.MAX_SAFE_INTEGER;
  }) as unknown as TokenTotals;
}

/** As messages have it: input is what came from no cache, reasoning a part of the output. */
export function toUsage([input, cacheRead, cacheWrite, output, reasoning]: TokenTotals): Usage {
  return {
    input: Math.max(0, input - cacheRead - cacheWrite),
    output,
    ...(cacheRead > 0 && { cacheRead }),
    ...(cacheWrite > 0 && { cacheWrite }),
    ...(reasoning > 0 && { reasoning }),
  };
}
