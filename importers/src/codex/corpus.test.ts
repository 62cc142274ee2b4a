/**
 * Real files, where a folder of them is at hand: `CORPUS_DIR` names the folder that holds `agent-sessions` or
 * `transcripts`, or one above. What the reader gives is held against counts made in another, plainer way.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findSources } from "../find-sources.ts";
import { isJsonObject } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import { applyEvents, partsOf } from "../test/import-result.ts";
import type { ImportResult } from "../test/import-result.ts";
import { memorySource } from "../test/memory-source.ts";
import { codex } from "./codex.ts";

const corpus = process.env["CORPUS_DIR"];

async function corpusFiles(): Promise<string[]> {
  if (corpus === undefined) return [];
  const files: string[] = [];
  for await (const found of findSources([corpus], [".jsonl", ".jsonl.gz"])) {
    if (found.type === "file" && /[/\\]codex[/\\]/.test(found.path)) files.push(found.path);
  }
  return files;
}

function readBytes(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

function plainRecords(bytes: Uint8Array): JsonObject[] {
  const lines = new TextDecoder().decode(bytes).split("\n");
  return lines.flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isJsonObject(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

/** Payloads of one kind of record. */
function payloads(records: readonly JsonObject[], kind: string): JsonObject[] {
  return records.flatMap(({ type, payload }) => (type === kind && isJsonObject(payload) ? [payload] : []));
}

function textOf(payload: JsonObject): string {
  const { content } = payload;
  const blocks = Array.isArray(content) ? content.filter(isJsonObject) : [];
  return blocks.map(({ text }) => (typeof text === "string" ? text : "")).join("");
}

/** The last totals are all that was used, in a file where they never fall. */
function plainUsage(records: readonly JsonObject[]): number {
  const infos = payloads(records, "event_msg").map(({ type, info }) =>
    type === "token_count" ? info : null,
  );
  const totals = infos.filter(isJsonObject).map((info) => info["total_token_usage"]);
  const counts = totals.filter(isJsonObject).map(({ total_tokens: total }) => Number(total));
  return Math.max(0, ...counts);
}

function importedUsage({ messages }: ImportResult): number {
  return messages.reduce((sum, { usage }) => {
    const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = usage ?? {};
    return sum + input + output + cacheRead + cacheWrite;
  }, 0);
}

const files = (await corpusFiles()).filter((path) =>
  codex.recognises(new TextDecoder().decode(readBytes(path).subarray(0, 65_536))),
);
/** Sessions that somebody had; files that others made for their tests hold records that never stood together. */
const sessionFiles = files.filter((path) => !path.includes("_fixtures"));

describe("real files", () => {
  it("are at hand", ({ skip }) => {
    skip(corpus === undefined, "CORPUS_DIR is not set");
    expect(sessionFiles.length).toBeGreaterThan(0);
  });

  it.each(sessionFiles)("%s is read whole", async (path) => {
    const bytes = readBytes(path);
    const records = plainRecords(bytes);
    const items = payloads(records, "response_item");
    const result = await applyEvents(codex.read(memorySource(path.replace(/\.gz$/, ""), bytes, 65_536)));
    const { messages, problems, sessions } = result;
    expect(problems.filter(({ message }) => !message.startsWith("the last line"))).toEqual([]);

    // Each once, in order.
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
    const starts = messages.map(({ ranges: [[offset] = [-1]] }) => offset);
    expect(starts).toEqual(starts.toSorted((one, other) => one - other));
    const answers = items.filter(({ role }) => role === "assistant").map(textOf);
    const texts = (role: string): string[] =>
      messages
        .filter((message) => message.role === role && message.metadata?.["injected"] !== true)
        .flatMap(partsOf)
        .flatMap((part) => (part.type === "text" ? [part.text] : []));
    expect(texts("assistant")).toEqual(answers.filter(Boolean));
    const shown = payloads(records, "event_msg").filter(({ type }) => type === "user_message");
    expect(texts("user")).toEqual(shown.map(({ message }) => message));

    // Nothing lost, and each result knows its call.
    const parts = messages.flatMap(partsOf);
    const ofType = (pattern: RegExp): JsonObject[] => items.filter(({ type }) => pattern.test(String(type)));
    const calls = parts.filter((part) => part.type === "tool-call");
    const results = parts.filter((part) => part.type === "tool-result");
    expect(calls).toHaveLength(ofType(/_call$/).length);
    expect(results).toHaveLength(ofType(/_output$/).length);
    const names = new Map(calls.map(({ toolCallId, toolName }) => [toolCallId, toolName]));
    expect(results.filter(({ toolCallId, toolName }) => toolName !== names.get(toolCallId))).toEqual([]);

    expect(importedUsage(result)).toBe(plainUsage(records));
    expect(Array.from(sessions.values(), ({ title }) => typeof title)).toEqual(["string"]);
    expect(messages.filter(({ role, model }) => role === "assistant" && model === undefined)).toEqual([]);

    // What an event says again is known to be the same: nothing of it is left when all messages are blanked.
    const blanked = new Uint8Array(bytes);
    for (const [offset, length] of messages.flatMap(({ ranges }) => ranges)) {
      blanked.fill(0x20, offset, offset + length);
    }
    const left = plainRecords(blanked);
    const kinds = new Set(payloads(left, "event_msg").map(({ type }) => type));
    expect(kinds.isDisjointFrom(new Set(["user_message", "agent_message", "patch_apply_end"]))).toBe(true);
  });

  it.each(files)("%s gives the same in several imports", async (path) => {
    const bytes = readBytes(path);
    const name = path.replace(/\.gz$/, "");
    const whole = await applyEvents(codex.read(memorySource(name, bytes, 65_536)));
    for (const share of [0.123, 0.5, 0.987]) {
      const part = bytes.subarray(0, Math.floor(bytes.length * share));
      const first = await applyEvents(codex.read(memorySource(name, part, 65_536)));
      const source = memorySource(name, bytes, 65_536);
      const { messages, sessions } = await applyEvents(codex.read(source, first.checkpoints.at(-1)), first);
      expect(messages).toEqual(whole.messages);
      expect(sessions).toEqual(whole.sessions);
    }
  });
});
