import { describe, expect, test } from "vitest";
import { storeNames, useServices } from "../test/use-services.ts";

const project = "p";
const mebibyte = 1024 * 1024;

describe.each(storeNames)("values that are too much for one answer on %s", (name) => {
  const services = useServices(name);

  test("come in shorter pages, which go on", async () => {
    const { memories, store, tenant } = services.tl;
    const { memoryId } = await memories.set({ project, key: "k", value: "value 1" });
    for (const version of [2, 3]) await memories.set({ project, key: "k", value: `value ${version}` });
    const ids = [memoryId];
    for (const key of ["a", "b"]) {
      ids.push((await memories.set({ project, key, value: key })).memoryId);
    }
    // What a store says of their sizes is believed: so they need not be made.
    const set = { size: 8 * mebibyte };
    const rows = ids.map((id) => ({ kind: "project_memories", key: ["", id] }));
    const versions = [1, 2, 3].map((version) => ({ kind: "memory_versions", key: ["", memoryId, version] }));
    await store.commit({
      tenant,
      writes: [...rows, ...versions].map((record) => ({ type: "update", ...record, set }) as const),
    });
    const all = { project, limit: 1_000 };
    const page = await memories.list(all);
    expect(page.items.map(({ key }) => key)).toEqual(["b", "a"]);
    const rest = await memories.list({ ...all, cursor: page.next ?? "" });
    expect(rest).toEqual({ items: [expect.objectContaining({ key: "k" })] });
    const found = await memories.list({ ...all, text: "a*" });
    expect(found.items.map(({ key }) => key)).toEqual(["a"]);
    const newest = await memories.history(memoryId);
    expect(newest.items.map(({ version }) => version)).toEqual([3, 2]);
    const oldest = await memories.history(memoryId, { cursor: newest.next ?? "" });
    expect(oldest).toEqual({ items: [expect.objectContaining({ version: 1 })] });
    expect(await memories.findDuplicates({ project })).toMatchObject({ compared: 3, more: false });
  });
});
