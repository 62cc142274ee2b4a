/** Exports that are cut short, overlap, are large, or of any shape: what is there in the end does not depend on it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Store } from "@throughline/core";
import { Throughline, guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { sqliteStore } from "@throughline/store-sqlite";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chatgptFixture } from "../chatgpt/test/chatgpt-fixture.ts";
import { exported, randomConversation, shownPath } from "../chatgpt/test/random-conversation.ts";
import type { RandomConversation } from "../chatgpt/test/random-conversation.ts";
import type { Importer } from "../importer.ts";
import { importSources } from "./import-sources.ts";
import { contents, dieAtCommit } from "./test/imported-contents.ts";
import { keptPart, keptSize } from "./test/kept-part.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let folder: string;
const opened: Throughline[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-export-"));
});

afterEach(async () => {
  for (const throughline of opened.splice(0)) await throughline.close();
  rmSync(folder, { recursive: true });
});

async function open(name: string, wrap = (store: Store): Store => store): Promise<Throughline> {
  return openOn(wrap(await sqliteStore({ path: join(folder, name) })));
}

function openOn(store: Store): Throughline {
  const throughline = new Throughline(guardStore(store, { clock: () => Date.UTC(2026, 0, 31) }));
  opened.push(throughline);
  return throughline;
}

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** One branch of so many messages, and another one at its beginning, which is the current one. */
function longConversation(length: number): RandomConversation {
  const nodes = Array.from({ length }, (_, index) => ({
    key: `n${index}`,
    parent: index === 0 ? null : `n${index - 1}`,
    text: `said ${index} `.repeat(20),
  }));
  const sibling = { key: "sibling", parent: "n1", text: "another way" };
  return { id: "long", nodes: [...nodes, sibling], current: "sibling" };
}

async function shown(throughline: Throughline, key: string): Promise<readonly string[]> {
  const { id } = await throughline.sessions.find(`chatgpt:${key}`);
  const ids: string[] = [];
  for await (const message of throughline.messages.stream(id)) ids.push(message.id);
  return ids;
}

/** Imports in a store that dies at every commit in turn, then again; the outcome is the same as without a death. */
async function expectSameAfterDeath(first: readonly string[], last: string): Promise<void> {
  const whole = await open("whole.db");
  for (const path of [...first, last]) await importSources(whole, [path]);
  const expected = await contents(whole);
  const size = await keptSize(whole);
  let died = true;
  let nth = 0;
  while (died) {
    nth += 1;
    const name = `died-${nth}.db`;
    const before = await open(name);
    for (const path of first) await importSources(before, [path]);
    await before.close();
    const dying = await open(name, dieAtCommit(nth));
    died = await importSources(dying, [last]).then(
      () => false,
      () => true,
    );
    await dying.close().catch(() => undefined);
    const again = await open(name);
    const report = await importSources(again, [last]);
    expect(report.problems).toEqual([]);
    expect(await contents(again), `died at commit ${nth}`).toEqual(expected);
    expect(await keptSize(again), `died at commit ${nth}`).toBe(size);
    await again.close();
  }
  expect(nth).toBeGreaterThan(3);
}

describe("an import that dies at any commit", () => {
  it("goes on, with short conversations", async () => {
    await expectSameAfterDeath([], write("conversations.json", chatgptFixture("conversations.json")));
  });

  it("goes on, with one that takes several batches", async () => {
    await expectSameAfterDeath([], write("long.json", JSON.stringify([exported(longConversation(450))])));
  });

  it("goes on, with one that has grown and was changed", async () => {
    const { nodes } = longConversation(450);
    const first = { id: "long", nodes: nodes.slice(0, 200), current: "n199" };
    const changed = JSON.stringify([exported(longConversation(450), 2)]).replace(
      "said 7 said 7",
      "not said 7",
    );
    await expectSameAfterDeath(
      [write("1.json", JSON.stringify([exported(first)]))],
      write("2.json", changed),
    );
  });
});

