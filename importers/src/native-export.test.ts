/** What was imported comes out again, byte for byte; also from every real transcript where `CORPUS_DIR` names a folder. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { type NativeExport, type Session, Throughline, guardStore } from "@throughline/core";
import { sqliteStore } from "@throughline/store-sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findImporter } from "./importers.ts";
import { findSources } from "./find-sources.ts";
import { importSources } from "./writing/import-sources.ts";
import { chunkCodec } from "./chunk-codec.ts";

const fixtures = fileURLToPath(new URL("../fixtures", import.meta.url));
const corpus = process.env["CORPUS_DIR"];

let folder: string;
let tl: Throughline;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "throughline-native-"));
  tl = await open("sessions.db");
});
afterEach(async () => {
  await tl.close();
  rmSync(folder, { recursive: true });
});

async function open(name: string): Promise<Throughline> {
  const store = await sqliteStore({ path: join(folder, name), durability: "process-crash" });
  return new Throughline(guardStore(store), { codec: chunkCodec });
}

async function sessionOf(key: string): Promise<Session> {
  const { items } = await tl.sessions.list({ all: true, limit: 1_000 });
  const found = items.find(({ externalKey }) => externalKey === key);
  if (found === undefined)
    throw new Error(`no session ${key}: ${items.map((one) => one.externalKey).join()}`);
  return found;
}

async function bytesOf({ bytes }: NativeExport): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(bytes));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function importFixture(name: string): Promise<Buffer> {
  await importSources(tl, [join(fixtures, name)]);
  return readFileSync(join(fixtures, name));
}

const codexKey = "019cb7d0-0000-7000-8000-00000000c001";

describe("an export in the tool's own format", () => {
  it.each([
    ["codex/answers-and-tools.jsonl", codexKey],
    ["codex/bare.jsonl", "7f0f7d1e-0f5a-4c1b-9a53-6f1d2a3b4c5d"],
    ["codex/whole-file.json", "5a1b2c3d-1111-4222-8333-444455556666"],
    ["codex/forked.jsonl", "019cb7d0-0000-7000-8000-00000000c006"],
    ["claude-code/3f1c9a52-7d04-4b6e-9c1a-5e2f8b7d6a01.jsonl", "3f1c9a52-7d04-4b6e-9c1a-5e2f8b7d6a01"],
    ["claude-code/windows.jsonl", "s-windows"],
    ["claude-code/side-chains-inside.jsonl", "s-side"],
  ])("gives %s again", async (name, key) => {
    const imported = await importFixture(name);
    const exported = await tl.exportNative((await sessionOf(key)).id);
    expect(exported).toMatchObject({
      tool: name.split("/")[0],
      fileName: basename(name),
      size: imported.length,
      blanked: 0,
      others: 0,
    });
    expect(sha256(await bytesOf(exported))).toBe(sha256(imported));
  });

  it("gives a file that grew while it was imported, and leaves out a line that is not finished", async () => {
    const whole = readFileSync(join(fixtures, "codex/answers-and-tools.jsonl"));
    const file = join(folder, "rollout.jsonl");
    let size = 0;
    while (size + 700 < whole.length) {
      size += 700;
      writeFileSync(file, whole.subarray(0, size));
      await importSources(tl, [file]);
    }
    const { id } = await sessionOf(codexKey);
    const before = await bytesOf(await tl.exportNative(id));
    expect(sha256(before)).toBe(sha256(whole.subarray(0, whole.lastIndexOf("\n", size - 1) + 1)));
    writeFileSync(file, whole);
    await importSources(tl, [file]);
    expect(sha256(await bytesOf(await tl.exportNative(id)))).toBe(sha256(whole));
  });

  it("gives a file of many chunks, in pieces of a chunk", async () => {
    const file = join(folder, "rollout.jsonl");
    const lines = Array.from({ length: 400 }, (_, index) => {
      const payload = {
        type: "message",
        role: "user",
        content: `${index} ${randomBytes(2000).toString("hex")}`,
      };
      return `${JSON.stringify({ timestamp: "2026-03-04T09:00:00.000Z", type: "response_item", payload })}\n`;
    });
    writeFileSync(file, lines.join(""));
    await importSources(tl, [file]);
    const [session] = (await tl.sessions.list()).items;
    const { bytes, size } = await tl.exportNative(session?.id ?? "");
    const hash = createHash("sha256");
    let longest = 0;
    for await (const piece of bytes) {
      hash.update(piece);
      longest = Math.max(longest, piece.length);
    }
    expect(hash.digest("hex")).toBe(sha256(readFileSync(file)));
    expect(size).toBeGreaterThan(1_600_000);
    expect(longest).toBeLessThanOrEqual(64 * 1024);
  });

  it("has spaces where a deleted message was, in every record that said it, and tells how many", async () => {
    const imported = await importFixture("codex/answers-and-tools.jsonl");
    const { id } = await sessionOf(codexKey);
    for await (const message of tl.messages.stream(id)) {
      if (JSON.stringify(message.content).includes("Which bed is dry?"))
        await tl.messages.delete(id, message.id);
    }
    const exported = await tl.exportNative(id);
    expect(exported).toMatchObject({ blanked: 1, others: 0, size: imported.length });
    const text = (await bytesOf(exported)).toString();
    expect(imported.toString().split("Which bed is dry?")).toHaveLength(3);
    expect(text).not.toContain("Which bed is dry?");
    expect(text.split("\n")).toHaveLength(imported.toString().split("\n").length);
    expect(text).toContain("Bed 1 is dry");
  });

  it("tells how many messages were written here", async () => {
    const imported = await importFixture("codex/events-only.jsonl");
    const { id } = await sessionOf("019cb7d0-0000-7000-8000-00000000c002");
    await tl.messages.append(id, [
      { role: "user", content: 'And "source":"this"?' },
      { role: "assistant", content: "No.", native: { format: "x", text: '{"source":"x"}' } },
    ]);
    const exported = await tl.exportNative(id);
    expect(exported).toMatchObject({ blanked: 0, others: 2 });
    expect(sha256(await bytesOf(exported))).toBe(sha256(imported));
  });

  it("gives a side chain that stands in its session's file its own lines", async () => {
    const text = (await importFixture("claude-code/side-chains-inside.jsonl")).toString();
    const { id } = await sessionOf("s-side/sidechain-b1");
    const exported = await tl.exportNative(id);
    expect(exported.fileName).toBe("sidechain-b1.jsonl");
    const lines = (await bytesOf(exported)).toString().trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      expect(text).toContain(line);
      expect(JSON.parse(line)).toMatchObject({ isSidechain: true });
    }
    expect(lines.some((line) => line.includes('"w1"'))).toBe(false);
  });

  it("gives a side chain that has a file of its own that file", async () => {
    const key = "3f1c9a52-7d04-4b6e-9c1a-5e2f8b7d6a01";
    await importFixture(`claude-code/${key}.jsonl`);
    const imported = await importFixture(`claude-code/${key}/subagents/agent-a77.jsonl`);
    const exported = await tl.exportNative((await sessionOf(`${key}/a77`)).id);
    expect(exported.fileName).toBe("agent-a77.jsonl");
    expect(sha256(await bytesOf(exported))).toBe(sha256(imported));
  });

  it.each(["the older first", "the newer first"])(
    "gives each of two sessions, of which one went on with the other, its own file, %s",
    async (order) => {
      const older = "3f1c9a52-7d04-4b6e-9c1a-5e2f8b7d6a01";
      const newer = "8b20d7e4-19c3-4f5a-a6d2-0c9e4b3f7a02";
      const keys = order === "the older first" ? [older, newer] : [newer, older];
      for (const key of keys) await importFixture(`claude-code/${key}.jsonl`);
      for (const key of keys) {
        const exported = await tl.exportNative((await sessionOf(key)).id);
        expect(exported).toMatchObject({ fileName: `${key}.jsonl`, isOwn: true });
        const whole = readFileSync(join(fixtures, `claude-code/${key}.jsonl`));
        expect(sha256(await bytesOf(exported))).toBe(sha256(whole));
      }
    },
  );

  it("says that a file is another session's, and finds one of its own by what else it holds", async () => {
    const whole = readFileSync(join(fixtures, "claude-code/8b20d7e4-19c3-4f5a-a6d2-0c9e4b3f7a02.jsonl"));
    writeFileSync(join(folder, "newer.jsonl"), whole);
    await importSources(tl, [join(folder, "newer.jsonl")]);
    const { id } = await sessionOf("3f1c9a52-7d04-4b6e-9c1a-5e2f8b7d6a01");
    expect(await tl.exportNative(id)).toMatchObject({ fileName: "newer.jsonl", isOwn: false, elsewhere: 0 });
    const own = readFileSync(join(fixtures, "claude-code/3f1c9a52-7d04-4b6e-9c1a-5e2f8b7d6a01.jsonl"));
    writeFileSync(join(folder, "older.jsonl"), own);
    await importSources(tl, [join(folder, "older.jsonl")]);
    const exported = await tl.exportNative(id);
    expect(exported).toMatchObject({ fileName: "older.jsonl", isOwn: true });
    // What the other one holds of it was read from there.
    expect(exported.elsewhere).toBeGreaterThan(0);
    expect(sha256(await bytesOf(exported))).toBe(sha256(own));
  });

  it("gives the longer of two copies of a session", async () => {
    const whole = readFileSync(join(fixtures, "codex/answers-and-tools.jsonl"));
    const end = whole.indexOf("\n", 4000) + 1;
    writeFileSync(join(folder, "backup.jsonl"), whole.subarray(0, end));
    writeFileSync(join(folder, "rollout.jsonl"), whole);
    await importSources(tl, [join(folder, "backup.jsonl")]);
    await importSources(tl, [join(folder, "rollout.jsonl")]);
    const exported = await tl.exportNative((await sessionOf(codexKey)).id);
    expect(exported).toMatchObject({ fileName: "rollout.jsonl", others: 0 });
    expect(sha256(await bytesOf(exported))).toBe(sha256(whole));
  });

  it("gives a conversation of an export its own object", async () => {
    const text = (await importFixture("chatgpt/conversations.json")).toString();
    const { items } = await tl.sessions.list({ all: true });
    expect(items.length).toBeGreaterThan(1);
    for (const { id, externalKey } of items) {
      const exported = await tl.exportNative(id);
      expect(exported).toMatchObject({ tool: "chatgpt", fileName: `${externalKey}.json`, others: 0 });
      const bytes = await bytesOf(exported);
      expect(bytes).toHaveLength(exported.size ?? -1);
      expect(text).toContain(bytes.toString());
      const conversation = JSON.parse(bytes.toString()) as { id?: string; conversation_id?: string };
      expect([conversation.id, conversation.conversation_id]).toContain(externalKey);
    }
  });

  it("is refused for a session that was not imported, and for one that is not there", async () => {
    const { id } = await tl.sessions.create({ title: "Ours" });
    await tl.messages.append(id, [{ role: "user", content: "Hello" }]);
    await expect(tl.exportNative(id)).rejects.toMatchObject({ code: "unsupported", reason: "no_native" });
    await expect(tl.exportNative("nobody")).rejects.toMatchObject({ code: "not_found", reason: "session" });
  });

  it("needs what unpacks the chunks", async () => {
    await importFixture("codex/answers-and-tools.jsonl");
    const { id } = await sessionOf(codexKey);
    const without = new Throughline(tl.store);
    const exported = await without.exportNative(id);
    await expect(bytesOf(exported)).rejects.toMatchObject({ code: "unsupported", reason: "encoding" });
  });

  it("ends with an error where bytes are missing", async () => {
    await importFixture("codex/answers-and-tools.jsonl");
    const { id } = await sessionOf(codexKey);
    const { answers } = await tl.store.read({
      tenant: tl.tenant,
      requests: [
        { type: "query", kind: "source_chunks", shape: "key", prefix: [], direction: "forward", limit: 1 },
      ],
    });
    const [row] = answers[0].rows;
    const key = [row?.sourceId as string, row?.offset as number];
    await tl.store.commit({ tenant: tl.tenant, writes: [{ type: "remove", kind: "source_chunks", key }] });
    const exported = await tl.exportNative(id);
    await expect(bytesOf(exported)).rejects.toMatchObject({ code: "unavailable", reason: "missing_bytes" });
  });
});

/** What the importer for lines reads of a file; a last line that is not finished is left for the next import. */
async function corpusFiles(): Promise<string[]> {
  if (corpus === undefined) return [];
  const found = await Array.fromAsync(findSources([corpus], [".jsonl", ".jsonl.gz"]));
  return found.flatMap(({ type, path }) => (type === "file" && toolOf(path) !== undefined ? [path] : []));
}

