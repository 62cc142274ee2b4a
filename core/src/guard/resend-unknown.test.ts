import { expect, test, vi } from "vitest";
import type { ErrorCode } from "../error.ts";
import { ThroughlineError } from "../error.ts";
import type { Batch, Write } from "../contract/batch.ts";
import { isRepeatable, resendUnknown } from "./resend-unknown.ts";

const result = { position: 1, replayed: false, results: [] };
const lost = new ThroughlineError("unavailable", "Lost.", { reason: "timeout", outcome: "unknown" });

test("[C38] waits longer after each attempt", async () => {
  vi.useFakeTimers();
  const attempts: number[] = [];
  const began = performance.now();
  const send = (): Promise<typeof result> => {
    attempts.push(performance.now() - began);
    return attempts.length < 5 ? Promise.reject(lost) : Promise.resolve(result);
  };
  const sent = resendUnknown(send, 30_000, "op");
  await vi.runAllTimersAsync();
  await expect(sent).resolves.toBe(result);
  expect(attempts.map(Math.round)).toEqual([0, 20, 60, 140, 300]);
  vi.useRealTimers();
});

test("[C39] gives up in time, as unknown, with the operation and the last cause", async () => {
  const sent = resendUnknown(() => Promise.reject(lost), 50, "op");
  await expect(sent).rejects.toMatchObject({
    code: "unavailable",
    reason: "timeout",
    outcome: "unknown",
    retryable: true,
    details: { operation: "op" },
    cause: lost,
  });
});

test.for([
  new ThroughlineError("conflict", "Refused.", { reason: "exists", outcome: "refused" }),
  new TypeError("a bug"),
])("[C39] sends nothing again after $message", async (error) => {
  let attempts = 0;
  const send = (): Promise<never> => {
    attempts += 1;
    return Promise.reject(error);
  };
  await expect(resendUnknown(send, 1_000, undefined)).rejects.toBe(error);
  expect(attempts).toBe(1);
});

function failing(...errors: readonly ThroughlineError[]): () => Promise<typeof result> {
  const left = [...errors];
  return () => {
    const error = left.shift();
    return error === undefined ? Promise.resolve(result) : Promise.reject(error);
  };
}

const unreachable = new ThroughlineError("unavailable", "Nobody there.", {
  reason: "connection_refused",
  outcome: "refused",
  retryable: true,
});

test("[C38] what nobody could tell stays unknown while the way is blocked, and is sent on", async () => {
  const limited = new ThroughlineError("rate_limited", "Too many.", { outcome: "refused" });
  const closed = new ThroughlineError("closed", "Closed.", { reason: "closed", outcome: "refused" });
  const send = failing(lost, unreachable, limited, closed);
  await expect(resendUnknown(send, 30_000, "op")).resolves.toBe(result);
});

test.for<[ErrorCode, string]>([
  ["not_found", "foreign_answer"],
  ["invalid", "foreign_answer"],
  ["too_large", "foreign_answer"],
  ["not_found", "path"],
])(
  "[C38] %s/%s after an unknown attempt refuses nothing: the store did not say it",
  async ([code, reason]) => {
    const foreign = new ThroughlineError(code, "A proxy's page.", { reason, outcome: "refused" });
    await expect(resendUnknown(failing(lost, foreign), 30_000, "op")).resolves.toBe(result);
    await expect(resendUnknown(failing(foreign), 30_000, "op")).rejects.toBe(foreign);
  },
);

test("[C39] it is unknown in the end, too, when the last attempt did not get through", async () => {
  const send = failing(lost, ...Array.from({ length: 10 }, () => unreachable));
  await expect(resendUnknown(send, 60, "op")).rejects.toMatchObject({
    code: "unavailable",
    reason: "connection_refused",
    outcome: "unknown",
    details: { operation: "op" },
  });
});

test("[C38] the store's own refusal of a later attempt is one", async () => {
  const conflict = new ThroughlineError("conflict", "There.", { reason: "exists", outcome: "refused" });
  await expect(resendUnknown(failing(lost, conflict), 30_000, "op")).rejects.toBe(conflict);
});

test("[C39] what is refused at first is not sent again", async () => {
  await expect(resendUnknown(failing(unreachable), 30_000, "op")).rejects.toBe(unreachable);
});

const quiet = { durable: false };
const insert = { type: "insert", kind: "k", record: {} } as const;
const change = { type: "update", kind: "k", key: ["a"] } as const;
const sweep = { type: "remove-many", kind: "k", shape: "key", prefix: [], limit: 1 } as const;

test.for<[boolean, Write, Omit<Batch, "tenant" | "writes">]>([
  [false, { ...change, set: { n: 1 } }, {}],
  [true, { ...change, increment: { n: 1 } }, { operation: { id: "o", fingerprint: "" } }],
  [false, { ...change, increment: { n: 1 } }, { quiet }],
  [true, { ...change, set: { n: 1 }, maximum: { m: 1 }, increment: {} }, { quiet }],
  [true, { ...insert, exists: "keep" }, { quiet }],
  [true, { ...insert, exists: "replace" }, { quiet }],
  [false, { ...insert, exists: "fail" }, { quiet }],
  [true, { ...insert, exists: { set: { n: 1 } } }, { quiet }],
  [false, { ...insert, exists: { increment: { n: 1 } } }, { quiet }],
  [true, { type: "remove", kind: "k", key: ["a"] }, { quiet }],
  [false, sweep, { quiet }],
])("[C38] that it can be sent a second time is %j: %j in %j", ([repeatable, write, more]) => {
  expect(isRepeatable({ tenant: "t", writes: [write], ...more })).toBe(repeatable);
});
