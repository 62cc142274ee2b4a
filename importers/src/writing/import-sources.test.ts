import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Store } from "@throughline/core";
import { Throughline, guardStore } from "@throughline/core";
import { sqliteStore } from "@throughline/store-sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claudeCodeFixture } from "../test/memory-source.ts";
import { importSources } from "./import-sources.ts";
import { contents, dieAtSecondCursor, keptBytes, overtakeCursors } from "./test/imported-contents.ts";
import { chunkCodec } from "../chunk-codec.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/claude-code", import.meta.url));

let folder: string;
const opened: Throughline[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-import-"));
});

afterEach(async () => {
  for (const throughline of opened.splice(0)) await throughline.close();
  rmSync(folder, { recursive: true });
});

async function open(name = "store.db", wrap = (store: Store): Store => store): Promise<Throughline> {
  const store = wrap(await sqliteStore({ path: join(folder, name) }));
  // One time for all: records without a time of their own get it.
  const throughline = new Throughline(guardStore(store, { clock: () => Date.UTC(2026, 0, 31) }));
  opened.push(throughline);
  return throughline;
}

describe("an import", () => {
  it("brings every fixture in, and a second one changes nothing", async () => {
    const throughline = await open();
    const first = await importSources(throughline, [fixtures]);
    expect(first.messagesAdded).toBeGreaterThan(40);
    const before = await contents(throughline);
    const second = await importSources(throughline, [fixtures]);
    expect(second).toMatchObject({
      sessionsCreated: 0,
      messagesAdded: 0,
      messagesContinued: 0,
      messagesKept: 0,
    });
    expect(await contents(throughline)).toEqual(before);
  });

  it("makes side chains children, which lists leave out", async () => {
    const throughline = await open();
    await importSources(throughline, [fixtures]);
    const listed = (await throughline.sessions.list({ limit: 1_000 })).items;
    const all = (await throughline.sessions.list({ all: true, limit: 1_000 })).items;
    const children = all.filter(({ parentSessionId }) => parentSessionId !== null);
    expect(children.length).toBeGreaterThan(0);
    expect(listed.filter(({ parentSessionId }) => parentSessionId !== null)).toEqual([]);
    expect(listed).toHaveLength(all.length - children.length);
    for (const child of children) expect(all.map(({ id }) => id)).toContain(child.parentSessionId);
  });

  it("makes an empty parent for a child that is met first, and fills it later", async () => {
    const throughline = await open();
    const key = "3f1c9a52-7d04-4b6e-9c1a-5e2f8b7d6a01";
    await importSources(throughline, [join(fixtures, key)]);
    const where = { tool: "claude-code", externalKey: key };
    const parent = await throughline.sessions.getByExternalKey(where);
    expect(parent).toMatchObject({ messageCount: 0, title: null, parentSessionId: null });
    await importSources(throughline, [join(fixtures, `${key}.jsonl`)]);
    const filled = await throughline.sessions.getByExternalKey(where);
    expect(filled?.id).toBe(parent?.id);
    expect(filled?.messageCount).toBeGreaterThan(0);
    expect(filled?.title).not.toBeNull();
  });

  it("gives a parent that it met last the times of its own file", async () => {
    const meta = (id: string, minute: number, source: unknown): string =>
      JSON.stringify({
        timestamp: `2025-05-05T10:0${minute}:00Z`,
        type: "session_meta",
        payload: { id, timestamp: `2025-05-05T10:0${minute}:00Z`, cwd: "/home/ada", source },
      });
    const said = (minute: number): string =>
      JSON.stringify({
        timestamp: `2025-05-05T10:0${minute}:30Z`,
        type: "response_item",
        payload: { type: "message", role: "user", content: [{ type: "input_text", text: "Dig." }] },
      });
    const [helper, main] = ["0199a213-81c0-7800-8aa1-bbab2a035a54", "0199a213-81c0-7800-8aa1-bbab2a035a53"];
    const spawned = { subagent: { thread_spawn: { parent_thread_id: main, depth: 1 } } };
    writeFileSync(join(folder, "a.jsonl"), `${meta(helper, 5, spawned)}\n${said(5)}\n`);
    writeFileSync(join(folder, "b.jsonl"), `${meta(main, 1, "cli")}\n${said(1)}\n`);
    const throughline = await open();
    await importSources(throughline, [join(folder, "a.jsonl"), join(folder, "b.jsonl")]);
    const parent = await throughline.sessions.find(`codex:${main}`);
    expect(parent).toMatchObject({
      messageCount: 1,
      createdAt: new Date("2025-05-05T10:01:00Z"),
      lastActivity: new Date("2025-05-05T10:05:00Z"),
    });
  });

  it("takes a file that grew up where it was left, wherever that was", async () => {
    const names = ["answers-and-tools.jsonl", "title-custom.jsonl", "compaction.jsonl"];
    for (const name of names) {
      const bytes = claudeCodeFixture(name);
      const whole = await open(`whole-${name}.db`);
      const path = join(folder, name);
      writeFileSync(path, bytes);
      await importSources(whole, [path]);
      const expected = await contents(whole);
      for (let cut = 1; cut <= 9; cut += 1) {
        const grown = await open(`grown-${name}-${cut}.db`);
        const size = Math.floor((bytes.length * cut) / 10);
        writeFileSync(path, bytes.subarray(0, size));
        await importSources(grown, [path]);
        appendFileSync(path, bytes.subarray(size));
        const report = await importSources(grown, [path]);
        expect(report.messagesKept, `${name} cut at ${size}`).toBe(0);
        expect(await contents(grown), `${name} cut at ${size}`).toEqual(expected);
        await grown.close();
      }
    }
  });

  it("does not bring a deleted session back, also when its file grew", async () => {
    const throughline = await open();
    const path = join(folder, "session.jsonl");
    const bytes = claudeCodeFixture("answers-and-tools.jsonl");
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    await importSources(throughline, [path]);
    const [session] = (await throughline.sessions.list()).items;
    await throughline.sessions.delete(session?.id ?? "");
    writeFileSync(path, bytes);
    const report = await importSources(throughline, [path]);
    expect(report).toMatchObject({ messagesAdded: 0, sessionsCreated: 0, sessionsDeleted: 1 });
    expect((await throughline.sessions.list({ all: true })).items).toEqual([]);
  });

  it("brings in what a deleted session missed when it is there again", async () => {
    const throughline = await open();
    const path = join(folder, "session.jsonl");
    const bytes = claudeCodeFixture("answers-and-tools.jsonl");
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    await importSources(throughline, [path]);
    const [session] = (await throughline.sessions.list()).items;
    await throughline.sessions.delete(session?.id ?? "");
    writeFileSync(path, bytes);
    await importSources(throughline, [path]);
    await throughline.sessions.undelete(session?.id ?? "");
    await importSources(throughline, [path]);
    const whole = await open("whole.db");
    await importSources(whole, [path]);
    expect(await contents(throughline)).toEqual(await contents(whole));
  });

  it("leaves out a new side chain of a deleted session", async () => {
    const throughline = await open();
    const key = "3f1c9a52-7d04-4b6e-9c1a-5e2f8b7d6a01";
    await importSources(throughline, [join(fixtures, `${key}.jsonl`)]);
    const session = await throughline.sessions.find(`claude-code:${key}`);
    await throughline.sessions.delete(session.id);
    await importSources(throughline, [join(fixtures, key)]);
    expect((await throughline.sessions.list({ all: true })).items).toEqual([]);
    const again = await importSources(throughline, [join(fixtures, key)]);
    expect(again.unchangedFiles).toBe(again.files);
    await throughline.sessions.undelete(session.id);
    const back = await importSources(throughline, [join(fixtures, key)]);
    expect(back.messagesAdded).toBeGreaterThan(0);
  });

  it("gives each user sessions of their own", async () => {
    const throughline = await open();
    const path = join(fixtures, "title-custom.jsonl");
    const ada = await importSources(throughline, [path], { user: "ada" });
    const bob = await importSources(throughline, [path], { user: "bob" });
    expect(bob.messagesAdded).toBe(ada.messagesAdded);
    expect((await throughline.sessions.list({ user: "bob" })).items).toHaveLength(1);
  });

  it("counts a session once, however many writes it takes", async () => {
    const throughline = await open();
    const path = join(folder, "long.jsonl");
    const line = (index: number): string =>
      JSON.stringify({
        type: "user",
        uuid: `u${index}`,
        parentUuid: null,
        sessionId: "long",
        timestamp: "2026-01-02T03:04:05.678Z",
        message: { role: "user", content: "said" },
      });
    writeFileSync(path, `${Array.from({ length: 2_500 }, (_, index) => line(index)).join("\n")}\n`);
    const report = await importSources(throughline, [path]);
    expect(report).toMatchObject({ sessionsCreated: 1, sessionsGrown: 0, messagesAdded: 2_500 });
  });

  it("leaves a title alone that a person gave", async () => {
    const throughline = await open();
    const path = join(folder, "session.jsonl");
    const bytes = claudeCodeFixture("title-custom.jsonl");
    writeFileSync(path, bytes.subarray(0, bytes.lastIndexOf(10, bytes.length - 2) + 1));
    await importSources(throughline, [path]);
    const [session] = (await throughline.sessions.list()).items;
    await throughline.sessions.update(session?.id ?? "", { title: "My own title" });
    writeFileSync(path, bytes);
    await importSources(throughline, [path]);
    expect((await throughline.sessions.get(session?.id ?? "")).title).toBe("My own title");
  });

  it("keeps the bytes that it read, as they were", async () => {
    const throughline = await open();
    const path = join(folder, "session.jsonl");
    const bytes = claudeCodeFixture("answers-and-tools.jsonl");
    for (const size of [Math.floor(bytes.length / 3), bytes.length]) {
      writeFileSync(path, bytes.subarray(0, size));
      await importSources(throughline, [path]);
    }
    expect(await keptBytes(throughline)).toEqual(Buffer.from(bytes));
  });

  it("lets a deleted message be taken out of the bytes, and no other", async () => {
    const store = guardStore(await sqliteStore({ path: join(folder, "store.db") }));
    const throughline = new Throughline(store, { codec: chunkCodec });
    opened.push(throughline);
    const path = join(folder, "session.jsonl");
    const bytes = claudeCodeFixture("answers-and-tools.jsonl");
    writeFileSync(path, bytes);
    await importSources(throughline, [path]);
    const [session] = (await throughline.sessions.list()).items;
    const { items } = await throughline.messages.list(session?.id ?? "", { native: true });
    const [first] = items;
    await throughline.messages.delete(session?.id ?? "", first?.id ?? "");
    const expected = Buffer.from(bytes);
    const native = first?.native;
    const ranges = native !== undefined && "ranges" in native ? native.ranges : [];
    for (const [offset, length] of ranges) expected.fill(" ", offset, offset + length);
    const kept = await keptBytes(throughline);
    expect(kept).toEqual(expected);
    expect(kept).not.toEqual(Buffer.from(bytes));
  });

  it("tells a torn line with file and line, and keeps the rest", async () => {
    const throughline = await open();
    const path = join(folder, "session.jsonl");
    const lines = new TextDecoder()
      .decode(claudeCodeFixture("answers-and-tools.jsonl"))
      .trimEnd()
      .split("\n");
    lines.splice(2, 0, '{"type":"user","message":{"content":"torn');
    writeFileSync(path, `${lines.join("\n")}\n`);
    const report = await importSources(throughline, [path]);
    expect(report.problems).toEqual([expect.objectContaining({ path, line: 3 })]);
    const whole = await open("whole.db");
    cpSync(join(fixtures, "answers-and-tools.jsonl"), path);
    await importSources(whole, [path]);
    expect(await contents(throughline)).toEqual(await contents(whole));
  });

  it("tells a message that is too large for the store, and keeps the rest", async () => {
    const throughline = await open();
    const path = join(folder, "session.jsonl");
    const line = (uuid: string, text: string): string =>
      JSON.stringify({
        type: "user",
        uuid,
        parentUuid: null,
        sessionId: "large",
        timestamp: "2026-01-02T03:04:05.678Z",
        message: { role: "user", content: text },
      });
    writeFileSync(
      path,
      `${line("a", "before")}\n${line("b", "x".repeat(17 * 1024 * 1024))}\n${line("c", "after")}\n`,
    );
    const report = await importSources(throughline, [path]);
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]?.message).toContain("16777216");
    const session = await throughline.sessions.find("claude-code:large");
    const { items } = await throughline.messages.list(session.id);
    expect(items.map(({ content }) => content)).toEqual(["before", "after"]);
  });

  it("goes on after it died between its messages and its cursor, with an answer that grew meanwhile", async () => {
    const bytes = claudeCodeFixture("answers-and-tools.jsonl");
    const whole = await open("whole.db");
    const path = join(folder, "session.jsonl");
    writeFileSync(path, bytes);
    await importSources(whole, [path]);
    const expected = await contents(whole);
    for (let size = 200; size < bytes.length; size += Math.ceil(bytes.length / 12)) {
      const name = `died-${size}.db`;
      writeFileSync(path, bytes);
      truncateSync(path, size);
      const dying = await open(name, dieAtSecondCursor);
      const died = await importSources(dying, [path]).then(
        () => false,
        () => true,
      );
      expect(died, `died after ${size} bytes`).toBe(size > bytes.indexOf(10));
      await dying.close();
      writeFileSync(path, bytes);
      const again = await open(name);
      await importSources(again, [path]);
      expect(await contents(again), `died after ${size} bytes`).toEqual(expected);
      await again.close();
    }
  });

  it("brings each message in once when two imports of a folder run at once", async () => {
    const first = await open("shared.db");
    const second = await open("shared.db");
    await Promise.all([importSources(first, [fixtures]), importSources(second, [fixtures])]);
    const alone = await open("alone.db");
    await importSources(alone, [fixtures]);
    expect(await contents(first)).toEqual(await contents(alone));
  });

  it("goes on however often another import of the file overtakes it", async () => {
    const throughline = await open("overtaken.db", overtakeCursors);
    const path = join(folder, "session.jsonl");
    writeFileSync(path, claudeCodeFixture("answers-and-tools.jsonl"));
    const report = await importSources(throughline, [path]);
    expect(report.messagesAdded).toBeGreaterThan(0);
    expect((await importSources(throughline, [path])).unchangedFiles).toBe(1);
  });

  it("stops when told to, and the next one goes on", async () => {
    const throughline = await open();
    const stopped = await importSources(throughline, [fixtures], { signal: AbortSignal.abort() });
    expect(stopped.interrupted).toBe(true);
    await importSources(throughline, [fixtures]);
    const alone = await open("alone.db");
    await importSources(alone, [fixtures]);
    expect(await contents(throughline)).toEqual(await contents(alone));
  });

  it("names files of no known tool, and paths that are not there", async () => {
    const throughline = await open();
    const other = join(folder, "notes.jsonl");
    writeFileSync(other, '{"hello":"world"}\n');
    const missing = join(folder, "missing");
    const report = await importSources(throughline, [other, missing]);
    expect(report).toMatchObject({ files: 0, skipped: [other], unreadable: [{ path: missing }] });
  });

  it("leaves the file as it was", async () => {
    const path = join(folder, "session.jsonl");
    cpSync(join(fixtures, "damaged.jsonl"), path);
    await importSources(await open(), [path]);
    expect(readFileSync(path)).toEqual(Buffer.from(claudeCodeFixture("damaged.jsonl")));
  });
});
