import { expect } from "vitest";
import type { ImportEvent, Importer } from "../importer.ts";
import { memorySource } from "./memory-source.ts";

const roles = new Set(["user", "assistant", "system", "tool"]);

function expectLabel(label: string): void {
  expect(label).not.toBe("");
  expect(label.isWellFormed() && !label.includes("\0")).toBe(true);
  expect(label.length).toBeLessThan(1000);
}

/** What holds of every event, whatever the file. */
function expectValid(events: readonly ImportEvent[], size: number): void {
  const given = new Set<string>();
  let reached = 0;
  for (const event of events) {
    if (event.type === "session") {
      expectLabel(event.externalKey);
      given.add(event.externalKey);
      for (const label of [event.title, event.model, event.workspacePath]) {
        if (label !== undefined) expect(label.isWellFormed() && !label.includes("\0")).toBe(true);
      }
      expect(Array.from(event.title ?? "").length).toBeLessThanOrEqual(80);
    } else if (event.type === "message") {
      expectLabel(event.id);
      expect(given).toContain(event.session);
      expect(roles).toContain(event.role);
      expect(event.createdAt === undefined || Number.isSafeInteger(event.createdAt)).toBe(true);
      for (const count of Object.values(event.usage ?? {}))
        expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      expect(event.ranges.length).toBeGreaterThan(0);
      for (const [offset, length] of event.ranges) {
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(length).toBeGreaterThan(0);
        expect(offset + length).toBeLessThanOrEqual(size);
      }
      // Whoever stores it can write it.
      expect(() => JSON.stringify(event)).not.toThrow();
    } else if (event.type === "problem") {
      expect(event.line).toBeGreaterThan(0);
      expect(event.offset).toBeLessThanOrEqual(size);
    } else {
      expect(event.offset).toBeGreaterThanOrEqual(reached);
      reached = event.offset;
      expect(reached).toBeLessThanOrEqual(size);
      expect(new TextEncoder().encode(JSON.stringify(event.memo)).length).toBeLessThan(16 * 1024);
    }
  }
}

/** Reads a file, expects every event to be valid, and gives the type of the last. */
export async function lastOf(importer: Importer, bytes: Uint8Array | string): Promise<string | undefined> {
  const source = memorySource("fuzzed.jsonl", bytes);
  const events = await Array.fromAsync(importer.read(source));
  expectValid(events, source.size);
  return events.at(-1)?.type;
}
