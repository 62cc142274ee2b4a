import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { dyingAt } from "../test/dying-at.ts";
import { storedBlobs } from "../test/stored-blobs.ts";
import { beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";

const text = "export const answer = 42;\n".repeat(100);
const hashOf = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
const day = 24 * 60 * 60 * 1000;

describe.each(storeNames)("kept content on %s", (name) => {
  const services = useServices(name);
  let session = "";

  beforeEach(async () => {
    session = (await services.tl.sessions.create({ project: "p" })).id;
  });

  async function hashes(): Promise<readonly unknown[]> {
    const { blobs, references } = await storedBlobs(services.store);
    const held = blobs.map(({ hash }) => hash);
    expect(new Set(references.map(({ hash }) => hash))).toEqual(new Set(held));
    return held;
  }

  test("comes back as it was, after the file has changed, by path and by id", async () => {
    const { resources, context } = services.tl;
    await context.record(session, { files: [{ path: "a.ts", kind: "EDIT" }] });
    const kept = await resources.keepContent({ session, path: "a.ts", content: text });
    expect(kept).toMatchObject({ contentHash: hashOf(text), size: text.length, path: "a.ts" });
    const later = (await services.tl.sessions.create({ project: "p" })).id;
    await resources.keepContent({ session: later, resource: kept.resourceId, content: "changed" });
    expect(await resources.contentOf({ session, path: "a.ts" })).toEqual({
      ...kept,
      text,
      bytes: new TextEncoder().encode(text),
    });
    expect(await resources.contentOf({ session: later, resource: kept.resourceId })).toMatchObject({
      text: "changed",
      sessionId: later,
    });
    expect(await resources.get(kept.resourceId)).toMatchObject({
      contentHash: hashOf("changed"),
      size: 7,
      accessCount: 1,
    });
  });

  test("is bytes where it is no text, and whatever text it is", async () => {
    const { resources } = services.tl;
    const bytes = new Uint8Array([0xff, 0, 0x1f, 0x8b]);
    await resources.keepContent({ session, path: "logo.png", content: bytes, contentHash: hashOf(bytes) });
    expect(await resources.contentOf({ session, path: "logo.png" })).toMatchObject({ bytes, text: null });
    for (const awkward of ["", "\uFEFFé\0😀\r\n"]) {
      await resources.keepContent({ session, path: "b", content: awkward });
      expect(await resources.contentOf({ session, path: "b" })).toMatchObject({ text: awkward });
    }
    const [tracked] = (await resources.list({ type: "image" })).items;
    expect(tracked).toMatchObject({ path: "logo.png", projectId: "p", accessCount: 0 });
  });

  test("is stored once, stays in the trash, and goes with the last session that holds it", async () => {
    const { resources, sessions } = services.tl;
    const other = (await sessions.create({ project: "p" })).id;
    await Promise.all(
      [session, other].map((each) => resources.keepContent({ session: each, path: "a.ts", content: text })),
    );
    await resources.keepContent({ session, path: "copy.ts", content: text });
    expect(await hashes()).toEqual([hashOf(text)]);
    await resources.keepContent({ session, path: "copy.ts", content: "other" });
    expect(await hashes()).toHaveLength(2);
    await resources.releaseContent({ session, path: "copy.ts" });
    expect(await hashes()).toEqual([hashOf(text)]);
    await sessions.delete(other, { erase: true });
    await sessions.delete(session);
    await expect(resources.contentOf({ session, path: "a.ts" })).rejects.toMatchObject({ reason: "session" });
    services.time += 2 * day;
    await services.tl.gc();
    await sessions.undelete(session);
    expect(await resources.contentOf({ session, path: "a.ts" })).toMatchObject({ text });
    await sessions.delete(session, { erase: true });
    expect(await hashes()).toEqual([]);
  });

  test("of a path is gone with all that was kept of it, also before its resource was removed", async () => {
    const { resources } = services.tl;
    const { resourceId } = await resources.keepContent({ session, path: "a.ts", content: "before" });
    await resources.delete(resourceId);
    await resources.keepContent({ session, path: "a.ts", content: text });
    expect(await resources.contentOf({ session, path: "a.ts" })).toMatchObject({ text });
    expect(await resources.contentOf({ session, resource: resourceId })).toMatchObject({ text: "before" });
    await resources.releaseContent({ session, path: "a.ts" });
    await expect(resources.contentOf({ session, path: "a.ts" })).rejects.toMatchObject({ reason: "content" });
    expect(await hashes()).toEqual([]);
  });

  test("of a fork is its own", async () => {
    const { resources, sessions, messages } = services.tl;
    await messages.append(session, [{ role: "user", content: "Hello" }]);
    await resources.keepContent({ session, path: "a.ts", content: text });
    const fork = (await sessions.fork(session)).id;
    await expect(resources.contentOf({ session: fork, path: "a.ts" })).rejects.toMatchObject({
      code: "not_found",
      reason: "content",
    });
  });

  test("is refused as a whole", async () => {
    const { resources, sessions } = services.tl;
    const before = await resources.list();
    const other = await resources.trackResource({ path: "x", project: "q" });
    const refusals = [
      [{ session, resource: other, content: "" }, "project"],
      [{ session, resource: "none", content: "" }, "resource"],
      [{ session: "none", path: "a", content: "" }, "session"],
      [{ session, path: "a", content: text, contentHash: hashOf("") }, "content"],
      [{ session, path: "a", content: "x".repeat(16 * 1024 * 1024 + 1) }, "content"],
      [{ session, path: "a", content: "\uDC00" }, "type"],
      [{ session, path: "../a", content: "" }, "type"],
      [{ session, path: "a", resource: other, content: "" }, "type"],
      [{ session, content: "" }, "type"],
    ] as const;
    for (const [input, reason] of refusals) {
      await expect(resources.keepContent(input)).rejects.toMatchObject({ reason });
    }
    const empty = { session, path: "a" };
    await expect(resources.contentOf(empty)).rejects.toMatchObject({ code: "not_found", reason: "content" });
    await expect(resources.releaseContent(empty)).rejects.toMatchObject({ reason: "content" });
    expect((await resources.list()).items).toHaveLength(before.items.length + 1);
    expect(await hashes()).toEqual([]);
    await sessions.delete(session);
    await expect(resources.keepContent({ ...empty, content: "" })).rejects.toMatchObject({
      reason: "session",
    });
  });

  test("of two at once is that of the last, and a session deleted meanwhile keeps nothing", async () => {
    const { resources, sessions } = services.tl;
    const racing = beforeNextCommit(services, async () =>
      resources.keepContent({ session, path: "a.ts", content: "first" }),
    );
    await racing.resources.keepContent({ session, path: "a.ts", content: "last" });
    expect(await resources.contentOf({ session, path: "a.ts" })).toMatchObject({ text: "last" });
    expect(await hashes()).toEqual([hashOf("last")]);
    const late = beforeNextCommit(services, async () => sessions.delete(session));
    await expect(
      late.resources.keepContent({ session, path: "b.ts", content: "late" }),
    ).rejects.toMatchObject({ reason: "session" });
    expect(await hashes()).toEqual([hashOf("last")]);
  });

  test("that was only staged when its writer died is gone after clean-up", async () => {
    const { store } = services;
    const dying = dyingAt(services, 2, false);
    await expect(dying.resources.keepContent({ session, path: "a.ts", content: text })).rejects.toThrow(
      "died",
    );
    expect((await storedBlobs(store)).blobs).toHaveLength(1);
    services.time += 2 * day;
    await services.tl.gc();
    const { blobs, pieces, lists } = await storedBlobs(store);
    expect([blobs, pieces, lists]).toEqual([[], [], []]);
  });
});
