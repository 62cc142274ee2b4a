import { describe, expect, test } from "vitest";
import { Throughline } from "../throughline.ts";
import { newSessionRecord } from "./session.ts";
import { storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("naming a session on %s", (name) => {
  const services = useServices(name);

  /** Sessions whose ids the test chooses. */
  async function createWithIds(...ids: string[]): Promise<void> {
    const remaining = [...ids];
    const tl = new Throughline(services.store, { generateId: () => remaining.shift() ?? "" });
    while (remaining.length > 0) await tl.sessions.create();
  }

  test("@last is the one with the newest activity that lists show", async () => {
    const { sessions, messages } = services.tl;
    await expect(sessions.find("@last")).rejects.toMatchObject({
      code: "not_found",
      reason: "session",
      message: "There is no session yet.",
    });
    const first = await sessions.create();
    const second = await sessions.create();
    await sessions.create({ listed: false });
    expect(await sessions.find("@last")).toEqual(second);
    await messages.append(first.id, [{ role: "user", content: "Hello" }]);
    expect(await sessions.find("@last")).toMatchObject({ id: first.id });
  });

  test("@last is found behind any number of deleted sessions", { timeout: 60_000 }, async () => {
    const { id } = await services.tl.sessions.create();
    for (let batch = 0; batch < 6; batch += 1) {
      const writes = Array.from({ length: 1_000 }, (_, index) => ({
        type: "insert" as const,
        kind: "sessions",
        exists: "fail" as const,
        record: newSessionRecord(`deleted-${batch}-${index}`, services.time, { hiddenAt: 1 }),
      }));
      await services.store.commit({ tenant: "default", writes });
    }
    expect(await services.tl.sessions.find("@last")).toMatchObject({ id });
    await services.tl.sessions.delete(id);
    await expect(services.tl.sessions.find("@last")).rejects.toMatchObject({ code: "not_found" });
  });

  test("an id, or an ending of at least six characters", async () => {
    await createWithIds("one-abcdef", "two-abcdef", "three-123456", "123456");
    const { sessions } = services.tl;
    expect(await sessions.find("one-abcdef")).toMatchObject({ id: "one-abcdef" });
    expect(await sessions.find("e-abcdef")).toMatchObject({ id: "one-abcdef" });
    expect(await sessions.find("-123456")).toMatchObject({ id: "three-123456" });
    // A whole id is that one, also where others end with it.
    expect(await sessions.find("123456")).toMatchObject({ id: "123456" });
    for (const wrong of ["12345", "abcdeF", "one-abcde", "", "23456"]) {
      await expect(sessions.find(wrong)).rejects.toMatchObject({
        code: "not_found",
        details: { session: wrong },
      });
    }
  });

  test("an ending that several have is ambiguous, and the candidates are told", async () => {
    await createWithIds("one-abcdef", "two-abcdef", "three-123456");
    await expect(services.tl.sessions.find("abcdef")).rejects.toMatchObject({
      code: "conflict",
      reason: "ambiguous",
      message: "2 sessions are meant by abcdef: one-abcdef, two-abcdef.",
      details: { candidates: ["one-abcdef", "two-abcdef"] },
    });
  });

  test("of many candidates twenty are told", async () => {
    await createWithIds(
      ...Array.from({ length: 25 }, (_, index) => `${String(index).padStart(2, "0")}-abcdef`),
    );
    await expect(services.tl.sessions.find("abcdef")).rejects.toMatchObject({
      details: { candidates: { length: 20 } },
      message: expect.stringMatching(/^25 sessions .*19-abcdef, …\.$/) as string,
    });
  });

  test("tool and external key, which may hold colons", async () => {
    const { sessions } = services.tl;
    const plain = await sessions.create({ tool: "chat", externalKey: "k" });
    const colons = await sessions.create({ tool: "chat", externalKey: "a:b:c" });
    await sessions.create({ externalKey: "k" });
    await sessions.create({ tool: "chat", externalKey: "long-ending-k" });
    expect(await sessions.find("chat:k")).toEqual(plain);
    expect(await sessions.find("chat:a:b:c")).toEqual(colons);
    for (const wrong of ["chat:", ":k", "chat:a", "other:k", "chat:a:b:c:"]) {
      await expect(sessions.find(wrong)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  test("one tool and key of two users is ambiguous", async () => {
    const { sessions } = services.tl;
    const made = [
      await sessions.create({ tool: "chat", externalKey: "k", user: "ada" }),
      await sessions.create({ tool: "chat", externalKey: "k", user: "bob" }),
    ];
    await expect(sessions.find("chat:k")).rejects.toMatchObject({
      reason: "ambiguous",
      details: { candidates: made.map(({ id }) => id) },
    });
  });

  test("sessions that lists leave out are found", async () => {
    const { id } = await services.tl.sessions.create({ listed: false });
    expect(await services.tl.sessions.find(id.slice(-12))).toMatchObject({ id });
  });
});
