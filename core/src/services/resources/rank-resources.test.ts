import { describe, expect, test } from "vitest";
import { completeRecord } from "../../model/kind.ts";
import { resourceDependencies, resources as resourceKind } from "../../model/resources.ts";
import { beginning, storeNames, useServices } from "../test/use-services.ts";
import { importanceOf } from "./importance.ts";
import type { Resource } from "./resource.ts";

/** More than are kept of candidates at once, so that some are dropped before all are known. */
const count = 1_300;
const day = 24 * 60 * 60 * 1_000;

/** From 0 to 1, the same each time. */
function makeRandom(): () => number {
  let state = 42;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe.each(storeNames)("a ranking of resources on %s", (name) => {
  const services = useServices(name);

  /** Resources of two projects, and what depends on each: many on a few. */
  async function fill(): Promise<ReadonlyMap<string, number>> {
    const random = makeRandom();
    const { store, tenant } = services.tl;
    const dependents = new Map<string, number>();
    const all = Array.from({ length: count }, (_, index) => {
      const path = `src/${index}.ts`;
      return completeRecord(resourceKind, {
        resourceId: `id-${(index * 7_919) % count}`,
        projectId: index % 3 === 0 ? "q" : "p",
        path,
        pathKey: path,
        type: index % 2 === 0 ? "code" : "data",
        accessCount: Math.floor(1 / (random() + 0.01)),
        editCount: Math.floor(random() * 4),
        // Every tenth was accessed in the same millisecond, or will be.
        lastAccessed: index % 10 === 0 ? beginning + day : beginning - Math.floor(random() * 60 * day),
        importance: random() < 0.3 ? random() : null,
      });
    });
    const edges = Array.from({ length: count }, () => {
      const { projectId, path } = all[Math.floor(random() ** 3 * count)] as {
        projectId: string;
        path: string;
      };
      const resourceId = `from-${random()}`;
      dependents.set(`${projectId} ${path}`, (dependents.get(`${projectId} ${path}`) ?? 0) + 1);
      const fields = { resourceId, projectId, targetPath: path, targetKey: path, kind: "import" };
      return completeRecord(resourceDependencies, fields);
    });
    const inserts = [
      ...all.map((record) => ({ type: "insert", kind: "resources", record, exists: "fail" }) as const),
      ...edges.map(
        (record) => ({ type: "insert", kind: "resource_dependencies", record, exists: "keep" }) as const,
      ),
    ];
    for (let begin = 0; begin < inserts.length; begin += 1_000) {
      await store.commit({ tenant, writes: inserts.slice(begin, begin + 1_000) });
    }
    return dependents;
  }

  test("is that of comparing all by the formula, whatever is asked for", async () => {
    const dependents = await fill();
    const { resources } = services.tl;
    const at = new Date(beginning);
    const all: Resource[] = [];
    let cursor: string | undefined;
    do {
      const page = await resources.list({ limit: 1_000, ...(cursor === undefined ? {} : { cursor }) });
      all.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    const expected = all
      .map((resource) => {
        const { id, projectId, path, importance, lastAccessed, ...counts } = resource;
        const facts = {
          ...counts,
          lastAccessed: lastAccessed.getTime(),
          score: importance,
          dependents: dependents.get(`${String(projectId)} ${path}`) ?? 0,
        };
        return { id, resource, ranking: importanceOf(facts, beginning) };
      })
      .toSorted(
        (one, other) =>
          other.ranking.importance - one.ranking.importance ||
          (one.id < other.id ? -1 : Number(one.id > other.id)),
      );
    for (const [options, isAsked] of [
      [{ limit: 1_000 }, () => true],
      [{ limit: 7 }, () => true],
      [{ project: "q" }, ({ projectId }) => projectId === "q"],
      [
        { project: "p", type: "DATA", limit: 3 },
        ({ projectId, type }) => projectId === "p" && type === "data",
      ],
      [{ project: null }, () => false],
    ] as const satisfies readonly (readonly [object, (resource: Resource) => boolean])[]) {
      const wanted = expected.filter(({ resource }) => isAsked(resource));
      const limit = "limit" in options ? options.limit : 50;
      const found = await resources.rank({ ...options, at });
      expect(found).toEqual({
        items: wanted.slice(0, limit).map(({ resource, ranking }) => ({ ...resource, ranking })),
        compared: wanted.length,
        at,
      });
    }
  });

  test("of a session goes by what the session did, and by its own scores", async () => {
    const { sessions, context, resources } = services.tl;
    const { id: session } = await sessions.create({ project: "p" });
    await context.record(session, {
      files: [
        { path: "edited.ts", kind: "EDIT" },
        { path: "scored.ts", importance: 1 },
        { path: "seen.ts" },
        { path: "notes.md", importance: 0 },
      ],
    });
    // What others do with it counts for nothing here; what depends on it does.
    for (let access = 0; access < 5; access += 1) {
      await resources.trackResource({ path: "seen.ts", project: "p", modifiedDuringSession: true });
    }
    const importing = await resources.trackResource({ path: "other.ts", project: "p" });
    await resources.setDependencies(importing, [{ path: "notes.md" }]);
    const { items, compared } = await resources.rank({ session });
    expect(items.map(({ path }) => path)).toEqual(["scored.ts", "edited.ts", "seen.ts", "notes.md"]);
    expect(compared).toBe(4);
    expect(items[3]).toMatchObject({
      importanceScore: 0,
      ranking: { parts: { score: { value: 0 }, dependents: { reason: "1 resource depends on it" } } },
    });
    const { items: documents } = await resources.rank({ session, type: "documentation" });
    expect(documents.map(({ path }) => path)).toEqual(["notes.md"]);
    await expect(resources.rank({ session: "none" })).rejects.toMatchObject({ reason: "session" });
    for (const wrong of [{ session, project: "p" }, { limit: 0 }, { at: "soon" }, { type: "poem" }]) {
      await expect(resources.rank(wrong as never)).rejects.toMatchObject({ code: "invalid" });
    }
  });
});
