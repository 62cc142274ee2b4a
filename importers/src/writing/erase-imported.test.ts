import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KeyValues, type Query, Throughline, guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { afterEach, beforeEach, expect, test } from "vitest";
import { chatgptFixture } from "../chatgpt/test/chatgpt-fixture.ts";
import { importSources } from "./import-sources.ts";
import { chunkCodec } from "../chunk-codec.ts";

let folder = "";
let throughline: Throughline;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-erase-"));
  throughline = new Throughline(guardStore(memoryStore()), { codec: chunkCodec });
});
afterEach(async () => {
  await throughline.close();
  rmSync(folder, { recursive: true });
});

const kinds = ["sessions", "messages", "sources", "source_chunks", "state", "branches"];

/** Everything in the store as text, chunks unpacked; receipts apart. */
async function allText(): Promise<string> {
  const texts: string[] = [];
  for (const kind of kinds) {
    let after: KeyValues | undefined;
    do {
      const query: Query = {
        type: "query",
        kind,
        shape: "key",
        prefix: [],
        direction: "forward",
        limit: 1_000,
        select: "all",
        hidden: true,
        ...(after === undefined ? undefined : { after }),
      };
      const { answers } = await throughline.store.read({ tenant: throughline.tenant, requests: [query] });
      for (const { bytes, ...row } of answers[0].rows) {
        if (row.scope === "receipts") continue;
        texts.push(JSON.stringify(row));
        if (!(bytes instanceof Uint8Array)) continue;
        const unpacked = row.encoding === "none" ? bytes : chunkCodec.unpack(bytes);
        texts.push(new TextDecoder().decode(unpacked));
      }
      after = answers[0].next;
    } while (after !== undefined);
  }
  return texts.join("\n");
}

/** A line of a transcript. */
function line(session: string, index: number, text: string): string {
  return `${JSON.stringify({
    type: "user",
    uuid: `${session}-${index}`,
    parentUuid: null,
    sessionId: session,
    timestamp: new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString(),
    message: { role: "user", content: text },
  })}\n`;
}

const summaryLine = `${JSON.stringify({ type: "summary", summary: "quokka title", leafUuid: "one-0" })}\n`;

async function find(key: string): Promise<string> {
  return (await throughline.sessions.find(`claude-code:${key}`)).id;
}

test("a file of one session goes whole, with its titles, and does not come back when it grows", async () => {
  const path = join(folder, "one.jsonl");
  const many = Array.from({ length: 700 }, (_, index) =>
    line("one", index, `quokka ${index} ${"x".repeat(300)}`),
  );
  writeFileSync(path, summaryLine + many.join(""));
  await importSources(throughline, [path]);
  expect(await allText()).toContain("quokka title");
  const id = await find("one");
  const receipt = await throughline.sessions.delete(id, { erase: true });
  expect(receipt.removed).toMatchObject({ sessions: 1, messages: 700, sources: 1 });
  expect(receipt.removed.source_chunks).toBeGreaterThan(2);
  const left = await allText();
  expect(left).not.toContain("quokka");
  expect(left).not.toContain(id);
  expect(await importSources(throughline, [path])).toMatchObject({ unchangedFiles: 1 });
  appendFileSync(path, line("one", 800, "quokka again"));
  expect(await importSources(throughline, [path])).toMatchObject({ messagesAdded: 0, sessionsDeleted: 1 });
  expect(await allText()).not.toContain("quokka");
  expect((await throughline.sessions.list({ all: true })).items).toEqual([]);
});

test("in a file of two sessions the other one's bytes stay, until it is erased, too", async () => {
  const path = join(folder, "two.jsonl");
  const pairs = Array.from({ length: 50 }, (_, index) => [
    line("one", index, `quokka ${index}`),
    line("two", index, `wombat ${index}`),
  ]);
  writeFileSync(path, pairs.flat().join(""));
  await importSources(throughline, [path]);
  const receipt = await throughline.sessions.delete(await find("one"), { erase: true });
  expect(receipt.removed).toEqual({ sessions: 1, messages: 50 });
  const left = await allText();
  expect(left).not.toContain("quokka");
  for (const [, other] of pairs) expect(left).toContain(other?.trim());
  const last = await throughline.sessions.delete(await find("two"), { erase: true });
  expect(last.removed).toMatchObject({ sessions: 1, messages: 50, sources: 1, source_chunks: 1 });
  expect(await allText()).not.toContain("wombat");
});

test("a conversation of an export goes with its part of it", async () => {
  const path = join(folder, "conversations.json");
  writeFileSync(path, chatgptFixture("conversations.json"));
  await importSources(throughline, [path]);
  const { items } = await throughline.sessions.list({ all: true });
  expect(items.length).toBeGreaterThan(1);
  for (const { id, title, externalKey } of items) {
    const receipt = await throughline.sessions.delete(id, { erase: true });
    expect(receipt.removed.source_chunks).toBeGreaterThan(0);
    const left = await allText();
    for (const text of [id, title ?? "no title", externalKey ?? "no key"]) expect(left).not.toContain(text);
  }
  expect(await allText()).not.toContain('"sourceId"');
  const { sessionsCreated } = await importSources(throughline, [path]);
  expect(sessionsCreated).toBe(0);
});

test("messages of one file that are deleted at the same time are all taken out of it", async () => {
  const path = join(folder, "one.jsonl");
  writeFileSync(
    path,
    Array.from({ length: 20 }, (_, index) => line("one", index, `quokka ${index}`)).join(""),
  );
  await importSources(throughline, [path]);
  const id = await find("one");
  const { items } = await throughline.messages.list(id);
  await Promise.all(items.map((message) => throughline.messages.delete(id, message.id)));
  const left = await allText();
  // The first one gave the session its title.
  for (let index = 1; index < 20; index += 1) expect(left).not.toContain(`quokka ${index}`);
});
