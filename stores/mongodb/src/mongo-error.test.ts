import { isThroughlineError } from "@throughline/core";
import * as driver from "mongodb";
import { expect, test } from "vitest";
import { isDuplicateKey, isRefusal, toStoreError } from "./mongo-error.ts";

function serverError(code: number): driver.MongoServerError {
  return new driver.MongoServerError({ message: "said by the server", code });
}

test.for<[string, Error, string, boolean]>([
  ["a wrong password", serverError(18), "authentication", true],
  ["a missing right", serverError(13), "permission", true],
  ["a secondary", serverError(10_107), "not_primary", true],
  ["a full disk", serverError(14_031), "disk_full", true],
  ["a document that is too large", serverError(10_334), "record_too_large", true],
  ["a server that gave up", serverError(50), "timeout", false],
  ["a server that steps down", serverError(11_602), "not_primary", false],
  ["an answer that nobody foresaw", serverError(4_711), "store_failure", false],
  ["a connection that broke", new driver.MongoNetworkError("closed"), "connection_lost", false],
  ["an answer that did not come", new driver.MongoNetworkTimeoutError("timed out"), "timeout", false],
])("%s has its reason", ([, error, reason, refused]) => {
  const thrown = toStoreError(error, "unknown");
  expect(isThroughlineError(thrown) && [thrown.code, thrown.reason, thrown.outcome, thrown.cause]).toEqual([
    "unavailable",
    reason,
    "unknown",
    error,
  ]);
  expect(isRefusal(error)).toBe(refused);
});

test("a duplicate key is told from other errors", () => {
  expect(isDuplicateKey(serverError(11_000))).toBe(true);
  expect(isDuplicateKey(serverError(11_001))).toBe(false);
});
