import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeField } from "../test/change-field.ts";
import { lastOf } from "../test/valid-events.ts";
import { chatgpt } from "./chatgpt.ts";
import { chatgptFixture, readExport } from "./test/chatgpt-fixture.ts";
import { exported, randomConversation, shownPath } from "./test/random-conversation.ts";

const fixture = chatgptFixture("conversations.json");

describe("any export", () => {
  it("is read to its end when bytes of it were changed", async () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      bytes: fc.uint8Array({ maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 20 }), async (changes) => {
        const bytes = new Uint8Array(fixture);
        for (const { at, bytes: put } of changes) bytes.set(put, Math.floor(at * (bytes.length - 8)));
        expect(await lastOf(chatgpt, bytes)).toBe("checkpoint");
      }),
      { numRuns: 300 },
    );
  });

  it("is read to its end when fields hold anything", async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom<unknown>(1e308, -1, 2 ** 60, "", "\0", "\uD800", "x".repeat(5000), [[]], {}),
      fc.constantFrom<unknown>("__proto__", "tool", "all", "python", "thoughts", "b-ask", "b-end", [
        "t-call",
      ]),
    );
    const key = fc.constantFrom("__proto__", "content_type", "parent", "children", "role", "id", "parts");
    const change = fc.record({ pick: fc.nat(), value, key: fc.option(key) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 30 }), async (changes) => {
        const records = JSON.parse(new TextDecoder().decode(fixture)) as unknown[];
        for (const each of changes) changeField(records, each.pick, each.key, each.value);
        expect(await lastOf(chatgpt, JSON.stringify(records))).toBe("checkpoint");
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["nothing", ""],
    ["only white space", " \n\r\n"],
    ["zeros", new Uint8Array(5000)],
    ["noise", Uint8Array.from({ length: 20_000 }, (_, index) => (index * 7919 + (index >> 3)) % 256)],
    ["deep nesting", "[".repeat(200_000)],
    [
      "deep nesting in a message",
      `[{"id":"x","mapping":{"a":{"message":{"content":${"[".repeat(9_000)}${"]".repeat(9_000)}}}}}]`,
    ],
    [
      "huge numbers",
      '[{"id":"x","create_time":1e999,"mapping":{"a":{"message":{"create_time":-1e999,"content":{"content_type":"text","parts":["x"]}}}}}]',
    ],
    [
      "a key twice",
      '[{"id":"x","mapping":{"a":{"message":null},"a":{"message":{"content":{"content_type":"text","parts":["x"]}}}}}]',
    ],
  ])("is read to its end when it holds %s", async (_name, bytes) => {
    expect(await lastOf(chatgpt, bytes)).toBe("checkpoint");
  });
});

describe("a conversation of any shape", () => {
  it("keeps its nodes, what each follows, and the path that is shown", async () => {
    await fc.assert(
      fc.asyncProperty(randomConversation("c", 40), async (conversation) => {
        const { sessions, problems } = await readExport(JSON.stringify([exported(conversation)]));
        const said = conversation.nodes.filter(({ text }) => text !== "");
        expect(problems).toEqual([]);
        expect(sessions).toHaveLength(said.length === 0 ? 0 : 1);
        const [{ session, messages } = { session: undefined, messages: [] }] = sessions;
        expect(messages.map(({ id }) => id).toSorted()).toEqual(said.map(({ key }) => key).toSorted());
        const places = new Map(messages.map(({ id }, index) => [id, index]));
        for (const [index, { parent }] of messages.entries()) {
          expect(parent === null || (places.get(parent ?? "") ?? Infinity) < index).toBe(true);
        }
        const path: string[] = [];
        let at = session?.part?.head ?? null;
        for (; at !== null; at = messages.find(({ id }) => id === at)?.parent ?? null) path.unshift(at);
        const shown = shownPath(conversation);
        // Where nothing was said on that path, another one is shown: the last.
        expect(shown.length === 0 ? [] : path).toEqual(shown);
        expect(path.at(-1)).toBe(shown.at(-1) ?? messages.at(-1)?.id);
      }),
      { numRuns: 300 },
    );
  });

  it("is cut where it runs in circles, and every node comes once", async () => {
    const links = fc.array(fc.record({ parent: fc.nat(12), children: fc.array(fc.nat(12)) }), {
      minLength: 1,
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(links, async (nodes) => {
        const mapping = nodes.map(({ parent, children }, index) => [
          `n${index}`,
          {
            parent: `n${parent}`,
            children: children.map((child) => `n${child}`),
            message: { author: { role: "user" }, content: { content_type: "text", parts: [`${index}`] } },
          },
        ]);
        const value = [{ id: "c", current_node: "n0", mapping: Object.fromEntries(mapping) as unknown }];
        const { sessions } = await readExport(JSON.stringify(value));
        const messages = sessions[0]?.messages ?? [];
        expect(messages.map(({ id }) => id).toSorted()).toEqual(
          nodes.map((_, index) => `n${index}`).toSorted(),
        );
        const seen = new Set<string | null | undefined>([null]);
        for (const { id, parent } of messages) {
          expect(seen).toContain(parent);
          seen.add(id);
        }
      }),
      { numRuns: 300 },
    );
  });
});
