import { memoryStore } from "@throughline/store-memory";
import { describe, expect, test } from "vitest";
import type { NewMessage } from "../../contract/batch.ts";
import type { GuardedStore } from "../../contract/store.ts";
import { guardStore } from "../../guard/guard-store.ts";
import { newId } from "../../id.ts";
import { blobOfText } from "./blob-value.ts";
import { StagedBlobs } from "./staged-blobs.ts";
import { withStagedBlobs } from "./with-staged-blobs.ts";
import type { ServiceContext } from "../service-context.ts";
import { sweepBlobs } from "./sweep-blobs.ts";
import { type Actor, type Ending, everyOrder, interleave } from "../test/interleave.ts";
import { Throughline } from "../throughline.ts";

const day = 24 * 60 * 60 * 1000;
const large = "large ".repeat(12_000);

function contextOf(store: GuardedStore): ServiceContext {
  return { store, tenant: "default", generateId: newId };
}

/** A store that a test prepares, with what runs at the same time on it, and what is looked at afterwards. */
class World {
  time = Date.UTC(2026, 0, 1);
  readonly store = guardStore(memoryStore(), { clock: () => this.time });
  readonly tl = new Throughline(this.store);

  async session(): Promise<string> {
    return (await this.tl.sessions.create()).id;
  }

  async blobs(): Promise<number> {
    const { answers } = await this.store.read({
      tenant: "default",
      requests: [{ type: "count", kind: "blobs", shape: "key", prefix: [] }],
    });
    return answers[0];
  }

  /** What is there two sweeps later: the messages that lost their content, and how many blobs; the mark is one. */
  async afterSweeps(
    messages: readonly { readonly session: string; readonly id: string }[],
  ): Promise<{ readonly lost: readonly string[]; readonly blobs: number }> {
    const lost: string[] = [];
    for (const round of [1, 2]) {
      this.time += 2 * day;
      await sweepBlobs(contextOf(this.store));
      for (const { session, id } of messages) {
        const content = await this.tl.messages.get(session, id).then(
          (message) => message.content,
          (error: unknown) => error,
        );
        if (content !== large) lost.push(`${id} after sweep ${round}`);
      }
    }
    return { lost, blobs: await this.blobs() };
  }
}

const nothingLost = { lost: [], blobs: 2 };

function append(session: string, id: string): Actor {
  return async (store) =>
    new Throughline(store).messages.append(session, [{ id, role: "user", content: large }]);
}

const sweepAll: Actor = async (store) => sweepBlobs(contextOf(store));

/** How often one is left for another within an order: a lost value takes two. All orders at once are some 100,000. */
const switches = Number(process.env.SWEEP_SWITCHES ?? 2);

/** Each order of the calls, in a world of its own. */
async function inEveryOrder(
  prepare: (world: World) => Promise<{
    readonly actors: readonly Actor[];
    readonly look: (endings: readonly Ending[]) => Promise<void>;
  }>,
): Promise<number> {
  return everyOrder(switches, async (choose) => {
    const world = new World();
    const { actors, look } = await prepare(world);
    await look(await interleave(world.store, actors, choose));
  });
}

function expectFulfilled(endings: readonly Ending[]): void {
  expect(endings.filter(({ status }) => status === "rejected")).toEqual([]);
}

