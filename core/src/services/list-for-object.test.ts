import { expect, test } from "vitest";
import { useServices } from "./test/use-services.ts";

const services = useServices("memory");

test("a list where an object belongs is refused by every service, and changes nothing", async () => {
  const { tl } = services;
  // As JSON brings it: the types do not know.
  const list = [] as never;
  const { id } = await tl.sessions.create();
  const message = { role: "user", content: "some" } as const;
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    "": () => tl.sessions.create(list),
    policy: () => tl.gc({ policy: list }),
    "messages usage": () => tl.messages.append(id, [{ ...message, usage: list }]),
    "messages native": () => tl.messages.append(id, [{ ...message, native: list }]),
    "messages metadata": () => tl.messages.append(id, [{ ...message, metadata: list }]),
    "append options": () => tl.messages.append(id, [message], list),
    "put options": () => tl.messages.put(id, [{ ...message, id: "m" }], list),
    "list options": () => tl.messages.list(id, list),
    "stream options": () => tl.messages.stream(id, list).next(),
    "update metadata": () => tl.sessions.update(id, { metadata: list }),
    update: () => tl.sessions.update(id, list),
    list: () => tl.sessions.list(list),
    "list metadata": () => tl.sessions.list({ metadata: list }),
    children: () => tl.sessions.children(id, list),
    branches: () => tl.sessions.branches(id, list),
    fork: () => tl.sessions.fork(id, list),
    head: () => tl.sessions.setHead(id, list),
    end: () => tl.sessions.end(id, list),
    hold: () => tl.sessions.hold(id, list),
    trash: () => tl.sessions.trash(list),
    delete: () => tl.sessions.delete(id, list),
    gc: () => tl.gc(list),
    search: () => tl.search(list),
    settings: () => tl.settings.set(id, list),
    "settings servers": () => tl.settings.set(id, { mcpServers: list }),
    "settings patch": () => tl.settings.update(id, list),
    file: () => tl.files.save(list),
    files: () => tl.files.list(list),
  };
  const answers = await Promise.all(
    Object.entries(calls).map(async ([name, call]) => {
      try {
        await call();
        return [name, "taken"];
      } catch (error) {
        return [name, (error as { reason?: string }).reason];
      }
    }),
  );
  expect(answers).toEqual(Object.keys(calls).map((name) => [name, "type"]));
  expect(await tl.sessions.get(id)).toMatchObject({ revision: 1, messageCount: 0 });
  expect((await tl.sessions.list({ all: true })).items).toHaveLength(1);
});

test("so is what is no object at all, where it would have passed for no options", async () => {
  const { tl } = services;
  const { id } = await tl.sessions.create();
  for (const given of [null, 5, true, "now"] as unknown as readonly never[]) {
    const calls = [
      () => tl.sessions.delete(id, given),
      () => tl.sessions.end(id, given),
      () => tl.sessions.children(id, given),
      () => tl.gc(given),
      () => tl.messages.list(id, given),
      () => tl.messages.stream(id, given).next(),
      () => tl.messages.append(id, [{ role: "user", content: "some" }], given),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: "invalid", reason: "type" });
  }
  expect(await tl.sessions.get(id)).toMatchObject({ revision: 1, messageCount: 0, endedAt: null });
});
