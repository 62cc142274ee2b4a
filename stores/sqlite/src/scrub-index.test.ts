import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Throughline, guardStore } from "@throughline/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sqliteStore } from "./sqlite-store.ts";

let folder = "";
let throughline: Throughline;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "throughline-scrub-"));
  throughline = await open();
});
afterEach(async () => {
  await throughline.close();
  await rm(folder, { recursive: true });
});

async function open(): Promise<Throughline> {
  return new Throughline(guardStore(await sqliteStore({ path: join(folder, "store.db") })));
}

/** Which of these words the bytes of the file and of its log hold. */
function wordsInFile(words: readonly string[]): readonly string[] {
  const bytes = ["", "-wal"].map((suffix) => readFileSync(join(folder, `store.db${suffix}`)));
  return words.filter((word) => bytes.some((part) => part.includes(word)));
}

const secrets = [
  "zyzzyvaone",
  "zyzzyvatwo",
  "zyzzyvatitle",
  "zyzzyvametadata",
  "zyzzyvaprompt",
  "zyzzyvalarge",
];

async function createSecret(): Promise<string> {
  const { id } = await throughline.sessions.create({
    title: "zyzzyvatitle",
    metadata: { of: "zyzzyvametadata" },
    externalKey: "zyzzyvakey",
  });
  await throughline.settings.set(id, { systemPrompt: "zyzzyvaprompt" });
  const some = Array.from({ length: 300 }, (_, index) => ({
    role: "user" as const,
    content: `zyzzyvaone ${index} ${"zyzzyvatwo filler ".repeat(20)}`,
  }));
  await throughline.messages.append(id, some);
  // More than a page, and less than what is packed.
  await throughline.messages.append(id, [{ role: "tool", content: `zyzzyvalarge ${"word ".repeat(4_000)}` }]);
  return id;
}

test.each(["at once", "by clean-up"])("what is erased %s leaves no word in the file", async (how) => {
  const { id: other } = await throughline.sessions.create({ title: "other" });
  await throughline.messages.append(other, [{ role: "user", content: "something else stays" }]);
  const id = await createSecret();
  // Indexed, and folded into the file.
  await throughline.search({ text: "zyzzyvaone" });
  await throughline.close();
  throughline = await open();
  expect(wordsInFile(secrets)).toEqual(secrets);
  await throughline.sessions.delete(id, { erase: how === "at once" });
  await throughline.gc({ policy: { trashDays: 0 } });
  expect(wordsInFile([...secrets, "zyzzyvakey"])).toEqual([]);
  expect(await throughline.store.check()).toEqual([]);
  expect((await throughline.search({ text: "stays" })).items).toHaveLength(1);
});

test("the words of a deleted message go with the next clean-up", async () => {
  const id = await createSecret();
  await throughline.search({ text: "zyzzyvaone" });
  const { items } = await throughline.messages.list(id, { last: 1 });
  await throughline.messages.delete(id, items[0]?.id ?? "");
  await throughline.gc();
  expect(wordsInFile(secrets)).toEqual(secrets.slice(0, -1));
});
