import { expect } from "vitest";

/** Fails unless both are equal, and says what they are. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  expect(actual, what).toEqual(expected);
}
