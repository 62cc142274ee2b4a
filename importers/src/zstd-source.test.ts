import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { Throughline, guardStore } from "@throughline/core";
import { sqliteStore } from "@throughline/store-sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSource } from "./open-source.ts";
import { codexFixture } from "./test/memory-source.ts";
import { importSources } from "./writing/import-sources.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-zstd-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("gives what is packed, from any place on", async () => {
  const bytes = Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 7919) % 251));
  const path = join(folder, "a.jsonl.zst");
  writeFileSync(path, zstdCompressSync(bytes));
  const source = await openSource(path);
  expect(source).toMatchObject({ path: join(folder, "a.jsonl"), size: bytes.length });
  for (const from of [0, 1, 70_000, bytes.length]) {
    const read = Buffer.concat(await Array.fromAsync(source.bytes(from)));
    expect(read.equals(bytes.subarray(from))).toBe(true);
  }
});

it("tells a file that is damaged, and one that is cut", async () => {
  const packed = zstdCompressSync(Buffer.alloc(100_000, "some text"));
  writeFileSync(join(folder, "no.jsonl.zst"), "not packed at all");
  writeFileSync(join(folder, "cut.jsonl.zst"), packed.subarray(0, packed.length - 8));
  await expect(openSource(join(folder, "no.jsonl.zst"))).rejects.toThrow("descriptor");
  await expect(openSource(join(folder, "cut.jsonl.zst"))).rejects.toThrow("unexpected end");
});

it("imports a packed rollout, and knows it again that it had before it was packed", async () => {
  const path = join(folder, "rollout.jsonl");
  const bytes = codexFixture("answers-and-tools.jsonl");
  const store = await sqliteStore({ path: join(folder, "sessions.db"), durability: "process-crash" });
  await using throughline = new Throughline(guardStore(store));
  writeFileSync(path, bytes.subarray(0, 6000));
  const before = await importSources(throughline, [folder]);
  writeFileSync(path, bytes);
  writeFileSync(`${path}.zst`, zstdCompressSync(readFileSync(path)));
  rmSync(path);
  const after = await importSources(throughline, [folder]);
  expect(before.messagesAdded).toBeGreaterThan(0);
  expect(after).toMatchObject({ sessionsCreated: 0, sessionsGrown: 1, messagesKept: 0, unreadable: [] });
  expect(before.messagesAdded + after.messagesAdded).toBe(21);
  renameSync(`${path}.zst`, join(folder, "again.jsonl.zst"));
  expect(await importSources(throughline, [folder])).toMatchObject({ messagesAdded: 0, files: 1 });
});
