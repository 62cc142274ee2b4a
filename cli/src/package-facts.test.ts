import { expect, test } from "vitest";
import { describeOldNode } from "./package-facts.ts";

test.each(["20.20.2", "24.14.9", "9.99.0"])("Node %s is too old", (running) => {
  expect(describeOldNode(running)).toBe(`This is Node ${running}, and Throughline needs 24.15 or newer.`);
});

test.each(["24.15.0", "24.21.0", "25.0.0", "100.1.0"])("Node %s will do", (running) => {
  expect(describeOldNode(running)).toBeUndefined();
});
