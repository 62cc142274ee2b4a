import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Session, Store } from "@throughline/core";
import { Throughline, guardStore } from "@throughline/core";
import { sqliteStore } from "@throughline/store-sqlite";
import { zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chatgptFixture } from "../chatgpt/test/chatgpt-fixture.ts";
import { exported } from "../chatgpt/test/random-conversation.ts";
import type { RandomConversation, RandomNode } from "../chatgpt/test/random-conversation.ts";
import { importSources } from "./import-sources.ts";
import { chunkCodec } from "../chunk-codec.ts";
import { contents } from "./test/imported-contents.ts";
import { keptPart, keptSize } from "./test/kept-part.ts";

let folder: string;
const opened: Throughline[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-export-"));
});

afterEach(async () => {
  for (const throughline of opened.splice(0)) await throughline.close();
  rmSync(folder, { recursive: true });
});

async function open(name = "store.db", wrap = (store: Store): Store => store): Promise<Throughline> {
  const store = guardStore(wrap(await sqliteStore({ path: join(folder, name) })), {
    clock: () => Date.UTC(2026, 0, 31),
  });
  const throughline = new Throughline(store, { codec: chunkCodec });
  opened.push(throughline);
  return throughline;
}

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** A conversation by what its nodes follow: `{ b: "a" }`. Each says its key. */
function conversation(follows: Readonly<Record<string, string | null>>, current: string): RandomConversation {
  const nodes = Object.entries(follows).map(([key, parent]): RandomNode => ({
    key,
    parent,
    text: `said ${key}`,
  }));
  return { id: "c", nodes, current };
}

const begun = conversation({ a: null, b: "a" }, "b");
const grown = conversation({ a: null, b: "a", c: "b", d: "c" }, "d");
const regenerated = conversation({ a: null, b: "a", b2: "a" }, "b2");

/** Imports a conversation as an export that was made at a time. */
async function importOne(
  throughline: Throughline,
  one: RandomConversation,
  made: number,
  change = (text: string): string => text,
) {
  const path = write(`export-${made}.json`, change(JSON.stringify([exported(one, made)])));
  return importSources(throughline, [path]);
}

async function find(throughline: Throughline, key = "c"): Promise<Session> {
  return throughline.sessions.find(`chatgpt:${key}`);
}

async function shown(throughline: Throughline, key = "c"): Promise<readonly string[]> {
  const { id } = await find(throughline, key);
  return (await throughline.messages.list(id)).items.map((message) => message.id);
}

