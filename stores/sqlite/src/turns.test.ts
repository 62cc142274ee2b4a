import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

test("whoever awaits without end leaves the event loop its turns", async () => {
  const turns = new Turns();
  const timers = { fired: 0 };
  const timer = setInterval(() => (timers.fired += 1), 1);
  const end = performance.now() + 2_000;
  while (timers.fired < 3 && performance.now() < end) await turns.give();
  clearInterval(timer);
  expect(timers.fired).toBe(3);
});
