import { describe, expect, test } from "vitest";
import { beforeNextCommit, beginning, storeNames, useServices } from "../test/use-services.ts";
import { Throughline } from "../throughline.ts";
import { packingFor } from "./background-packing.ts";
import type { SessionContext } from "./session-context.ts";

const awkward = "NUL \0, lone \ud800, line\nbreak \u2028 🙂";

/** What must not change by packing. */
function content(context: SessionContext): object {
  return { ...context, compressed: "either" };
}

describe.each(storeNames)("a large context on %s", (name) => {
  const services = useServices(name);

  async function fill(tl: Throughline, requests: number): Promise<string> {
    const { id } = await tl.sessions.create();
    for (let request = 0; request < requests; request += 1) {
      await tl.context.record(id, {
        files: Array.from({ length: 40 }, (_, index) => ({
          path: `src/${index}.ts`,
          kind: index % 3 === 0 ? ("EDIT" as const) : ("VIEW" as const),
          ...(index === 0 ? { importance: request / 100 } : undefined),
        })),
        searches: [`search ${request}`],
        decisions: [`${awkward} ${request}`],
        memories: [{ id: "mem_1", key: `key ${request}` }],
      });
    }
    return id;
  }

  async function segments(id: string) {
    const query = { type: "query", kind: "context_segments", shape: "key", prefix: [id] } as const;
    const requests = [{ ...query, direction: "forward", limit: 1_000, select: "all" }] as const;
    return (await services.store.read({ tenant: "default", requests })).answers[0].rows;
  }

  test("is packed in steps, and reads as before: whole, its newest, and page by page", async () => {
    const never = new Throughline(services.store, { packContextAbove: null });
    const { context } = never;
    const id = await fill(never, 35);
    // Long ago, though it was told last.
    await context.record(id, { files: [{ path: "late.ts", at: new Date(beginning - 5) }] });
    const read = async () => {
      const files = [];
      let cursor: string | undefined;
      do {
        const page = await context.files(id, { limit: 333, ...(cursor === undefined ? {} : { cursor }) });
        files.push(...page.items);
        cursor = page.next;
      } while (cursor !== undefined);
      return {
        newest: content(await context.get(id)),
        whole: content(await context.get(id, { full: true })),
        files,
      };
    };
    const before = await read();
    expect(before.files).toHaveLength(1_401);
    expect(before.newest).toMatchObject({ truncated: true });
    expect(await context.pack(id, { aboveBytes: 1_000_000 })).toBe(0);
    expect(await context.pack(id, { aboveBytes: 100_000 })).toBeGreaterThan(1);
    expect(await context.get(id)).toMatchObject({ compressed: true });
    expect(await read()).toEqual(before);
    // One that is told late once more lies loose before what is packed.
    await context.record(id, { files: [{ path: "later.ts", at: new Date(beginning + 50) }] });
    const between = await read();
    expect(between.files).toHaveLength(1_402);
    expect(between.files.findIndex(({ path }) => path === "later.ts")).toBeLessThan(500);
    await context.pack(id, { aboveBytes: 0 });
    expect(await read()).toEqual(between);
    expect(await context.pack(id, { aboveBytes: 0 })).toBe(0);
    const packed = await segments(id);
    const size = packed.reduce((sum, row) => sum + (row.packed as Uint8Array).length, 0);
    expect(size).toBeLessThan((await services.tl.sessions.get(id)).contextSizeBytes / 5);
    expect(await context.record(id, {})).toEqual({ replayed: false });
    expect((await services.tl.sessions.delete(id, { erase: true })).removed).toMatchObject({
      context_segments: packed.length,
    });
  });

  test("is packed behind the back of those who record, unless that is turned off", async () => {
    const { store } = services.tl;
    const never = new Throughline(store, { packContextAbove: null });
    const soon = new Throughline(store, { packContextAbove: 5_000 });
    const [plain, packed] = [await fill(never, 4), await fill(soon, 4)];
    await packingFor(store).settled();
    expect(await segments(plain)).toEqual([]);
    expect((await segments(packed)).length).toBeGreaterThan(0);
    const paths = async (id: string) =>
      (await never.context.get(id)).context.filesAccessed.map(({ path, order }) => [order, path]);
    expect(await paths(packed)).toEqual(await paths(plain));
    await expect(soon.context.pack("nobody")).rejects.toMatchObject({ code: "not_found" });
    expect(() => new Throughline(store, { packContextAbove: -1 })).toThrow(/packContextAbove/);
  });

  test("loses nothing where several pack and record at once", async () => {
    const { tl, store } = services;
    const other = new Throughline(store, { packContextAbove: 1_000 });
    const id = await fill(tl, 4);
    await Promise.all(
      [tl, other, tl, other].map(async ({ context }, writer) => {
        for (let step = 0; step < 5; step += 1) {
          await context.pack(id, { aboveBytes: step * 100 });
          await context.record(id, {
            files: [{ path: `${writer}-${step}.ts` }],
            decisions: [`${writer} ${step}`],
          });
        }
      }),
    );
    await tl.context.pack(id, { aboveBytes: 0 });
    const { context, totals } = await tl.context.get(id, { full: true });
    expect(totals).toEqual({ files: 180, searches: 4, decisions: 24, memories: 4 });
    expect(context.filesAccessed.map(({ order }) => order)).toEqual(
      Array.from({ length: 180 }, (_, index) => index + 1),
    );
    expect(new Set(context.decisions.map(({ decision }) => decision)).size).toBe(24);
  });

  test("that another packs just before is not packed twice, and goes with its session", async () => {
    const { tl } = services;
    const id = await fill(tl, 2);
    const before = await tl.context.get(id);
    const late = beforeNextCommit(services, () => tl.context.pack(id, { aboveBytes: 0 }));
    expect(await late.context.pack(id, { aboveBytes: 0 })).toBe(0);
    expect(content(await tl.context.get(id))).toEqual(content(before));
    await tl.context.record(id, { decisions: ["more"] });
    const gone = beforeNextCommit(services, () => tl.sessions.delete(id));
    await expect(gone.context.pack(id, { aboveBytes: 0 })).rejects.toMatchObject({ code: "not_found" });
  });
});
