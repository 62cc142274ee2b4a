import { type Arbitrary, constantFrom, jsonValue, oneof, string } from "fast-check";

export const anyText = string({ unit: "binary" });

/** A value as it should be, or any other. */
export function almost(...good: readonly unknown[]): Arbitrary<unknown> {
  return oneof(
    { weight: 5, arbitrary: constantFrom(...good) },
    { weight: 1, arbitrary: jsonValue() },
    { weight: 1, arbitrary: anyText },
  );
}
