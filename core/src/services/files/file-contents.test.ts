import { createHash, randomBytes } from "node:crypto";
import { memoryStore } from "@throughline/store-memory";
import { describe, expect, test } from "vitest";
import type { GuardedStore } from "../../contract/store.ts";
import { guardStore } from "../../guard/guard-store.ts";
import { storedBlobs } from "../test/stored-blobs.ts";
import { beforeNextCommit, beginning, storeNames, useServices } from "../test/use-services.ts";
import { Throughline } from "../throughline.ts";

const report = {
  providerName: "files/abc",
  providerUri: "https://files.example/abc",
  displayName: "report.pdf",
  mimeType: "application/pdf",
};

/** More than one piece, which gzip can't make smaller; begins as what is packed does. */
const bytes = new Uint8Array(randomBytes(2_500_000));
bytes.set([0x1f, 0x8b]);
const contentHash = createHash("sha256").update(bytes).digest("hex");

async function hashesIn(store: GuardedStore): Promise<readonly unknown[]> {
  const { blobs, references } = await storedBlobs(store);
  const hashes = blobs.map(({ hash }) => hash);
  expect(new Set(references.map(({ hash }) => hash))).toEqual(new Set(hashes));
  return hashes;
}

describe.each(storeNames)("the bytes of files on %s", (name) => {
  const services = useServices(name);

  async function contentOf(id: string): Promise<Buffer> {
    const { bytes: pieces } = await services.tl.files.content(id);
    return Buffer.concat(await Array.fromAsync(pieces));
  }

  test("come back as they were given, with the record or after it", async () => {
    const { files } = services.tl;
    const saved = await files.save({ ...report, id: "a", content: bytes, contentHash });
    expect(saved).toMatchObject({ size: bytes.length, contentHash });
    expect((await contentOf("a")).equals(bytes)).toBe(true);
    await files.save({ ...report, id: "b", size: 3 });
    await expect(files.content("b")).rejects.toMatchObject({ code: "not_found", reason: "content" });
    await files.saveContent("b", new Uint8Array([0, 255, 10]));
    expect([...(await contentOf("b"))]).toEqual([0, 255, 10]);
    await files.save({ ...report, id: "c", content: "" });
    expect((await contentOf("c")).length).toBe(0);
    expect(await files.save({ ...report, id: "d", content: "\uFEFFé\0" })).toMatchObject({ size: 6 });
    expect((await contentOf("d")).toString()).toBe("\uFEFFé\0");
  });

  test("are stored once, and go with the last file that holds them", async () => {
    const { files, store } = services.tl;
    await files.save({ ...report, id: "a", content: bytes });
    await files.save({ ...report, id: "b", content: bytes });
    await files.save({ ...report, id: "c", content: bytes, expiresAt: new Date(beginning + 10) });
    expect(await hashesIn(store)).toEqual([contentHash]);
    await files.delete("a");
    await files.save({ ...report, id: "b", size: 1 });
    expect(await hashesIn(store)).toEqual([contentHash]);
    services.time = beginning + 500;
    expect(await files.deleteExpired()).toBe(1);
    expect(await hashesIn(store)).toEqual([]);
    await files.save({ ...report, id: "b", content: "old" });
    await files.saveContent("b", "now");
    expect((await contentOf("b")).toString()).toBe("now");
    expect(await hashesIn(store)).toHaveLength(1);
  });

  test("that are not as was said, or too large, are refused, and nothing is written", async () => {
    const { files, store } = services.tl;
    const refused = { code: "invalid", reason: "content" };
    await expect(files.save({ ...report, content: "abc", size: 4 })).rejects.toMatchObject(refused);
    await expect(files.save({ ...report, content: "abc", contentHash })).rejects.toMatchObject(refused);
    await files.save({ ...report, id: "a", size: 3 });
    await expect(files.saveContent("a", "abcd")).rejects.toMatchObject({
      ...refused,
      details: { field: "size", expected: 3, actual: 4 },
    });
    await expect(files.saveContent("none", "abc")).rejects.toMatchObject({ reason: "file" });
    await expect(files.save({ ...report, content: "\uD800" })).rejects.toMatchObject({ reason: "type" });
    await expect(
      files.save({ ...report, content: new Uint8Array(16 * 1024 * 1024 + 1) }),
    ).rejects.toMatchObject({ code: "too_large", reason: "content", details: { limit: 16_777_216 } });
    expect((await files.list()).items).toHaveLength(1);
    expect(await hashesIn(store)).toEqual([]);
  });

  test("follow their file where it is replaced or deleted while they are written", async () => {
    const { files } = services.tl;
    await files.save({ ...report, id: "a", size: 3 });
    const racing = beforeNextCommit(services, async () => {
      await files.save({ ...report, id: "a", displayName: "new.pdf", size: 3 });
    });
    await racing.files.saveContent("a", "abc");
    expect(await files.get("a")).toMatchObject({ displayName: "new.pdf", size: 3 });
    expect((await contentOf("a")).toString()).toBe("abc");
    const late = beforeNextCommit(services, async () => files.delete("a"));
    await expect(late.files.saveContent("a", "xyz")).rejects.toMatchObject({ reason: "file" });
    expect(await hashesIn(services.tl.store)).toEqual([]);
  });

  test("that were changed on disk are told", async () => {
    const { files, store } = services.tl;
    await files.save({ ...report, id: "a", content: "abc" });
    const [hash] = await hashesIn(store);
    const piece = { hash: hash as string, piece: 0, bytes: new TextEncoder().encode("abd") };
    await store.commit({
      tenant: "default",
      writes: [{ type: "insert", kind: "blob_pieces", record: piece, exists: "replace" }],
      quiet: { durable: true },
    });
    await expect(contentOf("a")).rejects.toMatchObject({ code: "unavailable", reason: "damaged" });
  });
});

test("the most that content may have is a setting, and tenants don't share files", async () => {
  await using tl = new Throughline(guardStore(memoryStore()), { contentBytes: 3 });
  await tl.files.save({ ...report, id: "a", content: "abc" });
  await expect(tl.files.save({ ...report, content: "abcd" })).rejects.toMatchObject({ code: "too_large" });
  const other = tl.withTenant("other");
  await expect(other.files.content("a")).rejects.toMatchObject({ reason: "file" });
  await expect(other.files.save({ ...report, content: "abcd" })).rejects.toMatchObject({ code: "too_large" });
});
