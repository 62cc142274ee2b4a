/** Events through the interface of requests and responses, on every store that needs no server. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GuardedStore, Store } from "@throughline/core";
import { memoryStore } from "@throughline/store-memory";
import { sqliteStore } from "@throughline/store-sqlite";
import { array, assert, asyncProperty, integer, record } from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { EventReader } from "../test/event-reader.ts";
import { follow, openStreams, placeOf, say } from "../test/follow-events.ts";
import { type TestServer, testServer } from "../test/test-server.ts";

async function openSqlite(): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), "throughline-events-"));
  const store = await sqliteStore({ path: join(folder, "a.db") });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return store;
}

const stores: Readonly<Record<string, () => Promise<Store>>> = {
  memory: async () => memoryStore(),
  SQLite: openSqlite,
};

describe.each(Object.entries(stores))("over %s", (_, open) => {
  async function start(options: Parameters<typeof testServer>[0] = {}): Promise<TestServer> {
    return testServer(options, await open());
  }

  test("an event for each commit from now on, without content", async () => {
    const { server, throughline, newSession } = await start();
    const id = await newSession({ user_id: "ada" });
    const reader = await follow(server);
    await say(throughline, id, "a secret word");
    const event = await reader.next();
    expect(event).toMatchObject({
      event: "change",
      data: {
        user_id: "ada",
        changes: [{ kind: "messages", change: "append", key: [id, 1], session_id: id, count: 1 }],
      },
    });
    expect(event?.data.at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(event?.id.endsWith(`.${String(event.data.position)}`)).toBe(true);
    expect(JSON.stringify(event)).not.toContain("secret");
    await throughline.sessions.delete(id);
    expect((await reader.next())?.data.changes).toMatchObject([{ kind: "sessions", change: "update" }]);
  });

  test("goes on after an id, in the header or in the URL, however much was missed", async () => {
    const { server, throughline, newSession } = await start();
    const id = await newSession();
    const reader = await follow(server);
    for (let count = 0; count < 450; count += 1) await say(throughline, id);
    const all = await reader.take(450);
    const middle = String(all[100]?.id);
    const missed = all.slice(101).map((event) => event.id);
    const byHeader = await follow(server, "?last_event_id=nonsense.0", { "last-event-id": middle });
    expect((await byHeader.take(missed.length)).map((event) => event.id)).toEqual(missed);
    const byUrl = await follow(server, `?last_event_id=${middle}`);
    expect((await byUrl.take(missed.length)).map((event) => event.id)).toEqual(missed);
    await say(throughline, id);
    const next = await Promise.all([reader, byHeader, byUrl].map((each) => each.next()));
    expect(new Set(next.map((event) => event?.data.position)).size).toBe(1);
  });

  test("lets through what the filters want, live and from the past", async () => {
    const { server, throughline, newSession } = await start();
    const mine = await newSession({ user_id: "ada" });
    const other = await newSession({ user_id: "bob" });
    const opening = await follow(server);
    await say(throughline, other);
    const since = String((await opening.next())?.id);
    const queries = [
      `?session_id=${mine}`,
      "?user_id=ada",
      "?kind=messages",
      "?kind=branches&kind=sessions",
      "?user_id=ada&kind=messages",
    ];
    const live = await Promise.all(queries.map((query) => follow(server, query)));
    const past = (): Promise<EventReader[]> =>
      Promise.all(queries.map((query) => follow(server, `${query}&last_event_id=${since}`)));
    await say(throughline, mine);
    await say(throughline, other);
    await throughline.sessions.update(mine, { title: "Renamed" });
    await throughline.sessions.update(other, { title: "Renamed" });
    // The last one is what all want, so that nobody waits for ever.
    await throughline.store.commit({
      tenant: throughline.tenant,
      writes: [
        { type: "update", kind: "sessions", key: [mine], set: { title: "Last" } },
        {
          type: "append",
          session: [mine],
          exists: "fail",
          messages: [{ record: message("last") }],
        },
      ],
    });
    const wanted = [
      [mine, mine, mine],
      [mine, mine, mine],
      [mine, other, mine],
      [mine, other, mine],
      [mine, mine],
    ];
    for (const readersOfAll of [live, await past()]) {
      for (const [index, reader] of readersOfAll.entries()) {
        const events = await reader.take(wanted[index]?.length ?? 0);
        expect(
          events.map(({ data }) => data.changes?.[0]?.session_id),
          queries[index],
        ).toEqual(wanted[index]);
      }
    }
  });

  test("starts over where the past was forgotten, or is another store's", async () => {
    const { server, throughline, newSession } = await start();
    const id = await newSession();
    const reader = await follow(server);
    await say(throughline, id);
    const forgotten = String((await reader.next())?.id);
    await say(throughline, id);
    await reader.next();
    await throughline.store.prune({ changes: throughline.store.now() + 1, operations: 0 });
    for (const since of [forgotten, "elsewhere.1", `${forgotten.split(".")[0]}.999999`]) {
      const late = await follow(server, `?last_event_id=${since}`);
      const event = await late.next();
      expect(event?.event, since).toBe("start-over");
      await say(throughline, id);
      expect(await late.next()).toMatchObject({ event: "change" });
      // The place to go on from is a good one.
      const again = await follow(server, `?last_event_id=${event?.id}`);
      expect(await again.next()).toMatchObject({ event: "change" });
    }
  });

  test("tenants see their own changes only, also with another's place", async () => {
    const callers: Readonly<Record<string, string>> = { a: "one", b: "two" };
    const { server, throughline } = await start({
      authenticate: ({ headers }) => ({
        tenant: callers[headers.get("x-who") ?? ""] ?? "none",
        role: "reader",
      }),
    });
    const [one, two] = [throughline.withTenant("one"), throughline.withTenant("two")];
    const first = await follow(server, "", { "x-who": "a" });
    const mine = await one.sessions.create({});
    const place = String((await first.next())?.id);
    const second = await follow(server, `?last_event_id=${place}`, { "x-who": "b" });
    await one.sessions.create({});
    // The place may be one that the other tenant has reached, too: then it goes on after that.
    await two.sessions.create({});
    const theirs = await two.sessions.create({});
    const seen: unknown[] = [];
    for (;;) {
      const event = await second.next();
      seen.push(event?.data.changes?.[0]?.session_id);
      if (seen.at(-1) === theirs.id) break;
    }
    expect(seen).not.toContain(mine.id);
    await one.sessions.create({});
    for (const { data } of await first.take(2)) expect(seen).not.toContain(data.changes?.[0]?.session_id);
  });

  test("over random disconnects everything comes once, in order, while others write", async () => {
    const { server, throughline, newSession } = await start({ events: { pollMs: 5 } });
    const id = await newSession();
    const pauses = answerLate(throughline.store);
    await assert(
      asyncProperty(
        record({
          writes: integer({ min: 1, max: 60 }),
          stays: array(integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }),
          late: array(integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 30 }),
        }),
        async ({ writes, stays, late }) => {
          pauses.splice(0, pauses.length, ...late);
          const place = await placeOf(throughline);
          const watch = await follow(server);
          const writing = (async () => {
            for (let count = 0; count < writes; count += 1) {
              await say(throughline, id);
              await sleep(late[count % late.length] ?? 0);
            }
          })();
          const received: unknown[] = [];
          let last = place;
          for (let visit = 0; received.length < writes; visit += 1) {
            const reader = await follow(server, "", { "last-event-id": last });
            const stay = Math.min(stays[visit % stays.length] ?? 1, writes - received.length);
            for (const { data } of await reader.take(stay)) received.push(data.position);
            last = reader.lastId;
            await reader.cancel();
          }
          await writing;
          expect(received).toEqual((await watch.take(writes)).map(({ data }) => data.position));
          await watch.cancel();
        },
      ),
      { numRuns: 25 },
    );
    expect(await openStreams(server)).toEqual([0, 0]);
  });
});

/**
 * Makes the feed's answers come as late as the milliseconds say that are in the list, in turn: what a store read is
 * known to its caller after others have read on.
 */
function answerLate(store: GuardedStore): number[] {
  const pauses: number[] = [];
  const changes = store.changes.bind(store);
  let count = 0;
  store.changes = async (...given) => {
    const answer = await changes(...given);
    count += 1;
    await sleep(pauses[count % pauses.length] ?? 0);
    return answer;
  };
  return pauses;
}

function message(id: string) {
  return {
    id,
    role: "user",
    content: "Hello",
    contentFormat: "",
    tokenCount: 0,
    model: "",
    usage: "",
    cost: null,
    metadata: "",
    native: "",
    createdAt: 1,
    updatedAt: 1,
  };
}
