import { describe, expect, test } from "vitest";
import { storeNames, useServices } from "../test/use-services.ts";
import { resourceTypeOf } from "./resource-type.ts";
import { resourceToJson } from "./to-json.ts";

test.each([
  ["src/a.ts", undefined, "code"],
  ["C:\\work\\Main.PY", undefined, "code"],
  ["README", undefined, "documentation"],
  ["docs/guide.md", undefined, "documentation"],
  ["data/rows.csv", undefined, "data"],
  ["a/package.json", undefined, "config"],
  ["a/rows.json", undefined, "data"],
  [".env.local", undefined, "config"],
  ["Dockerfile", undefined, "config"],
  ["go.mod", undefined, "config"],
  ["logo.SVG", undefined, "image"],
  ["bin/run", "#!/bin/sh\necho", "code"],
  ["notes", "# Plans\n\nMany.", "documentation"],
  ["rows", '[{"a": 1}]', "data"],
  ["rows", "[not json", "other"],
  ["thing", undefined, "other"],
  ["thing.unknown", "whatever", "other"],
])("the type of %s with content %j is %s", (path, content, type) => {
  expect(resourceTypeOf(path, content)).toBe(type);
});

describe.each(storeNames)("resources on %s", (name) => {
  const services = useServices(name);

  test("are one for each path of a project, and what is known of them grows", async () => {
    const { resources } = services.tl;
    const id = await resources.trackResource({ path: "src/a.ts", size: 10, contentHash: "h1" });
    expect(
      await resources.trackResource({ path: "src/a.ts", tokenCount: 3, modifiedDuringSession: true }),
    ).toBe(id);
    const found = await resources.get(id);
    expect(found).toMatchObject({
      id,
      uuid: id,
      path: "src/a.ts",
      projectId: null,
      type: "code",
      size: 10,
      tokenCount: 3,
      contentHash: "h1",
      accessCount: 2,
      editCount: 1,
      modifiedDuringSession: true,
      importance: null,
    });
    await resources.trackResource({ path: "src/a.ts", importance: 0.5, type: "DATA", size: 0 });
    expect(await resources.get(id)).toMatchObject({
      type: "data",
      importance: 0.5,
      size: 0,
      modifiedDuringSession: true,
    });
    const other = await resources.trackResource({ path: "src/a.ts", project: "p" });
    expect(other).not.toBe(id);
    const { uuid: _, ...json } = resourceToJson(found);
    expect(json).toMatchObject({ resource_id: id, project_id: null, content_hash: "h1", access_count: 2 });
    expect(json).not.toHaveProperty("id");
    await expect(resources.get("none")).rejects.toMatchObject({ code: "not_found", reason: "resource" });
    await expect(services.tl.withTenant("other").resources.get(id)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test("have paths that are too long for an index, which stay apart", async () => {
    const { resources } = services.tl;
    const long = "ä/".repeat(1_300);
    const first = await resources.trackResource({ path: `${long}a.ts` });
    const second = await resources.trackResource({ path: `${long}b.ts` });
    expect(second).not.toBe(first);
    expect(await resources.trackResource({ path: `${long}a.ts` })).toBe(first);
    expect(await resources.get(first)).toMatchObject({ path: `${long}a.ts`, accessCount: 2 });
  });

  test("count every access of many at once, also the first", async () => {
    const { resources } = services.tl;
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => resources.trackResource({ path: "busy.ts", project: "p" })),
    );
    expect(new Set(ids).size).toBe(1);
    expect(await resources.get(ids[0] ?? "")).toMatchObject({ accessCount: 20 });
  });

  test("are listed by use, of one project or all, and page by page", async () => {
    const { resources } = services.tl;
    for (const [path, project, count] of [
      ["a.ts", null, 1],
      ["b.md", "p", 3],
      ["c.ts", "p", 2],
      ["d.ts", null, 4],
    ] as const) {
      for (let access = 0; access < count; access += 1) await resources.trackResource({ path, project });
    }
    const paths = (found: readonly { readonly path: string }[]) => found.map(({ path }) => path);
    expect(paths(await resources.getMostAccessedResources())).toEqual(["d.ts", "b.md", "c.ts", "a.ts"]);
    expect(paths(await resources.getMostRecentResources(2))).toEqual(["d.ts", "c.ts"]);
    expect(paths(await resources.getMostAccessedResources(1, { project: "p" }))).toEqual(["b.md"]);
    expect(paths((await resources.list({ project: null, order: "recent" })).items)).toEqual(["d.ts", "a.ts"]);
    const first = await resources.list({ type: "CODE", limit: 2 });
    expect(paths(first.items)).toEqual(["d.ts", "c.ts"]);
    const second = await resources.list({ type: "CODE", limit: 2, cursor: first.next ?? "" });
    expect(paths(second.items)).toEqual(["a.ts"]);
    const cursor = first.next ?? "";
    await expect(resources.list({ cursor, project: "p" })).rejects.toMatchObject({ reason: "cursor" });
    await expect(resources.getMostRecentResources(0)).rejects.toMatchObject({ code: "invalid" });
    for (let more = 0; more < 10; more += 1) await resources.trackResource({ path: `${more}.ts` });
    expect(await resources.getMostAccessedResources()).toHaveLength(10);
  });

  test("are linked to sessions in one go; a repeated link updates", async () => {
    const { sessions, resources, context } = services.tl;
    const { id: sessionUuid } = await sessions.create({ project: "p" });
    const [a, b] = [
      await resources.trackResource({ path: "a.ts", project: "p" }),
      await resources.trackResource({ path: "b.ts", project: "p" }),
    ];
    await sessions.linkResourcesToSession({
      sessionUuid,
      resources: [
        { resourceUuid: a, importanceScore: 0.8, includedInContext: true },
        { resourceUuid: b, importanceScore: 0.2 },
      ],
    });
    await sessions.linkResourcesToSession({
      sessionUuid,
      resources: [{ resourceUuid: a, importanceScore: 1 }],
    });
    await resources.logAccess({ resourceUuid: b, sessionUuid, accessType: "EDIT" });
    expect(await sessions.getSessionResources(sessionUuid)).toMatchObject([
      {
        id: b,
        path: "b.ts",
        importanceScore: 0.2,
        includedInContext: false,
        modified: true,
        sessionAccessCount: 1,
        accessCount: 2,
        modifiedDuringSession: true,
      },
      { id: a, importanceScore: 1, includedInContext: true, modified: false, sessionAccessCount: 0 },
    ]);
    expect(await context.get(sessionUuid)).toMatchObject({
      context: {
        filesAccessed: [{ path: "b.ts", kind: "EDIT", importance: null }],
        fileImportanceScores: { "a.ts": 1, "b.ts": 0.2 },
      },
    });
    const page = await resources.ofSession(sessionUuid, { limit: 1 });
    expect(page.items).toMatchObject([{ id: b }]);
    const rest = await resources.ofSession(sessionUuid, { cursor: page.next ?? "" });
    expect(rest).toMatchObject({ items: [{ id: a }] });
    expect((await sessions.delete(sessionUuid, { erase: true })).removed).toMatchObject({
      session_resources: 2,
    });
    await expect(sessions.getSessionResources(sessionUuid)).rejects.toMatchObject({ reason: "session" });
    expect(await resources.get(a)).toMatchObject({ path: "a.ts" });
  });

  test("of another project, or tenant, are not linked, nor logged", async () => {
    const { sessions, resources, context } = services.tl;
    const { id: sessionUuid } = await sessions.create({ project: "p" });
    const own = await resources.trackResource({ path: "a.ts", project: "p" });
    const other = await resources.trackResource({ path: "a.ts", project: "q" });
    const none = await resources.trackResource({ path: "a.ts" });
    const foreign = await services.tl.withTenant("t").resources.trackResource({ path: "a.ts", project: "p" });
    for (const [resourceUuid, error] of [
      [other, { code: "invalid", reason: "project" }],
      [none, { code: "invalid", reason: "project" }],
      [foreign, { code: "not_found", reason: "resource" }],
    ] as const) {
      const links = [{ resourceUuid: own }, { resourceUuid, importanceScore: 1 }];
      await expect(sessions.linkResourcesToSession({ sessionUuid, resources: links })).rejects.toMatchObject(
        error,
      );
      const access = { resourceUuid, sessionUuid, accessType: "VIEW" } as const;
      await expect(resources.logAccess(access)).rejects.toMatchObject(error);
    }
    expect(await sessions.getSessionResources(sessionUuid)).toEqual([]);
    expect((await context.get(sessionUuid)).totals.files).toBe(0);
  });

  test.each([
    [{ path: "a", importance: 80 }, "importance"],
    [{ path: "a", importance: -1 }, "importance"],
    [{ path: "a/../../b" }, "path"],
    [{ path: "a", type: "POEM" }, "type"],
    [{ path: "a", size: -1 }, "size"],
    [{ path: "a", tokenCount: 0.5 }, "tokenCount"],
    [{ path: "a", project: "" }, "project"],
    [{}, "path"],
  ])("refuse what is wrong, case %#, with the field", async (given, field) => {
    const { resources } = services.tl;
    const error = { code: "invalid", reason: "type", details: { field } };
    await expect(resources.trackResource(given as never)).rejects.toMatchObject(error);
    expect((await resources.list()).items).toEqual([]);
  });

  test("know sessions by the names of their first schema", async () => {
    const { sessions, resources } = services.tl;
    const parent = await sessions.createSession({ tokenCount: 12, summary: "What was", profileUuid: "me" });
    const child = await sessions.createSession({ tokenCount: 0, parentSessionUuid: parent });
    await services.tl.messages.append(parent, [{ role: "user", content: "a", tokenCount: 3 }]);
    expect(await sessions.getSessionChain(child)).toEqual([
      { uuid: child, tokenCount: 0, createdAt: expect.any(Date) as Date, parentSessionUuid: parent },
      {
        uuid: parent,
        tokenCount: 15,
        createdAt: expect.any(Date) as Date,
        summary: "What was",
        profileUuid: "me",
      },
    ]);
    await expect(sessions.createSession({ tokenCount: -1 })).rejects.toMatchObject({ code: "invalid" });
    const resourceUuid = await resources.trackResource({ path: "a" });
    const wrong = { resourceUuid, sessionUuid: child, accessType: "DELETE" };
    await expect(resources.logAccess(wrong as never)).rejects.toMatchObject({
      details: { field: "accessType" },
    });
  });
});