describe("an export", () => {
  const bytes = chatgptFixture("conversations.json");
  const other = chatgptFixture("one-conversation.json");
  const rest = { "user.json": Buffer.from('{"id":"user-1"}'), "chat.html": Buffer.from("<html>") };

  it("is the same in a zip, in a folder, split and wrapped", async () => {
    const plain = await open("plain.db");
    await importSources(plain, [write("plain/conversations.json", bytes), write("plain/one.json", other)]);
    const expected = await contents(plain);
    const split = { "conversations-000.json": bytes, "conversations-001.json": other };
    const wrapped = Buffer.from(`{"conversations":[${bytes.toString().slice(1, -1)},${other.toString()}]}`);
    for (const [name, path] of Object.entries({
      zip: write("export.zip", zipSync({ "conversations.json": wrapped, ...rest })),
      split: write("split.zip", zipSync({ ...split, ...rest, "__MACOSX/conversations.json": bytes })),
      stored: write("stored.zip", zipSync({ "inner/conversations.json": wrapped }, { level: 0 })),
      folder: join(write("folder/conversations-000.json", bytes), "..", "..", "folder"),
    })) {
      if (name === "folder")
        for (const file of ["user.json", "more/conversations-001.json"]) {
          write(`folder/${file}`, file === "user.json" ? rest["user.json"] : other);
        }
      const throughline = await open(`${name}.db`);
      const report = await importSources(throughline, [path]);
      expect(report, name).toMatchObject({ sessionsCreated: 5, problems: [], unreadable: [], skipped: [] });
      expect(await contents(throughline), name).toEqual(expected);
    }
  });

  it("brings nothing twice, from whatever path", async () => {
    const throughline = await open();
    const path = write("conversations.json", bytes);
    const first = await importSources(throughline, [path]);
    expect(first).toMatchObject({ sessionsCreated: 4, sessionsUnchanged: 0 });
    const before = await contents(throughline);
    const size = await keptSize(throughline);
    expect(await importSources(throughline, [path])).toMatchObject({ unchangedFiles: 1, messagesKept: 0 });
    const zip = write("later.zip", zipSync({ "conversations.json": bytes }));
    expect(await importSources(throughline, [zip])).toMatchObject({
      unchangedFiles: 0,
      sessionsCreated: 0,
      sessionsUnchanged: 4,
      messagesAdded: 0,
      messagesKept: 0,
      bytes: 0,
    });
    expect(await importSources(throughline, [zip])).toMatchObject({ unchangedFiles: 1 });
    expect(await contents(throughline)).toEqual(before);
    expect(await keptSize(throughline)).toBe(size);
  });

  it("is shown where it stands, and its other branches are there", async () => {
    const throughline = await open();
    await importSources(throughline, [write("conversations.json", bytes)]);
    expect(await shown(throughline, "c-branches")).toEqual(["b-ask", "b-answer-2", "b-more", "b-end"]);
    const { id, lastActivity } = await find(throughline, "c-branches");
    expect(lastActivity.getTime()).toBe(1_767_225_770_250);
    const { items } = await throughline.messages.list(id, { all: true });
    expect(items.map((message) => message.id)).toHaveLength(8);
  });

  it("keeps each conversation's bytes as they were, and those of a message apart", async () => {
    const throughline = await open();
    await importSources(throughline, [write("conversations.json", bytes)]);
    const text = bytes.toString();
    const { id } = await find(throughline, "c-tools");
    const kept = await keptPart(throughline, id);
    expect(text).toContain(kept.toString());
    expect(JSON.parse(kept.toString())).toMatchObject({ conversation_id: "c-tools" });
    await throughline.messages.delete(id, "t-answer");
    const blanked = (await keptPart(throughline, id)).toString();
    const node = /\{"id":"t-answer","message".*?"children":\[\]\}/.exec(kept.toString())?.[0] ?? "";
    expect(blanked).toBe(kept.toString().replace(node, " ".repeat(node.length)));
    expect(node).toContain("It rained 3 mm.");
  });

  it("may hold a conversation twice", async () => {
    const throughline = await open();
    const text = JSON.stringify([exported(begun, 1), exported(grown, 2), exported(begun, 1)]);
    const report = await importSources(throughline, [write("conversations.json", text)]);
    expect(report).toMatchObject({ sessionsCreated: 1, messagesAdded: 4 });
    expect(await shown(throughline)).toEqual(["a", "b", "c", "d"]);
  });

  it("is told where it is no zip, is damaged, or holds nothing that is known", async () => {
    const throughline = await open();
    const good = zipSync({ "conversations.json": bytes });
    const torn = write("torn.zip", good.subarray(0, good.length / 2));
    const changed = new Uint8Array(good);
    changed.fill(0, 200, 1000);
    const damaged = write("damaged.zip", changed);
    const nothing = write(
      "nothing.zip",
      zipSync({ "user.json": rest["user.json"], "a.txt": rest["chat.html"] }),
    );
    const unnamed = join(write("many/x.json", "{}"), "..");
    write("many/x.zip", zipSync({ "a.txt": rest["chat.html"] }));
    const report = await importSources(throughline, [torn, damaged, nothing, unnamed]);
    expect(report.skipped).toEqual([nothing]);
    expect(report.unreadable.map(({ path }) => path)).toEqual([torn, join(damaged, "conversations.json")]);
  });
});

