import { describe, expect, test } from "vitest";
import { storedBlobs } from "../test/stored-blobs.ts";
import { storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("a memory on %s", (name) => {
  const services = useServices(name);

  const whole = { project: "p", key: "k", value: "v" };
  test.each([
    ["no owner", { key: "k", value: "v" }, "invalid", "type"],
    ["two owners", { ...whole, user: "ada" }, "invalid", "type"],
    ["a key that is empty", { ...whole, key: "" }, "invalid", "type"],
    ["a key with a slash", { ...whole, key: "a/b" }, "invalid", "type"],
    ["a key that climbs in a path", { ...whole, key: ".." }, "invalid", "type"],
    ["a key with a line break", { ...whole, key: "a\nb" }, "invalid", "type"],
    ["a key with a line separator", { ...whole, key: "a\u2028b" }, "invalid", "type"],
    ["a key with a lone surrogate", { ...whole, key: "\ud800" }, "invalid", "type"],
    ["a key of 256 bytes", { ...whole, key: "k".repeat(256) }, "invalid", "too_long"],
    ["a value that is no text", { ...whole, value: 1 }, "invalid", "type"],
    ["5 MB", { ...whole, value: "x".repeat(5_000_000) }, "too_large", "memory"],
    ["a byte more than 1 MiB", { ...whole, value: `é${"x".repeat(1024 * 1024 - 1)}` }, "too_large", "memory"],
    ["no time to live", { ...whole, ttlSeconds: 0 }, "invalid", "type"],
    ["one below zero", { ...whole, ttlSeconds: -1 }, "invalid", "type"],
    ["half a second", { ...whole, ttlSeconds: 0.5 }, "invalid", "type"],
    ["too much metadata", { ...whole, metadata: { a: "x".repeat(70_000) } }, "too_large", "metadata"],
    ["provenance of another kind", { ...whole, provenance: { by: "me" } }, "invalid", "unknown_field"],
    ["a field too many", { ...whole, ttl: 1 }, "invalid", "unknown_field"],
    ["a session that is not there", { session: "none", key: "k", value: "v" }, "not_found", "session"],
  ])("%s is refused, and nothing is written", async (_, input, code, reason) => {
    const { tl } = services;
    await expect(tl.memories.set(input as typeof whole)).rejects.toMatchObject({ code, reason });
    const { entries } = await services.store.changes({ tenant: "default", limit: 10 });
    expect(entries).toEqual([]);
    expect(await storedBlobs(services.store)).toMatchObject({ blobs: [], pieces: [], references: [] });
  });
});
