import { expect, test, vi } from "vitest";
import { ThroughlineError } from "../error.ts";
import { resendUnknown } from "./resend-unknown.ts";

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