describe("a sweep takes nothing that somebody is about to refer to, whatever comes between", () => {
  test("an append of what nobody refers to any longer", async () => {
    const orders = await inEveryOrder(async (world) => {
      const [session, other] = [await world.session(), await world.session()];
      await world.tl.messages.append(session, [{ id: "a", role: "user", content: large }]);
      await world.tl.messages.put(session, [{ id: "a", role: "user", content: "small" }]);
      world.time += 2 * day;
      return {
        actors: [append(other, "b"), sweepAll],
        look: async (endings) => {
          expectFulfilled(endings);
          expect(await world.afterSweeps([{ session: other, id: "b" }])).toEqual(nothingLost);
        },
      };
    });
    expect(orders).toBeGreaterThan(50);
  });

  test("an append while the only message with the same value is deleted", async () => {
    const orders = await inEveryOrder(async (world) => {
      const [session, other] = [await world.session(), await world.session()];
      await world.tl.messages.append(session, [{ id: "a", role: "user", content: large }]);
      return {
        actors: [append(other, "b"), async (store) => new Throughline(store).messages.delete(session, "a")],
        look: async (endings) => {
          expectFulfilled(endings);
          expect(await world.afterSweeps([{ session: other, id: "b" }])).toEqual(nothingLost);
        },
      };
    });
    expect(orders).toBeGreaterThan(50);
  });

  test("a message that gets its value back while its stale reference is dropped", async () => {
    const orders = await inEveryOrder(async (world) => {
      const session = await world.session();
      await world.tl.messages.append(session, [{ id: "a", role: "user", content: large }]);
      await world.tl.messages.put(session, [{ id: "a", role: "user", content: "small" }]);
      world.time += 2 * day;
      return {
        actors: [
          async (store) =>
            new Throughline(store).messages.put(session, [{ id: "a", role: "user", content: large }]),
          sweepAll,
        ],
        look: async (endings) => {
          expectFulfilled(endings);
          expect(await world.afterSweeps([{ session, id: "a" }])).toEqual(nothingLost);
        },
      };
    });
    expect(orders).toBeGreaterThan(50);
  });

  test("two writers of a new value, one of which is refused and takes it back at once", async () => {
    const orders = await inEveryOrder(async (world) => {
      const session = await world.session();
      return {
        actors: [append(session, "a"), append("no session", "b")],
        look: async ([first, second]) => {
          expect(first?.status).toBe("fulfilled");
          expect(second).toMatchObject({ reason: { code: "not_found", reason: "absent" } });
          expect(await world.afterSweeps([{ session, id: "a" }])).toEqual(nothingLost);
        },
      };
    });
    expect(orders).toBeGreaterThan(50);
  });

  test("two sweeps, and no writer", async () => {
    const orders = await inEveryOrder(async (world) => {
      const session = await world.session();
      await world.tl.messages.append(session, [{ id: "a", role: "user", content: large }]);
      await world.tl.messages.put(session, [{ id: "a", role: "user", content: "small" }]);
      world.time += 2 * day;
      return {
        actors: [sweepAll, sweepAll],
        look: async (endings) => {
          expectFulfilled(endings);
          expect(await world.blobs()).toBe(1);
        },
      };
    });
    expect(orders).toBeGreaterThan(50);
  });

  test("references that are written before their append, as its batch has no room for them", async () => {
    const values = await Promise.all(Array.from({ length: 2 }, async (_, index) => blobOfText(`"${index}"`)));
    const messages = values.map(({ hash }, index): NewMessage => ({
      record: {
        id: `m${index}`,
        role: "user",
        content: hash,
        contentFormat: "blob",
        tokenCount: 0,
        model: "",
        usage: "",
        cost: null,
        metadata: "",
        native: "",
        createdAt: 0,
        updatedAt: 0,
      },
    }));
    const hashes = values.slice(1).map(({ hash }) => hash);
    const orders = await inEveryOrder(async (world) => {
      const session = await world.session();
      // The last one was left by somebody else.
      const left = new StagedBlobs(contextOf(world.store));
      await left.stage(values.slice(1));
      await left.finish();
      const write: Actor = async (store) =>
        withStagedBlobs(contextOf(store), async (blobs) => {
          await blobs.stage(values);
          const { writes, expect: expected } = await blobs.besideAppend(session, messages, {
            otherRecords: 997,
          });
          expect(writes).toHaveLength(1);
          const appended = { type: "append", session: [session], messages, exists: "fail" } as const;
          return store.commit({ tenant: "default", writes: [appended, ...writes], expect: expected });
        });
      return {
        actors: [write, async (store) => sweepBlobs(contextOf(store), { hashes })],
        look: async (endings) => {
          expectFulfilled(endings);
          await sweepBlobs(contextOf(world.store), { hashes });
          expect(await world.blobs()).toBe(3);
        },
      };
    });
    expect(orders).toBeGreaterThan(10);
  });
});

test("who slept for a day between staging and append stages again", async () => {
  const world = new World();
  const session = await world.session();
  let slept = 0;
  const { store } = world;
  const sleepy = new Throughline({
    capabilities: store.capabilities,
    kinds: store.kinds,
    now: () => store.now(),
    read: async (input, options) => store.read(input, options),
    search: async (input, options) => store.search(input, options),
    changes: async (input, options) => store.changes(input, options),
    check: async () => store.check(),
    prune: async (before) => store.prune(before),
    close: async () => store.close(),
    commit: async (batch, options) => {
      if (batch.quiet === undefined && slept < 2) {
        slept += 1;
        world.time += 2 * day;
        await sweepBlobs(contextOf(store));
      }
      return store.commit(batch, options);
    },
  });
  await sleepy.messages.append(session, [{ id: "a", role: "user", content: large }]);
  expect(slept).toBe(2);
  expect(await world.afterSweeps([{ session, id: "a" }])).toEqual(nothingLost);
});
