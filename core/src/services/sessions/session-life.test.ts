import { describe, expect, test } from "vitest";
import { beforeNextCommit, beginning, storeNames, useServices } from "../test/use-services.ts";

describe.each(storeNames)("the life of a session on %s", (name) => {
  const services = useServices(name);

  test("tags are added behind those that are there, and taken away", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create({ tags: ["a", "b"] });
    const tagged = await sessions.tag(id, ["c", "a", "c"]);
    expect(tagged).toMatchObject({ tags: ["a", "b", "c"], revision: 2 });
    expect(await sessions.get(id)).toEqual(tagged);
    expect(await sessions.untag(id, ["b", "never"])).toMatchObject({ tags: ["a", "c"], revision: 3 });
    // What is as it should be is not written again.
    expect(await sessions.tag(id, ["a"])).toMatchObject({ revision: 3 });
    expect(await sessions.untag(id, ["b"])).toMatchObject({ revision: 3 });
    expect(await sessions.untag(id, ["a", "c"])).toMatchObject({ tags: [] });
    expect((await sessions.list({ tag: "a" })).items).toEqual([]);
  });

  test("twenty who tag at once, while messages are appended, lose no tag", async () => {
    const { sessions, messages } = services.tl;
    const { id } = await sessions.create({ tags: ["old"] });
    const tags = Array.from({ length: 20 }, (_, index) => `tag-${index}`);
    await Promise.all([
      sessions.untag(id, ["old"]),
      ...tags.map((tag) => sessions.tag(id, [tag])),
      ...tags.map((content) => messages.append(id, [{ role: "user", content }])),
    ]);
    const session = await sessions.get(id);
    expect(session.tags.toSorted()).toEqual(tags.toSorted());
    expect(session.messageCount).toBe(20);
  });

  test("an append between reading and tagging is no conflict", async () => {
    const { sessions, messages } = services.tl;
    const { id } = await sessions.create();
    const late = beforeNextCommit(services, () => messages.append(id, [{ role: "user", content: "x" }]));
    expect(await late.sessions.tag(id, ["a"])).toMatchObject({ tags: ["a"], messageCount: 1 });
  });

  test("more than 1,000 tags, and tags that are none, are refused and nothing changes", async () => {
    const { sessions } = services.tl;
    const many = Array.from({ length: 10_000 }, (_, index) => `tag-${index}`);
    const { id } = await sessions.create({ tags: many.slice(0, 999) });
    const tooMany = { code: "invalid", reason: "too_long", details: { field: "tags" } };
    await expect(sessions.create({ tags: many })).rejects.toMatchObject(tooMany);
    await expect(sessions.update(id, { tags: many })).rejects.toMatchObject(tooMany);
    await expect(sessions.tag(id, many)).rejects.toMatchObject(tooMany);
    await expect(sessions.tag(id, ["new-1", "new-2"])).rejects.toMatchObject(tooMany);
    await expect(sessions.tag(id, [""])).rejects.toMatchObject({ code: "invalid" });
    await expect(sessions.tag(id, "a" as never)).rejects.toMatchObject({ code: "invalid" });
    await expect(sessions.tag(id, ["x".repeat(256)])).rejects.toMatchObject({ reason: "too_long" });
    expect(await sessions.get(id)).toMatchObject({ revision: 1 });
    expect((await sessions.tag(id, ["new-1"])).tags).toHaveLength(1_000);
    expect((await sessions.list()).items).toHaveLength(1);
  });

  test("a title of 1 MB is refused with its field, and nothing is written", async () => {
    const { sessions } = services.tl;
    const title = "t".repeat(1024 * 1024);
    const tooLong = { code: "invalid", reason: "too_long", outcome: "refused", details: { field: "title" } };
    await expect(sessions.create({ title })).rejects.toMatchObject(tooLong);
    const { id } = await sessions.create({ title: title.slice(0, 65_536) });
    await expect(sessions.update(id, { title })).rejects.toMatchObject(tooLong);
    expect((await sessions.list()).items).toMatchObject([{ id, revision: 1 }]);
  });

  test("it ends once: the first end stays", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create();
    const ended = await sessions.end(id);
    expect(ended.endedAt?.getTime()).toBeGreaterThanOrEqual(beginning);
    expect(ended.status).toBe("active");
    expect(await sessions.end(id, { at: "2030-01-01T00:00:00Z" })).toEqual(ended);
    const other = await sessions.create();
    const at = new Date("2026-01-01T00:00:00Z");
    expect(await sessions.end(other.id, { at })).toMatchObject({ endedAt: at, revision: 2 });
    await expect(sessions.end(other.id, { at: "yesterday" })).rejects.toMatchObject({
      code: "invalid",
      details: { field: "at" },
    });
    await expect(sessions.end("nobody")).rejects.toMatchObject({ code: "not_found", reason: "session" });
  });

  test("of ends at the same time one is kept, and all are told which", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create();
    const ended = await Promise.all(
      Array.from({ length: 8 }, (_, index) => sessions.end(id, { at: new Date(beginning + index) })),
    );
    const { endedAt } = await sessions.get(id);
    expect(ended.map((session) => session.endedAt)).toEqual(ended.map(() => endedAt));
  });

  test("what is tagged or ended while it is deleted is not found", async () => {
    const { sessions } = services.tl;
    const { id } = await sessions.create();
    const missing = { code: "not_found", reason: "session" };
    const late = () => beforeNextCommit(services, () => sessions.delete(id));
    await expect(late().sessions.tag(id, ["a"])).rejects.toMatchObject(missing);
    await sessions.undelete(id);
    await expect(late().sessions.end(id)).rejects.toMatchObject(missing);
    await expect(sessions.untag(id, ["a"])).rejects.toMatchObject(missing);
    expect(await sessions.undelete(id)).toMatchObject({ tags: [], endedAt: null });
  });

  test("it is found by the process that runs it, until it ends: the newest one", async () => {
    const { sessions } = services.tl;
    const process = { processId: 4_711, createdAt: new Date(beginning - 5_000) };
    const old = await sessions.create(process);
    const newer = await sessions.create({ ...process, createdAt: new Date(beginning - 1_000), user: "ada" });
    await sessions.create({ processId: 4_712 });
    expect(await sessions.findByProcess(4_711)).toEqual(newer);
    expect(await sessions.findByProcess(4_711, { user: "local" })).toEqual(old);
    expect(await sessions.findByProcess(4_711, { user: "bob" })).toBeUndefined();
    expect(await sessions.findByProcess(1)).toBeUndefined();
    await sessions.end(newer.id);
    expect(await sessions.findByProcess(4_711)).toEqual(old);
    await sessions.delete(old.id);
    expect(await sessions.findByProcess(4_711)).toBeUndefined();
    await expect(sessions.findByProcess(0)).rejects.toMatchObject({ code: "invalid" });
    await expect(sessions.findByProcess(1, { user: "" })).rejects.toMatchObject({ code: "invalid" });
  });

  test("lists tell those that have ended from those that have not", async () => {
    const { sessions } = services.tl;
    const running = await sessions.create({ processId: 7 });
    const ended = await sessions.create({ processId: 7 });
    await sessions.end(ended.id);
    await sessions.create({ processId: 8 });
    const ids = async (filter: object) => (await sessions.list(filter)).items.map(({ id }) => id);
    expect(await ids({ processId: 7, ended: false })).toEqual([running.id]);
    expect(await ids({ processId: 7, ended: true })).toEqual([ended.id]);
    expect(await ids({ ended: false })).toHaveLength(2);
    expect(await ids({ ended: true })).toEqual([ended.id]);
    expect(await ids({ processId: 7 })).toHaveLength(2);
  });

  test("a terminal's session is found again by get-or-create, active again where it was put aside", async () => {
    const { sessions } = services.tl;
    const terminal = { user: "ada", terminal: "tty-1", title: "First" };
    const { session, created } = await sessions.getOrCreate(terminal);
    expect(created).toBe(true);
    for (const putAside of ["archived", "expired"] as const) {
      await sessions.update(session.id, { status: putAside });
      const found = await sessions.getOrCreate({ ...terminal, title: "Second" });
      expect(found).toMatchObject({
        created: false,
        session: { id: session.id, status: "active", archived: false, title: "First", terminalId: "tty-1" },
      });
    }
    expect((await sessions.create({ ...terminal, user: "bob" })).id).not.toBe(session.id);
    const all = await Promise.all(Array.from({ length: 10 }, () => sessions.create({ terminal: "tty-2" })));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  });

  test("[C27] an append makes an expired session active again, and leaves an archived one archived", async () => {
    const { sessions, messages } = services.tl;
    const { id } = await sessions.create();
    await sessions.update(id, { status: "expired" });
    expect((await sessions.list({ status: "expired" })).items).toHaveLength(1);
    await messages.append(id, [{ role: "user", content: "Again" }]);
    expect(await sessions.get(id)).toMatchObject({ status: "active" });
    await sessions.archive(id);
    await messages.append(id, [{ role: "user", content: "And again" }]);
    expect(await sessions.get(id)).toMatchObject({ status: "archived", messageCount: 2 });
  });
});