function readWhole(path: string): Buffer {
  const bytes = readFileSync(path);
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

function toolOf(path: string): string | undefined {
  return findImporter(readWhole(path).subarray(0, 65_536).toString())?.tool;
}

const files = await corpusFiles();

describe("real files", () => {
  it("are at hand", ({ skip }) => {
    skip(corpus === undefined, "CORPUS_DIR is not set");
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(files)("%s comes back byte for byte", async (path) => {
    const whole = readWhole(path);
    const file = join(folder, basename(path).replace(/\.gz$/, ""));
    // As it was in the middle of its life, then whole.
    for (const size of [Math.floor(whole.length / 2), whole.length]) {
      writeFileSync(file, whole.subarray(0, size));
      await importSources(tl, [file]);
    }
    const { items } = await tl.sessions.list({ all: true, limit: 1_000 });
    const isHere = (id: string | null): boolean =>
      items.some((session) => session.id === id && session.messageCount > 0);
    const own = items.filter(({ id, parentSessionId }) => isHere(id) && !isHere(parentSessionId));
    for (const { id } of own) {
      const exported = await tl.exportNative(id);
      const bytes = await bytesOf(exported);
      expect(exported).toMatchObject({ blanked: 0, others: 0 });
      expect(sha256(bytes)).toBe(sha256(whole.subarray(0, bytes.length)));
      expect(whole.subarray(bytes.length).includes("\n")).toBe(false);
    }
    expect(items.length === 0 || own.length > 0).toBe(true);
  });
});
