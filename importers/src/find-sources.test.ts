import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findSources } from "./find-sources.ts";
import { openSource, readHead } from "./open-source.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "find-sources-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

async function place(path: string, content = "{}\n"): Promise<string> {
  const full = join(folder, path);
  await mkdir(join(full, ".."), { recursive: true });
  await writeFile(full, content);
  return full;
}

async function found(...paths: string[]): Promise<string[]> {
  const all = await Array.fromAsync(findSources(paths, [".jsonl"]));
  return all.map((one) => {
    const path = relative(folder, one.path);
    return one.type === "file" ? path : `${path}: ${one.message}`;
  });
}

describe("findSources", () => {
  it("gives sessions before the side chains in their folders, by name", async () => {
    for (const path of ["p/b.jsonl", "p/a/subagents/agent-2.jsonl", "p/a.jsonl", "p/notes.txt", "a.jsonl"]) {
      await place(path);
    }
    expect(await found(folder)).toEqual(["a.jsonl", "p/a.jsonl", "p/b.jsonl", "p/a/subagents/agent-2.jsonl"]);
  });

  it("takes a named file whatever its extension, and each file once", async () => {
    const named = await place("export.txt");
    const inside = await place("a.jsonl");
    expect(await found(named, inside, folder)).toEqual(["export.txt", "a.jsonl"]);
  });

  it("tells a path that does not exist", async () => {
    expect(await found(join(folder, "nothing"))).toEqual(["nothing: does not exist"]);
  });

  it("does not follow links, and tells one that leads out", async () => {
    const outside = await mkdtemp(join(tmpdir(), "outside-"));
    await writeFile(join(outside, "o.jsonl"), "{}");
    await place("p/a.jsonl");
    await symlink(outside, join(folder, "p/out"));
    await symlink(join(folder, "p/a.jsonl"), join(folder, "p/in.jsonl"));
    await symlink(folder, join(folder, "p/loop"));
    const all = await found(folder);
    await rm(outside, { recursive: true });
    expect(all).toHaveLength(2);
    expect(all).toContain("p/a.jsonl");
    expect(all.find((one) => one.startsWith("p/out: a link that leads out"))).toBeDefined();
  });

  it("follows a link that is named itself", async () => {
    await place("real/a.jsonl");
    await symlink(join(folder, "real"), join(folder, "link"));
    expect(await found(join(folder, "link"))).toEqual(["link/a.jsonl"]);
  });

  it("tells a folder that may not be read", async ({ skip }) => {
    skip(process.getuid?.() === 0, "permissions do not bind the administrator");
    await place("closed/a.jsonl");
    await chmod(join(folder, "closed"), 0);
    expect(await found(folder)).toEqual(["closed: no permission to read it"]);
    await chmod(join(folder, "closed"), 0o700);
  });
});

describe("openSource", () => {
  it("reads from an offset, and not beyond the size at opening", async () => {
    const path = await place("a.jsonl", "0123456789");
    const source = await openSource(path);
    await writeFile(path, "0123456789 and more");
    const pieces = await Array.fromAsync(source.bytes(4));
    expect(Buffer.concat(pieces).toString()).toBe("456789");
    expect(source.size).toBe(10);
  });

  it("ends quietly when the file became shorter", async () => {
    const path = await place("a.jsonl", "0123456789");
    const source = await openSource(path);
    await writeFile(path, "012");
    expect(Buffer.concat(await Array.fromAsync(source.bytes(0))).toString()).toBe("012");
  });

  it("gives the head of a large file, and survives bytes that are no text", async () => {
    const path = await place("a.jsonl", "x".repeat(300_000));
    expect(await readHead(await openSource(path))).toHaveLength(65_536);
    await writeFile(path, Uint8Array.of(0xff, 0x00, 0x61));
    expect(await readHead(await openSource(path))).toBe("\uFFFD\0a");
  });

  it("refuses a folder", async () => {
    await expect(openSource(folder)).rejects.toThrow("is not a file");
  });
});