describe("an import", () => {
  it("may run beside another one, of the same export or of a newer one", async () => {
    const older = write("1.json", JSON.stringify([exported(longConversation(250))]));
    const newer = write("2.json", JSON.stringify([exported(longConversation(300), 2)]));
    const some = write("3.json", chatgptFixture("conversations.json"));
    const [one, other] = [await open("shared.db"), await open("shared.db")];
    await Promise.all([
      importSources(one, [older, some]),
      importSources(other, [newer, some]),
      importSources(one, [newer]),
    ]);
    const alone = await open("alone.db");
    await importSources(alone, [newer, some]);
    const ids = (all: unknown): unknown =>
      (all as { externalKey: string; messages: { id: string }[] }[]).map(({ externalKey, messages }) => [
        externalKey,
        messages.map(({ id }) => id),
      ]);
    expect(ids(await contents(one))).toEqual(ids(await contents(alone)));
    expect(await keptSize(one)).toBe(await keptSize(alone));
  });

  it("stops when told to, and the next one goes on", async () => {
    const path = write("conversations.json", chatgptFixture("conversations.json"));
    const throughline = await open("store.db");
    expect(await importSources(throughline, [path], { signal: AbortSignal.abort() })).toMatchObject({
      interrupted: true,
    });
    await importSources(throughline, [path]);
    expect((await throughline.sessions.list()).items).toHaveLength(4);
  });

  it("takes messages that are large, and tells those that are too large", async () => {
    const { nodes } = longConversation(6);
    const sizes = [10, 3_000_000, 100_000, 17 * 1024 * 1024, 2_000_000, 10];
    const large = {
      id: "large",
      nodes: nodes.slice(0, 6).map((node, index) => ({ ...node, text: "x".repeat(sizes[index] ?? 1) })),
      current: "n5",
    };
    const throughline = await open("store.db");
    const path = write("large.json", JSON.stringify([exported(large)]));
    const report = await importSources(throughline, [path]);
    expect(report.problems).toEqual([
      expect.objectContaining({ message: expect.stringContaining("n3") as unknown }),
    ]);
    // What followed the one that is left out follows what it followed.
    expect(await shown(throughline, "large")).toEqual(["n0", "n1", "n2", "n4", "n5"]);
    expect(await importSources(throughline, [path])).toMatchObject({ unchangedFiles: 1 });
  });

  it("names a thousand problems, and counts the others", async () => {
    const throughline = await open("sessions.db");
    const conversations = JSON.stringify([exported(longConversation(3))]).slice(0, -1);
    const path = write("odd.json", `${conversations}${",1".repeat(1_500)}]`);
    const { problems, problemsOmitted, sessionsCreated } = await importSources(throughline, [path]);
    expect([problems.length, problemsOmitted, sessionsCreated]).toEqual([1_000, 500, 1]);
  });

  it("holds no more problems than it names, however many there are between two places to go on from", async () => {
    const held: WeakRef<object>[] = [];
    let alive: number | undefined;
    const importer: Importer = {
      tool: "odd",
      extensions: [".odd"],
      defaultPaths: () => [],
      recognises: () => true,
      isExport: true,
      async *read({ size }) {
        for (let line = 1; line <= 3_000; line += 1) {
          const problem = { type: "problem", line, offset: line, message: "odd" } as const;
          held.push(new WeakRef(problem));
          yield problem;
        }
        // What a WeakRef has shown stays until the turn is over.
        await setImmediate();
        collectGarbage();
        alive = held.filter((one) => one.deref() !== undefined).length;
        yield { type: "checkpoint", offset: size, line: 3_000, memo: null };
      },
    };
    const path = write("any.odd", "x");
    const report = await importSources(await open("sessions.db"), [path], { importer });
    expect([report.problems.length, report.problemsOmitted]).toEqual([1_000, 2_000]);
    expect(alive).toBeLessThan(1_000);
  });

  it("tells a conversation of more than 64 MiB, and reads the others", async () => {
    const huge = JSON.stringify(
      exported({ id: "huge", nodes: [{ key: "h", parent: null, text: "x" }], current: "h" }),
    );
    const path = write(
      "huge.json",
      `[${huge.replace('"x"', `"${"x".repeat(70_000_000)}"`)},${JSON.stringify(exported(longConversation(2)))}]`,
    );
    const throughline = await open("store.db");
    const report = await importSources(throughline, [path]);
    expect(report.problems).toEqual([
      expect.objectContaining({ line: 1, message: expect.stringContaining("too long") as unknown }),
    ]);
    expect(await shown(throughline, "long")).toEqual(["n0", "n1", "sibling"]);
  });
});

describe("conversations of any shape", () => {
  it.each(["memory", "sqlite"])("are read back as they are shown, however they grew, in %s", async (name) => {
    let runs = 0;
    const conversations = fc.array(
      fc.tuple(randomConversation("c", 25), fc.array(fc.nat(), { maxLength: 3 })),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(conversations, async (shapes) => {
        runs += 1;
        const throughline = name === "memory" ? openOn(memoryStore()) : await open(`${runs}.db`);
        // Each grew to some sizes, and was exported then.
        const exports = Math.max(...shapes.map(([, sizes]) => sizes.length));
        for (let time = 0; time <= exports; time += 1) {
          const all = shapes.map(([{ nodes, current }, sizes], index) => {
            const id = `c${index}`;
            const size = time < sizes.length ? 1 + ((sizes[time] ?? 0) % nodes.length) : nodes.length;
            const some = nodes.slice(0, size);
            const isThere = some.some(({ key }) => key === current);
            return { id, nodes: some, current: isThere ? current : (some.at(-1)?.key ?? "") };
          });
          const content = JSON.stringify(all.map((one) => exported(one, time + 1)));
          await importSources(throughline, [write(`${runs}.json`, content)]);
          for (const [index, conversation] of all.entries()) {
            if (conversation.nodes.every(({ text }) => text === "")) continue;
            const expected = shownPath(conversation);
            const path = await shown(throughline, conversation.id);
            // Where nothing was said on that path, another one is shown.
            expect(expected.length === 0 ? [] : path).toEqual(expected);
            const { id, messageCount } = await throughline.sessions.find(`chatgpt:${conversation.id}`);
            const said = shapes[index]?.[0].nodes.filter(({ text }) => text !== "") ?? [];
            expect(messageCount).toBeLessThanOrEqual(said.length);
            expect((await keptPart(throughline, id)).toString()).toBe(
              JSON.stringify(exported(conversation, time + 1)),
            );
          }
        }
        await throughline.close();
      }),
      { numRuns: 40 },
    );
  });
});
