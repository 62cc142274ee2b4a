/** What the suite asserts with: of no test runner, so that it runs in all of them. */
import type { ErrorCode, ThroughlineError } from "@throughline/core";
import { isThroughlineError } from "@throughline/core";

/** A broken rule. */
export class BrokenRule extends Error {
  override readonly name = "BrokenRule";
}

/** Fails unless `claim` is true. */
export function holds(claim: boolean, message: string): asserts claim {
  if (!claim) throw new BrokenRule(message);
}

/** Fails unless both are the same values, however deep. 0 and -0 are the same; undefined fields are absent ones. */
export function equal(actual: unknown, expected: unknown, what = "the answer"): void {
  const difference = firstDifference(actual, expected, "");
  if (difference === undefined) return;
  const place = difference.path === "" ? "" : ` at ${difference.path}`;
  throw new BrokenRule(
    `${what} differs${place}\n  expected: ${shown(difference.expected)}\n  actual:   ${shown(difference.actual)}`,
  );
}

/** Fails unless the call is refused with this code and reason; answers the error. */
export async function refuses(
  call: Promise<unknown>,
  code: ErrorCode,
  reason: string,
): Promise<ThroughlineError> {
  const error = await failureOf(call);
  holds(isThroughlineError(error), `expected ${code}/${reason}, but it failed with ${String(error)}`);
  equal({ code: error.code, reason: error.reason }, { code, reason }, `the error (${error.message})`);
  return error;
}

/** The error of a call that has to fail. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (error) {
    return error;
  }
  throw new BrokenRule(`a call succeeded that has to fail: ${shown(answer)}`);
}

interface Difference {
  readonly path: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

/** Where two values differ first; undefined: nowhere. */
function firstDifference(actual: unknown, expected: unknown, path: string): Difference | undefined {
  if (actual === expected) return undefined;
  const different = { path, actual, expected };
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) {
    return different;
  }
  if (actual instanceof Uint8Array || expected instanceof Uint8Array) {
    return sameBytes(actual, expected) ? undefined : different;
  }
  if (actual instanceof Map || actual instanceof Set) throw new TypeError("compare plain values");
  if (Array.isArray(actual) !== Array.isArray(expected)) return different;
  if (Array.isArray(actual) && Array.isArray(expected) && actual.length !== expected.length) return different;
  const names = new Set([...Object.keys(actual), ...Object.keys(expected)]);
  for (const name of names) {
    const difference = firstDifference(ownValue(actual, name), ownValue(expected, name), `${path}.${name}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function ownValue(holder: object, name: string): unknown {
  return Object.hasOwn(holder, name) ? (holder as Record<string, unknown>)[name] : undefined;
}

function sameBytes(left: unknown, right: unknown): boolean {
  return (
    left instanceof Uint8Array &&
    right instanceof Uint8Array &&
    left.length === right.length &&
    left.every((byte, index) => byte === right[index])
  );
}

const shownLength = 2_000;

function shown(value: unknown): string {
  const text =
    JSON.stringify(value, (_, part: unknown) =>
      part instanceof Uint8Array ? `bytes(${part.length})` : part,
    ) ?? String(value);
  return text.length > shownLength ? `${text.slice(0, shownLength)}… (${text.length} characters)` : text;
}
