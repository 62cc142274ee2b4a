/**
 * Real exports, where a folder of them is at hand: `CORPUS_DIR` names one above. What the reader gives is held against
 * counts made in another, plainer way.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findSources } from "../find-sources.ts";
import { isJsonObject } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";
import { partsOf } from "../test/import-result.ts";
import { chatgpt } from "./chatgpt.ts";
import { readExport } from "./test/chatgpt-fixture.ts";

const corpus = process.env["CORPUS_DIR"];
const files: string[] = [];
if (corpus !== undefined) {
  for await (const found of findSources([corpus], [".json"])) {
    if (found.type === "file" && /[/\\]chatgpt[/\\]/.test(found.path)) files.push(found.path);
  }
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** Whether a node says something, as its fields say it. */
function saysSomething(node: unknown): boolean {
  const content = objectOf(objectOf(objectOf(node)["message"])["content"]);
  const said = Object.entries(content).filter(([name]) => name !== "content_type" && name !== "language");
  return /[^\s"[\]{}:,]/.test(JSON.stringify(said.map(([, value]) => value)));
}

describe("real exports", () => {
  it("are at hand", ({ skip }) => {
    skip(corpus === undefined, "CORPUS_DIR is not set");
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(files)("%s is read whole", async (file) => {
    const bytes = readFileSync(file);
    const value: unknown = JSON.parse(bytes.toString());
    const plain = (Array.isArray(value) ? value : [value]).map(objectOf);
    const { sessions, problems } = await readExport(bytes, { chunkBytes: 65_536 });
    expect(chatgpt.recognises(bytes.subarray(0, 65_536).toString())).toBe(true);
    expect(problems).toEqual([]);
    expect(sessions).toHaveLength(plain.length);
    for (const [index, { session, messages }] of sessions.entries()) {
      const conversation = plain[index] ?? {};
      const mapping = objectOf(conversation["mapping"]);
      expect(session).toMatchObject({
        externalKey: conversation["id"],
        title: expect.any(String) as unknown,
      });
      // Nothing lost, nothing twice.
      const said = Object.keys(mapping).filter((key) => saysSomething(mapping[key]));
      expect(messages.map(({ id }) => id).toSorted()).toEqual(said.toSorted());
      // The path that is shown.
      const path = [];
      for (
        let key: unknown = conversation["current_node"];
        typeof key === "string";
        key = objectOf(mapping[key])["parent"]
      ) {
        if (saysSomething(mapping[key])) path.unshift(key);
      }
      const byId = new Map(messages.map((message) => [message.id, message]));
      const read = [];
      let at = session.part?.head;
      for (; typeof at === "string"; at = byId.get(at)?.parent) read.unshift(at);
      expect(read).toEqual(path);
      // Texts as they stand there.
      for (const { id, content, role } of messages) {
        const { author, content: told } = objectOf(objectOf(mapping[id])["message"]);
        expect(role).toBe(objectOf(author)["role"]);
        const { parts } = objectOf(told);
        expect(typeof content === "string" ? [content] : parts).toEqual(parts);
      }
      // Each result knows a call of this conversation.
      const parts = messages.flatMap(partsOf);
      const calls = new Set(parts.flatMap((part) => (part.type === "tool-call" ? [part.toolCallId] : [])));
      const results = parts.filter((part) => part.type === "tool-result");
      expect(results.filter(({ toolCallId }) => !calls.has(toolCallId))).toEqual([]);
    }
  });
});
