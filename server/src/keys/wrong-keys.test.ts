import { expect, test } from "vitest";
import { WRONG_KEYS, WrongKeys } from "./wrong-keys.ts";

test("an address may try again after a minute", () => {
  let now = 0;
  const wrongKeys = new WrongKeys(() => now);
  for (let count = 0; count < WRONG_KEYS; count += 1) wrongKeys.count("10.0.0.1");
  now = 45_000;
  expect(() => wrongKeys.check("10.0.0.1")).toThrow(
    expect.objectContaining({
      code: "rate_limited",
      reason: "wrong_keys",
      details: { retryAfterSeconds: 15 },
    }),
  );
  now = 60_000;
  expect(() => wrongKeys.check("10.0.0.1")).not.toThrow();
});

test("a million addresses take no more room than ten thousand", () => {
  const wrongKeys = new WrongKeys(() => 0);
  for (let count = 0; count < WRONG_KEYS; count += 1) wrongKeys.count("first");
  expect(() => wrongKeys.check("first")).toThrow("Too many");
  for (let count = 0; count < 9_999; count += 1) wrongKeys.count(`address ${count}`);
  expect(() => wrongKeys.check("first")).toThrow("Too many");
  // The one more pushes the oldest out.
  wrongKeys.count("another");
  expect(() => wrongKeys.check("first")).not.toThrow();
});
