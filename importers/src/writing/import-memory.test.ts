import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleProgram } from "@throughline/test-servers";
import { expect, it } from "vitest";
import { exported } from "../chatgpt/test/random-conversation.ts";

const program = await bundleProgram(join(import.meta.dirname, "test/import-and-measure.ts"));
const megabyte = 1024 * 1024;

/** A session of about so many megabytes, in lines of 8 KB. */
function writeSession(path: string, megabytes: number): number {
  const file = openSync(path, "w");
  const text = "what was said, again and again ".repeat(256);
  const lines = Math.ceil((megabytes * megabyte) / 8_200);
  for (let line = 0; line < lines; line += 1) {
    const record = {
      type: "user",
      uuid: `u${line}`,
      parentUuid: null,
      sessionId: "long",
      timestamp: new Date(Date.UTC(2026, 0, 1) + line * 1_000).toISOString(),
      message: { role: "user", content: `${line} ${text}` },
    };
    writeSync(file, `${JSON.stringify(record)}\n`);
  }
  closeSync(file);
  return lines;
}

/** An export of about so many megabytes, in conversations of 100 messages of 8 KB. */
function writeExport(path: string, megabytes: number): number {
  const file = openSync(path, "w");
  const text = "what was said, again and again ".repeat(256);
  const conversations = Math.ceil((megabytes * megabyte) / 815_000);
  for (let index = 0; index < conversations; index += 1) {
    const nodes = Array.from({ length: 100 }, (_, place) => ({
      key: `n${place}`,
      parent: place === 0 ? null : `n${place - 1}`,
      text: `${place} ${text}`,
    }));
    const conversation = exported({ id: `c${index}`, nodes, current: "n99" });
    writeSync(file, `${index === 0 ? "[" : ","}${JSON.stringify(conversation)}`);
  }
  writeSync(file, "]");
  closeSync(file);
  return conversations * 100;
}

it.each([
  { what: "a file", extension: "jsonl", write: writeSession },
  { what: "an export", extension: "json", write: writeExport },
])("takes no more memory for $what that goes on for 60 MB more", ({ extension, write }) => {
  const folder = mkdtempSync(join(tmpdir(), "throughline-import-"));
  try {
    const peaks = [40, 100].map((megabytes) => {
      const path = join(folder, `${megabytes}.${extension}`);
      const messages = write(path, megabytes);
      // Both are long enough for buffers and caches to have filled; a small heap makes the collector work alike for both.
      const options = ["--max-old-space-size=96", "--max-semi-space-size=2"];
      const output = execFileSync(process.execPath, [...options, program, `${path}.db`, path], {
        encoding: "utf8",
      });
      const { messagesAdded, peak } = JSON.parse(output) as { messagesAdded: number; peak: number };
      expect(messagesAdded).toBe(messages);
      return peak;
    });
    const [short = 0, long = 0] = peaks;
    expect(long - short).toBeLessThan(32 * megabyte);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
