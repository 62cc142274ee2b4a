/** Files that were changed otherwise than by growing at their end. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Throughline, guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { expect, onTestFinished, test } from "vitest";
import { chunkCodec } from "../chunk-codec.ts";
import { importSources } from "./import-sources.ts";

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "throughline-import-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "session.jsonl");
}

/** A file of prompts that follow each other. */
function promptLines(...prompts: readonly string[]): string {
  const line = (content: string, place: number): string =>
    `${JSON.stringify({
      type: "user",
      uuid: `m${place}`,
      parentUuid: place === 0 ? null : `m${place - 1}`,
      sessionId: "prompts",
      timestamp: "2026-01-02T10:00:00.000Z",
      message: { role: "user", content },
    })}\n`;
  return prompts.map(line).join("");
}

test("a file that was edited before it grew is read from its beginning, and given again as it is now", async () => {
  const throughline = new Throughline(guardStore(memoryStore()), { codec: chunkCodec });
  const path = temporaryFile();
  writeFileSync(path, promptLines("oak", "a long answer", "ash"));
  await importSources(throughline, [path]);
  const edited = promptLines("oak", "an answer", "ash", "elm");
  writeFileSync(path, edited);
  expect(await importSources(throughline, [path])).toMatchObject({ messagesAdded: 1, problems: [] });
  const { items } = await throughline.sessions.list();
  const { bytes } = await throughline.exportNative(items[0]?.id ?? "");
  expect(Buffer.concat(await Array.fromAsync(bytes)).toString()).toBe(edited);
});

test("a file goes on behind a last line without an ending", async () => {
  const throughline = new Throughline(guardStore(memoryStore()));
  const path = temporaryFile();
  writeFileSync(path, promptLines("oak", "ash").trimEnd());
  await importSources(throughline, [path]);
  writeFileSync(path, promptLines("oak", "ash", "elm"));
  const report = await importSources(throughline, [path]);
  expect(report).toMatchObject({ messagesAdded: 1, messagesKept: 0, problems: [] });
});