describe("a newer export", () => {
  it("adds only what is new, and the conversation stands where it stands there", async () => {
    const throughline = await open();
    await importOne(throughline, begun, 1);
    expect(await importOne(throughline, grown, 2)).toMatchObject({
      sessionsCreated: 0,
      sessionsGrown: 1,
      messagesAdded: 2,
      messagesKept: 2,
    });
    expect(await shown(throughline)).toEqual(["a", "b", "c", "d"]);
    const both = conversation({ a: null, b: "a", c: "b", d: "c", b2: "a" }, "b2");
    expect(await importOne(throughline, both, 3)).toMatchObject({ messagesAdded: 1 });
    expect(await shown(throughline)).toEqual(["a", "b2"]);
    // Back to another branch, with nothing new.
    expect(await importOne(throughline, { ...both, current: "d" }, 4)).toMatchObject({ messagesAdded: 0 });
    expect(await shown(throughline)).toEqual(["a", "b", "c", "d"]);
  });

  it("is what is kept of the conversation from then on, and nothing of the older one", async () => {
    const throughline = await open();
    await importOne(throughline, begun, 1);
    await importOne(throughline, grown, 2);
    const { id } = await find(throughline);
    const kept = await keptPart(throughline, id);
    expect(kept.toString()).toBe(JSON.stringify(exported(grown, 2)));
    expect(await keptSize(throughline)).toBe(kept.length);
    const { items } = await throughline.messages.list(id, { native: true });
    expect(
      new Set(items.map(({ native }) => native !== undefined && "source" in native && native.source)).size,
    ).toBe(1);
    await throughline.messages.delete(id, "b");
    expect((await keptPart(throughline, id)).toString()).not.toContain("said b");
    expect((await keptPart(throughline, id)).toString()).toContain("said a");
  });

  it("leaves a branch alone that a person went on with", async () => {
    const throughline = await open();
    await importOne(throughline, begun, 1);
    const { id } = await find(throughline);
    await throughline.messages.append(id, [{ id: "mine", role: "user", content: "My own" }]);
    await importOne(throughline, grown, 2);
    expect(await shown(throughline)).toEqual(["a", "b", "mine"]);
    const { items } = await throughline.messages.list(id, { all: true });
    expect(items.map((message) => message.id).toSorted()).toEqual(["a", "b", "c", "d", "mine"]);
  });

  it("leaves a head alone that a person moved, until it is where it was", async () => {
    const throughline = await open();
    await importOne(throughline, begun, 1);
    const { id } = await find(throughline);
    await throughline.sessions.setHead(id, { messageId: "a" });
    // The new answer follows what the person went back to.
    await importOne(throughline, regenerated, 2);
    expect(await shown(throughline)).toEqual(["a"]);
    await throughline.sessions.setHead(id, { messageId: "b" });
    await importOne(throughline, { ...regenerated, current: "b2" }, 3);
    expect(await shown(throughline)).toEqual(["a", "b2"]);
  });

  it("brings what was changed in it, but not over what a person wrote or deleted", async () => {
    const throughline = await open();
    const change = (text: string): string => text.replaceAll("said", "said again");
    await importOne(throughline, grown, 1);
    const { id } = await find(throughline);
    await throughline.messages.put(id, [{ id: "b", role: "user", content: "Mine now" }]);
    await throughline.messages.delete(id, "c");
    const before = await throughline.messages.get(id, "a");
    const report = await importOne(throughline, grown, 2, change);
    expect(report).toMatchObject({ messagesAdded: 0, messagesContinued: 2, messagesKept: 1 });
    const { items } = await throughline.messages.list(id);
    expect(items.map(({ id: key, content }) => [key, content])).toEqual([
      ["a", "said again a"],
      ["b", "Mine now"],
      ["d", "said again d"],
    ]);
    expect(items[0]).toMatchObject({ seq: 1, createdAt: before.createdAt, revision: before.revision + 1 });
    const kept = (await keptPart(throughline, id)).toString();
    expect(kept).not.toContain("said again c");
    expect(kept.length).toBe(change(JSON.stringify(exported(grown, 2))).length);
  });

  it("takes a title that the tool changed, but not a person's", async () => {
    const throughline = await open();
    const renamed = (title: string) => (text: string) => text.replace('"title":"c"', `"title":"${title}"`);
    await importOne(throughline, begun, 1);
    await importOne(throughline, begun, 2, renamed("Second"));
    const { id, title } = await find(throughline);
    expect(title).toBe("Second");
    await throughline.sessions.update(id, { title: "My own" });
    await importOne(throughline, begun, 3, renamed("Third"));
    expect((await find(throughline)).title).toBe("My own");
  });

  it("counts, not the one that is read last", async () => {
    const throughline = await open();
    await importOne(throughline, grown, 2);
    const before = await contents(throughline);
    const report = await importOne(throughline, regenerated, 1);
    expect(report).toMatchObject({ sessionsUnchanged: 1, messagesAdded: 0 });
    expect(await contents(throughline)).toEqual(before);
  });

  it("does not bring a deleted conversation back, until it is undeleted", async () => {
    const throughline = await open();
    await importOne(throughline, begun, 1);
    const { id } = await find(throughline);
    await throughline.sessions.delete(id);
    expect(await importOne(throughline, grown, 2)).toMatchObject({ sessionsDeleted: 1, messagesAdded: 0 });
    await throughline.sessions.undelete(id);
    const report = await importSources(throughline, [join(folder, "export-2.json")]);
    expect(report).toMatchObject({ sessionsDeleted: 0, messagesAdded: 2 });
    expect(await shown(throughline)).toEqual(["a", "b", "c", "d"]);
  });
});
