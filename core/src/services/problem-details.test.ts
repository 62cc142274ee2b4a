import { expect, test } from "vitest";
import { type ErrorCode, ThroughlineError } from "../error.ts";
import { fromProblem, problemCodes, statusOf, toProblem } from "./problem-details.ts";

test.each([
  ["invalid", undefined, 400],
  ["unsupported", "search", 400],
  ["unauthorized", undefined, 401],
  ["forbidden", "origin", 403],
  ["not_found", "session", 404],
  ["unsupported", "method_not_allowed", 405],
  ["unsupported", "not_acceptable", 406],
  ["unavailable", "request_timeout", 408],
  ["conflict", "position", 409],
  ["too_large", "body", 413],
  ["unsupported", "unsupported_media_type", 415],
  ["rate_limited", undefined, 429],
  ["unavailable", "locked", 503],
  ["closed", "closed", 503],
  // A reason means its status only with its code.
  ["invalid", "request_timeout", 400],
  ["not_found", "toString", 404],
] as const)("%s for %s has status %i", (code, reason, status) => {
  expect(statusOf({ code, reason })).toBe(status);
});

test("an error comes back from its problem details as it was", () => {
  const error = new ThroughlineError("conflict", "Another position.", {
    reason: "position",
    outcome: "refused",
    retryable: true,
    details: { expected: 3, actual: 4, limitMs: 5, status: "shadow" },
    cause: new Error("secret"),
  });
  const problem = toProblem(error);
  expect(problem).toEqual({
    type: "/docs#conflict",
    title: "This conflicts with what is stored",
    status: 409,
    detail: "Another position.",
    code: "conflict",
    reason: "position",
    outcome: "refused",
    retryable: true,
    expected: 3,
    actual: 4,
    limit_ms: 5,
  });
  const back = fromProblem(409, JSON.parse(JSON.stringify(problem)));
  expect(back).toMatchObject({
    code: "conflict",
    message: "Another position.",
    reason: "position",
    outcome: "refused",
    retryable: true,
    details: { expected: 3, actual: 4, limit_ms: 5 },
  });
});

test("every code comes back, also without details", () => {
  for (const { code, status } of problemCodes) {
    const back = fromProblem(status, toProblem(new ThroughlineError(code, "So.")));
    expect(back).toMatchObject({ code, message: "So.", retryable: false });
    expect([back.reason, back.outcome, back.details]).toEqual([undefined, undefined, undefined]);
  }
});

test.each<[number, ErrorCode]>([
  [400, "invalid"],
  [401, "unauthorized"],
  [404, "not_found"],
  [405, "unsupported"],
  [408, "unavailable"],
  [418, "invalid"],
  [429, "rate_limited"],
  [500, "unavailable"],
  [502, "unavailable"],
  [503, "unavailable"],
])("status %i without problem details means %s", (status, code) => {
  for (const body of [
    undefined,
    "<html>",
    null,
    {},
    { code: "made_up", detail: "x" },
    { code: "toString" },
  ]) {
    expect(fromProblem(status, body)).toMatchObject({ code, retryable: status >= 500 });
  }
});
