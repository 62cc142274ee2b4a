import { describe, expect, test } from "vitest";
import { beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";
import { backgroundContentOf } from "./background-content.ts";

describe.each(storeNames)("dependencies on %s", (name) => {
  const services = useServices(name);

  async function track(path: string, project = "p", content?: string): Promise<string> {
    const { resources } = services.tl;
    return resources.trackResource({ path, project, ...(content === undefined ? undefined : { content }) });
  }

  async function dependenciesOf(id: string): Promise<Record<string, string>> {
    const { items } = await services.tl.resources.dependencies(id);
    return Object.fromEntries(items.map(({ path, kind }) => [path, kind]));
  }

  test("are found among the resources of the project, or where they are likeliest", async () => {
    const { resources } = services.tl;
    const main = await track("src/main.ts");
    const component = await track("src/part.tsx");
    await track("src/folder/index.ts");
    await track("src/missing.tsx", "another");
    const content = 'import "./part"; import "./folder"; import "./missing"; import "react"; import "./main"';
    expect(await resources.findDependencies(main, content)).toEqual({
      count: 3,
      added: 3,
      removed: 0,
      omitted: 0,
    });
    const { items } = await resources.dependencies(main);
    expect(items.map(({ path, kind, resourceId }) => [path, kind, resourceId === null])).toEqual([
      ["src/folder/index.ts", "import", false],
      ["src/missing.ts", "import", true],
      ["src/part.tsx", "import", false],
    ]);
    expect(await resources.dependents(component)).toMatchObject({
      items: [{ resourceId: main, path: "src/main.ts", kind: "import" }],
    });
    const missing = await track("src/missing.ts");
    expect((await resources.dependents(missing)).items).toHaveLength(1);
  });

  test("of Python are those of the standard library only where a file of the project has the name", async () => {
    const main = await track("app/main.py");
    for (const path of ["app/types.py", "app/__init__.py", "lib/json.py", "src/tools/helper.py"])
      await track(path);
    const { resources } = services.tl;
    await resources.findDependencies(
      main,
      "import types, json\nfrom tools import helper\nfrom . import views",
    );
    expect(await dependenciesOf(main)).toEqual({
      "src/tools/helper.py": "import",
      "app/__init__.py": "import",
    });
  });

  test("that are given and those that are found do not touch each other; the same again writes nothing", async () => {
    const { resources, store } = services.tl;
    const id = await track("docs/a.md");
    await resources.findDependencies(id, "[b](b.md) [c](c.md)");
    expect(await resources.setDependencies(id, [{ path: "c.rs" }, { path: "docs/c.md" }])).toEqual({
      count: 2,
      added: 2,
      removed: 0,
    });
    expect(await dependenciesOf(id)).toEqual({ "docs/b.md": "link", "docs/c.md": "given", "c.rs": "given" });
    const read = async () => (await store.read({ tenant: "default", requests: [] })).position;
    const before = await read();
    await resources.findDependencies(id, "[c](c.md) [b](b.md) [b again](b.md#there)");
    await resources.setDependencies(id, [{ path: "docs/c.md" }, { path: "c.rs", kind: "given" }]);
    expect(await read()).toBe(before);
    await resources.findDependencies(id, "");
    expect(await dependenciesOf(id)).toEqual({ "docs/c.md": "given", "c.rs": "given" });
    await resources.setDependencies(id, []);
    expect(await dependenciesOf(id)).toEqual({});
  });

  test("of two who replace them at once are those of one of them", async () => {
    const id = await track("a.ts");
    const late = beforeNextCommit(services, () =>
      services.tl.resources.findDependencies(id, 'import "./first"; import "./both"'),
    );
    await late.resources.findDependencies(id, 'import "./second"; import "./both"');
    expect(await dependenciesOf(id)).toEqual({ "second.ts": "import", "both.ts": "import" });
    const gone = beforeNextCommit(services, () => services.tl.resources.delete(id));
    await expect(gone.resources.findDependencies(id, 'import "./x"')).rejects.toMatchObject({
      reason: "resource",
    });
  });

  test("are found behind the back of whoever tracks a resource with its content", async () => {
    const id = await track("a.md", "p", "[b](b.md)");
    await track("c.rs", "p", "use b;");
    await backgroundContentOf(services.store).settled();
    expect(await dependenciesOf(id)).toEqual({ "b.md": "link" });
    await track("a.md", "p", "nothing");
    await backgroundContentOf(services.store).settled();
    expect(await dependenciesOf(id)).toEqual({});
  });

  test("beyond 400 are left out, and that is told; they are read page by page", async () => {
    const { resources } = services.tl;
    const id = await track("index.ts");
    const content = Array.from({ length: 405 }, (_, index) => `export * from "./${index}";`).join("\n");
    expect(await resources.findDependencies(id, content)).toMatchObject({ count: 400, omitted: 5 });
    const paths: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await resources.dependencies(id, {
        limit: 150,
        ...(cursor === undefined ? {} : { cursor }),
      });
      paths.push(...page.items.map(({ path }) => path));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(paths).toEqual(Array.from({ length: 400 }, (_, index) => `${index}.ts`).toSorted());
    await expect(resources.dependents(id, { cursor: "x" })).rejects.toMatchObject({ reason: "cursor" });
  });

  test("are looked for in the first 2,000 references, each counted once", async () => {
    const { resources } = services.tl;
    const id = await track("index.ts");
    const packages = Array.from({ length: 1_999 }, (_, index) => `import "p${index}";`).join("\n");
    const content = `import "p0";${packages}\nimport "./a";\nimport "./b"; import "./c"`;
    expect(await resources.findDependencies(id, content)).toMatchObject({ count: 1, omitted: 2 });
    expect(await dependenciesOf(id)).toEqual({ "a.ts": "import" });
  });

  test("go with the resource; those that point to it stay, and so does what sessions know of it", async () => {
    const { sessions, context, resources } = services.tl;
    const { id: session } = await sessions.create({ project: "p" });
    await context.record(session, { files: [{ path: "b.ts", importance: 0.7, kind: "EDIT" }] });
    const b = await track("b.ts");
    const a = await track("a.ts");
    await resources.findDependencies(a, 'import "./b"');
    await resources.findDependencies(b, 'import "./c"');
    await resources.delete(b);
    await expect(resources.delete(b)).rejects.toMatchObject({ code: "not_found", reason: "resource" });
    await expect(resources.dependencies(b)).rejects.toMatchObject({ reason: "resource" });
    expect((await resources.dependencies(a)).items).toMatchObject([{ path: "b.ts", resourceId: null }]);
    expect(await sessions.getSessionResources(session)).toMatchObject([
      {
        id: b,
        path: "b.ts",
        removed: true,
        importanceScore: 0.7,
        modified: true,
        projectId: "p",
        size: null,
      },
    ]);
    expect((await resources.rank({ session })).items).toMatchObject([{ path: "b.ts", removed: true }]);
    expect((await context.get(session)).context.fileImportanceScores).toEqual({ "b.ts": 0.7 });
    // Tracked again it is another resource, with a link of its own.
    await context.record(session, { files: [{ path: "b.ts", importance: 0.2 }] });
    expect((await context.get(session)).context.fileImportanceScores).toEqual({ "b.ts": 0.2 });
    expect(await sessions.getSessionResources(session)).toMatchObject([
      { path: "b.ts", removed: false, importanceScore: 0.2 },
      { id: b, removed: true },
    ]);
  });

  test("keep to their project and tenant, and wrong ones are refused with nothing written", async () => {
    const { resources } = services.tl;
    const id = await track("a.rs");
    await resources.setDependencies(id, [{ path: "b.rs" }]);
    const [foreign] = [await track("b.rs", "other")];
    expect((await resources.dependents(foreign)).items).toEqual([]);
    expect((await resources.dependencies(id)).items).toMatchObject([{ path: "b.rs", resourceId: null }]);
    const stranger = services.tl.withTenant("other").resources;
    await expect(stranger.setDependencies(id, [])).rejects.toMatchObject({ reason: "resource" });
    await expect(resources.findDependencies(id, "use b;")).rejects.toMatchObject({
      code: "unsupported",
      reason: "language",
    });
    for (const wrong of [
      [{ path: "../a" }],
      [{ path: "a", kind: "import" }],
      [{ path: "a\0" }],
      {},
      [null],
    ]) {
      await expect(resources.setDependencies(id, wrong as never)).rejects.toMatchObject({ code: "invalid" });
    }
    expect(await dependenciesOf(id)).toEqual({ "b.rs": "given" });
  });
});
