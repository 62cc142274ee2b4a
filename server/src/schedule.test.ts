import { type GuardedStore, SYSTEM_TENANT, type Store, Throughline, guardStore } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { expect, test, vi } from "vitest";
import { type Failure, type Schedule, type ScheduleOptions, scheduleCleanUp } from "@throughline/server";

const day = 24 * 60 * 60 * 1_000;
const soon = { intervalMs: 1, firstAfterMs: 0, tenants: async () => [] } as const;
const retention = { trashDays: 1 };

class Clock {
  time = Date.UTC(2026, 0, 2);
  readonly read = (): number => this.time++;
}

function open(store: Store, clock: Clock, tenant = "default"): Throughline {
  return new Throughline(guardStore(store, { clock: clock.read }), { tenant, retention });
}

/** A session that is due to be erased. */
async function createDue(throughline: Throughline, clock: Clock): Promise<string> {
  const { id } = await throughline.sessions.create();
  await throughline.sessions.delete(id);
  clock.time += 2 * day;
  return id;
}

async function run(options: ScheduleOptions, until: () => unknown): Promise<void> {
  const schedule = scheduleCleanUp(options);
  await vi.waitFor(until, { timeout: 10_000 });
  await schedule.stop();
}

test("cleans up for its own tenant and the others, again and again", async () => {
  const clock = new Clock();
  const throughline = open(memoryStore(), clock);
  const other = throughline.withTenant("other");
  const due = [await createDue(throughline, clock), await createDue(other, clock)];
  const done: string[] = [];
  const later = async (): Promise<void> => {
    if (done.length === 2) due.push(await createDue(other, clock));
  };
  await run(
    {
      ...soon,
      throughline,
      tenants: async () => {
        await later();
        return ["other", "other", "default"];
      },
      onReport: (tenant, { sessions }) => {
        for (const { id, action } of sessions) done.push(`${tenant} ${action} ${due.indexOf(id)}`);
      },
    },
    () => expect(done).toHaveLength(3),
  );
  expect(done).toEqual(["other erase 1", "default erase 0", "other erase 2"]);
  await expect(throughline.sessions.receipt(due[0] ?? "")).resolves.toMatchObject({ erased: true });
});

test("of several processes one at a time cleans up, and a killed one keeps the others away for a while only", async () => {
  const clock = new Clock();
  const store = memoryStore();
  const throughline = open(store, clock);
  let running = 0;
  let most = 0;
  let runs = 0;
  const slow = async (): Promise<readonly string[]> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
    runs += 1;
    return [];
  };
  const schedules = Array.from({ length: 4 }, (): Schedule =>
    scheduleCleanUp({ ...soon, throughline: open(store, clock), tenants: slow }),
  );
  await vi.waitFor(() => expect(runs).toBeGreaterThan(8), { timeout: 10_000 });
  await Promise.all(schedules.map((schedule) => schedule.stop()));
  expect(most).toBe(1);
  // One that was killed has left its lease behind.
  const { time } = clock;
  await leaveLease(throughline.store, time + 600_000);
  const before = runs;
  const waiting = scheduleCleanUp({ ...soon, throughline, tenants: slow });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(runs).toBe(before);
  clock.time = time + 600_001;
  await vi.waitFor(() => expect(runs).toBeGreaterThan(before), { timeout: 10_000 });
  await waiting.stop();
});

async function leaveLease(store: GuardedStore, expiresAt: number): Promise<void> {
  const record = {
    scope: "leases",
    collection: "gc",
    key: "clean-up",
    value: "{}",
    metadata: "",
    count: 0,
    updatedAt: 0,
    expiresAt,
  };
  const write = { type: "insert", kind: "state", record, exists: "replace" } as const;
  await store.commit({ tenant: SYSTEM_TENANT, writes: [write] });
}

test("tells of failures, and goes on", async () => {
  const clock = new Clock();
  const throughline = open(memoryStore(), clock);
  const failures: Failure[] = [];
  let asked = 0;
  await run(
    {
      ...soon,
      throughline,
      tenants: async () => {
        asked += 1;
        if (asked % 2 === 1) throw new Error("no tenants");
        return [];
      },
      onFailure: (failure) => failures.push(failure),
    },
    () => expect(asked).toBeGreaterThan(3),
  );
  expect(failures.length).toBeGreaterThan(1);
  expect(failures[0]).toMatchObject({ method: "GC", error: new Error("no tenants") });
});

test("stops between two steps", async () => {
  const clock = new Clock();
  const throughline = open(memoryStore(), clock);
  const due = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const { id } = await throughline.sessions.create();
      await throughline.sessions.delete(id);
      return id;
    }),
  );
  clock.time += 2 * day;
  const failures: Failure[] = [];
  const schedule = scheduleCleanUp({ ...soon, throughline, onFailure: (failure) => failures.push(failure) });
  const erased = (): Promise<number> =>
    Promise.all(
      due.map((id) =>
        throughline.sessions.receipt(id).then(
          () => 1,
          () => 0,
        ),
      ),
    ).then((all) => all.reduce<number>((sum, one) => sum + one, 0));
  await vi.waitFor(async () => expect(await erased()).toBeGreaterThan(0), { interval: 0, timeout: 10_000 });
  await schedule.stop();
  const stopped = await erased();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await erased()).toBe(stopped);
  expect(failures).toEqual([]);
});
