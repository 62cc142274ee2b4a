/**
 * Real files, where a folder of them is at hand: `CORPUS_DIR` names the folder that holds `agent-sessions` or
 * `transcripts`, or one above. What the reader gives is held against counts made in another, plainer way.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findSources } from "../find-sources.ts";
import { isJsonObject } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import { applyEvents, partsOf } from "../test/import-result.ts";
import type { ImportResult } from "../test/import-result.ts";
import { memorySource } from "../test/memory-source.ts";
import { claudeCode } from "./claude-code.ts";

const corpus = process.env["CORPUS_DIR"];

async function corpusFiles(): Promise<string[]> {
  if (corpus === undefined) return [];
  const files: string[] = [];
  for await (const found of findSources([corpus], [".jsonl", ".jsonl.gz"])) {
    if (found.type === "file" && /[/\\]claude(-code)?[/\\]/.test(found.path)) files.push(found.path);
  }
  return files;
}

function readBytes(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

/** Records by plain means; those between which a newline was lost are cut by what their first key always is. */
function plainRecords(bytes: Uint8Array): JsonObject[] {
  const records: JsonObject[] = [];
  for (const line of new TextDecoder().decode(bytes).split("\n")) {
    for (const piece of line.split(/(?<=\})(?=\{"(?:parentUuid|type)":)/)) {
      try {
        const value: unknown = JSON.parse(line.startsWith("{") && isWhole(line) ? line : piece);
        if (isJsonObject(value)) records.push(value);
      } catch {
        continue;
      }
      if (isWhole(line)) break;
    }
  }
  return records;
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function messageOf(record: JsonObject): JsonObject {
  return isJsonObject(record["message"]) ? record["message"] : {};
}

function blocksOf(record: JsonObject): JsonObject[] {
  const { content } = messageOf(record);
  if (typeof content === "string") return [{ type: "text", text: content }];
  return Array.isArray(content) ? content.filter(isJsonObject) : [];
}

function saysSomething(block: JsonObject): boolean {
  const text =
    block["type"] === "text" ? block["text"] : block["type"] === "thinking" ? block["thinking"] : "x";
  return typeof text === "string" && text.trim() !== "";
}

const usageFields = [
  "input_tokens",
  "output_tokens",
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
];

/** Tokens of each answer as its last line has them, added up. */
function plainUsage(records: readonly JsonObject[]): number {
  const last = new Map<unknown, number>();
  records.forEach((record, index) => {
    const { usage, id } = messageOf(record);
    if (record["type"] !== "assistant" || !isJsonObject(usage)) return;
    const counts = usageFields.map((field) => usage[field]);
    last.set(
      id ?? index,
      counts.reduce<number>((sum, count) => sum + (typeof count === "number" ? count : 0), 0),
    );
  });
  return Array.from(last.values()).reduce((sum, tokens) => sum + tokens, 0);
}

function importedUsage({ messages }: ImportResult): number {
  return messages.reduce((sum, { usage }) => {
    return (
      sum + (usage?.input ?? 0) + (usage?.output ?? 0) + (usage?.cacheRead ?? 0) + (usage?.cacheWrite ?? 0)
    );
  }, 0);
}

/** Ids that must have become messages. */
function plainIds(records: readonly JsonObject[]): unknown[] {
  return records.flatMap((record) => {
    const { type, uuid, content } = record;
    if (type === "system") return typeof content === "string" && content.trim() !== "" ? [uuid] : [];
    if ((type !== "user" && type !== "assistant") || !blocksOf(record).some(saysSomething)) return [];
    return [type === "assistant" ? (messageOf(record)["id"] ?? uuid) : uuid];
  });
}

const files = await corpusFiles();

describe("real files", () => {
  it("are at hand", ({ skip }) => {
    skip(corpus === undefined, "CORPUS_DIR is not set");
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(files)("%s is read whole", async (path) => {
    const bytes = readBytes(path);
    const records = plainRecords(bytes);
    const result = await applyEvents(claudeCode.read(memorySource(path.replace(/\.gz$/, ""), bytes, 65_536)));
    const { messages, problems, sessions } = result;

    expect(claudeCode.recognises(new TextDecoder().decode(bytes.subarray(0, 65_536)))).toBe(true);
    expect(problems).toEqual([]);
    expect(importedUsage(result)).toBe(plainUsage(records));

    // Nothing lost.
    const ids = new Set<unknown>(messages.map(({ id }) => id));
    expect(plainIds(records).filter((id) => !ids.has(id))).toEqual([]);
    const blocks = records.filter(({ type }) => type === "user" || type === "assistant").flatMap(blocksOf);
    const parts = messages.filter(({ metadata }) => metadata?.["attachment"] === undefined).flatMap(partsOf);
    const count = (type: string): number => parts.filter((part) => part.type === type).length;
    expect(count("tool-call")).toBe(blocks.filter(({ type }) => type === "tool_use").length);
    expect(count("tool-result")).toBe(blocks.filter(({ type }) => type === "tool_result").length);
    expect(count("file")).toBe(blocks.filter(({ type }) => type === "image").length);
    expect(count("reasoning")).toBe(
      blocks.filter((block) => block["type"] === "thinking" && saysSomething(block)).length,
    );

    // Each result knows its call.
    const calls = new Map(
      parts.flatMap((part) => (part.type === "tool-call" ? [[part.toolCallId, part.toolName]] : [])),
    );
    const results = parts.filter((part) => part.type === "tool-result");
    expect(results.filter(({ toolCallId, toolName }) => toolName !== calls.get(toolCallId))).toEqual([]);

    // Nothing twice, except where the records themselves repeat an id.
    const uuids = records.map(({ uuid }) => uuid).filter((uuid) => uuid !== undefined);
    const repeated = uuids.length - new Set(uuids).size;
    const keys = messages.map(({ session, id }) => `${session} ${id}`);
    expect(keys.length - new Set(keys).size).toBeLessThanOrEqual(repeated);

    expect(sessions.size).toBeGreaterThan(0);
    // Where a person wrote something in the session's own file, it has a title.
    const own = sessions.get(/[0-9a-f]{8}-[0-9a-f-]{27}/.exec(basename(path))?.[0] ?? "");
    const isNamed = own === undefined || own.title !== undefined;
    expect(isNamed || !messages.some(({ role, metadata }) => role === "user" && metadata === undefined)).toBe(
      true,
    );
  });

  it.each(files.filter((_, index) => index % 12 === 0))(
    "%s gives the same in several imports",
    async (path) => {
      const bytes = readBytes(path);
      const name = path.replace(/\.gz$/, "");
      const whole = await applyEvents(claudeCode.read(memorySource(name, bytes, 65_536)));
      for (const share of [0.123, 0.5, 0.987]) {
        const part = bytes.subarray(0, Math.floor(bytes.length * share));
        const first = await applyEvents(claudeCode.read(memorySource(name, part, 65_536)));
        const from = first.checkpoints.at(-1);
        const { messages, sessions } = await applyEvents(
          claudeCode.read(memorySource(name, bytes, 65_536), from),
          first,
        );
        expect(messages).toEqual(whole.messages);
        expect(sessions).toEqual(whole.sessions);
      }
    },
  );
});
