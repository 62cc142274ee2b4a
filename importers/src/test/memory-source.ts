import { readFileSync } from "node:fs";
import type { ImportSource } from "../importer.ts";

/** A source that lies in memory and gives its bytes in small pieces, so that lines come apart. */
export function memorySource(path: string, content: string | Uint8Array, chunkBytes = 1000): ImportSource {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    path,
    size: bytes.length,
    async *bytes(from) {
      for (let at = from; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    },
  };
}

/** The bytes of a fixture of Claude Code. */
export function claudeCodeFixture(name: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/claude-code/${name}`, import.meta.url));
}

/** The bytes of a fixture of Codex. */
export function codexFixture(name: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/codex/${name}`, import.meta.url));
}
