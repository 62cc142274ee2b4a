/** What holds of every event. Read for hundreds of thousands of them, so with assertions that cost nothing. */
import assert from "node:assert/strict";
import type { ImportEvent, Importer } from "../importer.ts";
import { memorySource } from "./memory-source.ts";

const roles = new Set(["user", "assistant", "system", "tool"]);

function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

function assertLabel(label: string): void {
  assert.notEqual(label, "");
  assert.ok(isText(label), label);
  assert.ok(label.length < 1000, label);
}

function assertValid(events: readonly ImportEvent[], size: number): void {
  const given = new Set<string>();
  let reached = 0;
  for (const event of events) {
    if (event.type === "session") {
      assertLabel(event.externalKey);
      given.add(event.externalKey);
      for (const label of [event.title, event.model, event.workspacePath]) {
        if (label !== undefined) assert.ok(isText(label), label);
      }
      assert.ok(Array.from(event.title ?? "").length <= 80, event.title);
    } else if (event.type === "message") {
      assertLabel(event.id);
      assert.ok(given.has(event.session), event.session);
      assert.ok(roles.has(event.role), event.role);
      assert.ok(event.createdAt === undefined || Number.isSafeInteger(event.createdAt));
      for (const count of Object.values(event.usage ?? {})) {
        assert.ok(Number.isSafeInteger(count) && count >= 0, String(count));
      }
      assert.ok(event.ranges.length > 0);
      for (const [offset, length] of event.ranges) {
        assert.ok(offset >= 0 && length > 0 && offset + length <= size, `${offset} ${length}`);
      }
      // Whoever stores it can write it; throws otherwise.
      JSON.stringify(event);
    } else if (event.type === "problem") {
      assert.ok(event.line > 0);
      assert.ok(event.offset <= size);
    } else {
      assert.ok(event.offset >= reached && event.offset <= size, `${reached} ${event.offset}`);
      reached = event.offset;
      assert.ok(new TextEncoder().encode(JSON.stringify(event.memo)).length < 16 * 1024);
    }
  }
}

/** Reads a file, makes sure that every event is valid, and gives the type of the last. */
export async function lastOf(importer: Importer, bytes: Uint8Array | string): Promise<string | undefined> {
  const source = memorySource("fuzzed.jsonl", bytes);
  const events = await Array.fromAsync(importer.read(source));
  assertValid(events, source.size);
  return events.at(-1)?.type;
}
