import { describe, expect, test } from "vitest";
import { beginning, storeNames, useServices } from "../test/use-services.ts";

const report = {
  providerName: "files/abc",
  providerUri: "https://files.example/abc",
  displayName: "report.pdf",
  size: 1_234,
  mimeType: "application/pdf",
};

describe.each(storeNames)("files on %s", (name) => {
  const services = useServices(name);

  test("come back as they were given", async () => {
    const { files } = services.tl;
    const metadata = { pages: 3 };
    const uploadedAt = new Date(beginning - 1_000);
    const expiresAt = new Date(beginning + 3_600_000);
    const saved = await files.save({ ...report, id: "f1", uploadedAt, expiresAt, metadata });
    expect(saved).toEqual({ ...report, id: "f1", uploadedAt, expiresAt, metadata, contentHash: null });
    expect(await files.get("f1")).toEqual(saved);
  });

  test("get an id and a time, and no end, where none is given", async () => {
    const { files } = services.tl;
    const saved = await files.save(report);
    expect(saved.id).toMatch(/^[\da-f-]{36}$/);
    expect(saved.uploadedAt.getTime()).toBeGreaterThanOrEqual(beginning);
    expect(saved.expiresAt).toBeNull();
    expect(saved.metadata).toEqual({});
  });

  test("are replaced under their id", async () => {
    const { files } = services.tl;
    await files.save({ ...report, id: "f1", metadata: { old: true } });
    await files.save({ ...report, id: "f1", displayName: "other.pdf" });
    expect(await files.get("f1")).toMatchObject({ displayName: "other.pdf", metadata: {} });
    expect((await files.list()).items).toHaveLength(1);
  });

  test("are listed by their newest upload, page by page", async () => {
    const { files } = services.tl;
    for (let index = 0; index < 5; index += 1) {
      await files.save({ ...report, id: `f${index}`, uploadedAt: new Date(beginning + index) });
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await files.list({ limit: 2, ...(cursor === undefined ? undefined : { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(["f4", "f3", "f2", "f1", "f0"]);
    await expect(files.list({ cursor: "bm9uZQ" })).rejects.toMatchObject({
      code: "invalid",
      reason: "cursor",
    });
  });

  test("that have expired are there until they are deleted, and only they are", async () => {
    const { files } = services.tl;
    await files.save({ ...report, id: "old", expiresAt: new Date(beginning + 10) });
    await files.save({ ...report, id: "later", expiresAt: new Date(beginning + 1_000_000) });
    await files.save({ ...report, id: "never" });
    services.time = beginning + 500;
    expect((await files.get("old")).expiresAt).not.toBeNull();
    expect(await files.deleteExpired()).toBe(1);
    expect(await files.deleteExpired()).toBe(0);
    expect((await files.list()).items.map(({ id }) => id).toSorted()).toEqual(["later", "never"]);
    await expect(files.get("old")).rejects.toMatchObject({ code: "not_found", reason: "file" });
  });

  test("are forgotten by their id", async () => {
    const { files } = services.tl;
    await files.save({ ...report, id: "f1" });
    await files.delete("f1");
    await expect(files.delete("f1")).rejects.toMatchObject({ code: "not_found", reason: "file" });
  });

  test.each([
    [{ ...report, size: -1 }, "size"],
    [{ ...report, displayName: "" }, "displayName"],
    [{ ...report, expiresAt: "soon" }, "expiresAt"],
  ])("that make no sense are refused: %j", async (input, field) => {
    await expect(services.tl.files.save(input)).rejects.toMatchObject({
      code: "invalid",
      reason: "type",
      details: { field },
    });
    expect((await services.tl.files.list()).items).toEqual([]);
  });
});
