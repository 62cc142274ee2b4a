/** The feed: order, completeness, cursors, starting over. */
import type { FeedEntry, Write } from "@throughline/core";
import { messages, parseFeedCursor, sessions } from "@throughline/core";
import { equal, holds, refuses } from "../assertions.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems, testLeases, testNotes } from "../kinds.ts";
import { nextTurn, runBeside } from "../run-beside.ts";
import { append, hide, insertItem, insertLease, insertNote, insertSession, message } from "../records.ts";

export function testFeed(test: Declare): void {
  test("[F1] each batch that changes something is one entry, at its position", async (bench) => {
    const positions: number[] = [];
    for (const id of ["a", "b", "c"]) {
      bench.clock.advance(10);
      positions.push((await bench.commit([insertItem({ id }), insertItem({ id: `${id}2` })])).position);
    }
    const entries = await bench.feed();
    equal(
      entries.map(({ position }) => position),
      positions,
    );
    equal(
      entries.map(({ at }) => at),
      [20, 10, 0].map((before) => bench.clock.now - before),
    );
    equal(entries[1]?.changes, [
      { kind: "test_items", change: "insert", key: ["b"], session: "" },
      { kind: "test_items", change: "insert", key: ["b2"], session: "" },
    ]);
  });

  test("[F2] an entry says what happened to which keys, and whose session it was", async (bench) => {
    await bench.commit([insertSession({ id: "s", userId: "u" }), append("s", ["a", "b"])]);
    await bench.commit([append("s", ["c", message("d", {}, 1)]), insertNote({ sessionId: "s", id: "n" })]);
    await bench.commit([
      { type: "update", kind: "sessions", key: ["s"], set: { title: "t" } },
      append("s", ["e"]),
    ]);
    await bench.commit({ type: "remove", kind: "messages", key: ["s", 2] });
    await bench.commit(append("s", [message("a", { content: "new" })], { exists: "replace" }));
    await bench.commit([{ type: "remove", kind: "test_notes", key: ["s", "n"] }, insertItem({ id: "i" })]);
    await bench.commit(hide("s"));
    const entries = await bench.feed();
    equal(
      entries.map(({ changes }) => changes.map((change) => Object.values(change).join(" "))),
      [
        ["sessions insert s s", "messages append s,1 s 2"],
        ["test_notes insert s,n s", "messages append s,3 s 2"],
        ["sessions update s s", "messages append s,5 s 1"],
        ["messages remove s,2 s", "sessions update s s"],
        ["messages update s,1 s"],
        ["test_notes remove s,n s", "test_items insert i "],
        ["sessions update s s"],
      ],
    );
    equal(
      entries.map(({ user }) => user),
      ["u", "u", "u", "u", "u", "", "u"],
    );
  });

  test("[F2] an entry holds no content", async (bench) => {
    const secret = "secret-4711";
    await bench.commit([
      insertSession({ id: "s", title: secret }),
      append("s", [message("a", { content: secret })]),
    ]);
    await bench.commit([
      append("s", [message("a", { content: `${secret} new` })], { exists: "replace" }),
      insertItem({ id: "i", title: secret, metadata: JSON.stringify(secret) }),
    ]);
    holds(!JSON.stringify(await bench.feed()).includes("4711"), "the feed holds what a message says");
  });

  test("[F3] the feed names every key that changed: replayed, it gives the keys that are there", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), insertSession({ id: "t" })]);
    for (let round = 0; round < 30; round += 1) await bench.commit(mixedWrites(round));
    const { keys, count } = replay(await bench.feed());
    for (const kind of [testItems, testNotes, sessions]) {
      const rows = await bench.queryAll(kind, "key", { hidden: true });
      equal(
        keys(kind.name),
        rows.map((row) => kind.key.map((field) => row[field]).join("/")).toSorted(),
        kind.name,
      );
    }
    for (const session of ["s", "t"]) {
      const rows = await bench.queryAll(messages, "key", { prefix: [session] });
      equal(count(session), rows.length, `the messages of ${session}`);
    }
  });

  test("[F3] a record that ended and made way for another is named", async (bench) => {
    await bench.commit(insertLease({ scope: "x", name: "old", holder: "h", expiresAt: bench.clock.now + 1 }));
    bench.clock.advance(1);
    await bench.commit(insertLease({ scope: "x", name: "new", holder: "h" }));
    equal(replay(await bench.feed()).keys("test_leases"), ["x/new"]);
    equal(
      (await bench.queryAll(testLeases, "key")).map(({ name }) => name),
      ["new"],
    );
  });

  test("[F4] `where` lets through what changed in a session, in a kind, or of a user", async (bench) => {
    await bench.commit([insertSession({ id: "s", userId: "u" }), insertSession({ id: "t", userId: "v" })]);
    await bench.commit(append("s", ["a"]));
    await bench.commit(append("t", ["a"]));
    await bench.commit(insertNote({ sessionId: "s", id: "n" }));
    await bench.commit(insertItem({ id: "i" }));
    const all = (await bench.feed()).map(({ position }) => position);
    const through = async (where: Parameters<typeof bench.feed>[0]): Promise<number[]> =>
      (await bench.feed(where)).map(({ position }) => all.indexOf(position));
    equal(await through({ where: { session: "s" } }), [0, 1, 3]);
    equal(await through({ where: { user: "v" } }), [2]);
    equal(await through({ where: { kinds: ["messages"] } }), [1, 2]);
    equal(await through({ where: { kinds: ["messages", "test_items"] } }), [1, 2, 4]);
    equal(await through({ where: { session: "s", kinds: ["test_notes", "test_items"] } }), [3]);
    equal(await through({ where: { session: "s", user: "v" } }), []);
    equal(await through({ where: { kinds: [] } }), []);
  });

  test("[F5] pages of the feed go on from their cursor, which moves on also where nothing fits", async (bench) => {
    for (let index = 0; index < 7; index += 1) await bench.commit(insertItem({ id: `i${index}` }));
    const all = await bench.feed();
    const first = await bench.changes({ limit: 3 });
    equal(
      { entries: first.entries, more: first.more, startOver: first.startOver },
      { entries: all.slice(0, 3), more: true, startOver: false },
    );
    const second = await bench.changes({ limit: 4, since: first.cursor });
    equal({ entries: second.entries, more: second.more }, { entries: all.slice(3), more: false });
    const nothing = await bench.changes({ since: second.cursor });
    equal(
      { entries: nothing.entries, more: nothing.more, startOver: nothing.startOver },
      { entries: [], more: false, startOver: false },
    );
    const none = await bench.changes({ where: { kinds: ["none"] } });
    equal({ entries: none.entries, more: none.more }, { entries: [], more: false });
    equal(parseFeedCursor(none.cursor), parseFeedCursor(second.cursor), "the cursor");
    await bench.commit(insertItem({ id: "last" }));
    equal((await bench.feed({ since: none.cursor })).length, 1);
    const some = await bench.changes({ where: { kinds: ["test_items"] }, limit: 1, since: first.cursor });
    equal(
      { position: some.entries[0]?.position, more: some.more },
      { position: all[3]?.position, more: true },
    );
  });

  test("[F5] the first cursor of an empty feed is good", async (bench) => {
    const empty = await bench.changes();
    equal(
      { entries: empty.entries, more: empty.more, startOver: empty.startOver },
      { entries: [], more: false, startOver: false },
    );
    await bench.commit(insertItem({ id: "i" }));
    equal((await bench.feed({ since: empty.cursor })).length, 1);
  });

  test("[F6] once a position was read, nothing at or below it appears later", async (bench) => {
    const seen: number[] = [];
    const written: number[] = [];
    let since: string | undefined;
    const write = async (): Promise<void> => {
      for (let round = 0; round < 10; round += 1) {
        const ids = [0, 1, 2, 3].map((index) => `i${round}-${index}`);
        const results = await Promise.all(ids.map((id) => bench.commit(insertItem({ id }))));
        written.push(...results.map(({ position }) => position));
        await nextTurn();
      }
    };
    await runBeside(write, async () => {
      let page;
      do {
        page = await bench.changes(since === undefined ? { limit: 3 } : { since, limit: 3 });
        seen.push(...page.entries.map(({ position }) => position));
        since = page.cursor;
      } while (page.more);
    });
    equal(
      seen,
      written.toSorted((left, right) => left - right),
    );
    equal(
      seen,
      (await bench.feed()).map(({ position }) => position),
    );
  });

  test("[F7] batches that change nothing leave no entry", async (bench) => {
    await bench.commit([insertSession({ id: "s" }), append("s", ["a"]), insertItem({ id: "i" })]);
    const before = await bench.feed();
    await bench.commit([
      insertItem({ id: "i" }, "keep"),
      { type: "remove", kind: "test_items", key: ["none"] },
    ]);
    await bench.commit(append("s", ["a"]));
    await bench.commit([], { operation: { id: "op", fingerprint: "" } });
    await refuses(bench.commit(insertItem({ id: "i" })), "conflict", "exists");
    await bench.commit(
      { type: "update", kind: "test_items", key: ["i"], increment: { hits: 1 } },
      { quiet: { durable: false } },
    );
    equal(await bench.feed(), before);
  });

  test("[F8] a cursor older than what is kept starts over", async (bench) => {
    const empty = await bench.changes();
    await bench.commit(insertItem({ id: "a" }));
    const first = await bench.changes();
    await bench.commit(insertItem({ id: "b" }));
    bench.clock.advance(1_000);
    const { position } = await bench.commit(insertItem({ id: "c" }));
    await bench.store.prune({ changes: bench.clock.now, operations: 0 });
    equal(
      (await bench.feed()).map((entry) => entry.position),
      [position],
    );
    for (const cursor of [empty.cursor, first.cursor]) {
      const page = await bench.changes({ since: cursor });
      equal(
        { entries: page.entries, startOver: page.startOver, more: page.more },
        { entries: [], startOver: true, more: false },
      );
      equal(await bench.feed({ since: page.cursor }), []);
      await bench.commit(insertItem({ id: `after-${cursor}` }));
      equal((await bench.feed({ since: page.cursor })).length, 1);
    }
  });

  test("[F8] positions go on after all of the feed was pruned", async (bench) => {
    const { position } = await bench.commit(insertItem({ id: "a" }));
    const { cursor } = await bench.changes();
    bench.clock.advance(1_000);
    await bench.store.prune({ changes: bench.clock.now, operations: bench.clock.now });
    const still = await bench.changes({ since: cursor });
    equal({ entries: still.entries, startOver: still.startOver }, { entries: [], startOver: false });
    const next = await bench.commit(insertItem({ id: "b" }));
    holds(next.position > position, "a position was given again");
    equal(
      (await bench.feed({ since: cursor })).map((entry) => entry.position),
      [next.position],
    );
  });

  test("[F9] a cursor that this store can't have given starts over", async (bench) => {
    await bench.commit(insertItem({ id: "a" }));
    const { cursor } = await bench.changes();
    const { incarnation, position } = parseFeedCursor(cursor);
    const foreign = [
      `${incarnation}x.${position}`,
      `other.${position}`,
      `${incarnation}.${position + 1_000}`,
    ];
    for (const since of foreign) {
      const page = await bench.changes({ since });
      equal(
        { entries: page.entries, cursor: page.cursor, startOver: page.startOver },
        { entries: [], cursor, startOver: true },
      );
    }
  });

  test("[F10] a malformed cursor is refused", async (bench) => {
    await bench.commit(insertItem({ id: "a" }));
    const malformed = [
      "",
      ".",
      "a",
      "a.",
      ".1",
      "a.b",
      "a.-1",
      "a.1.5",
      "a.1 ",
      "é.1",
      `a.${"9".repeat(20)}`,
    ];
    for (const since of malformed) await refuses(bench.changes({ since }), "invalid", "cursor");
    for (const limit of [0, -1, 1.5, 1_001]) await refuses(bench.changes({ limit }), "invalid", "limit");
  });

  test(
    "[F11, M5] cursors and positions go on after the store was opened again",
    async (bench) => {
      await bench.commit(insertItem({ id: "a" }));
      const { cursor, entries } = await bench.changes();
      const { position } = await bench.commit(insertItem({ id: "b" }));
      await bench.reopen();
      equal(
        (await bench.feed({ since: cursor })).map((entry) => entry.position),
        [position],
      );
      equal((await bench.feed()).slice(0, 1), entries);
      const next = await bench.commit(insertItem({ id: "c" }));
      holds(next.position > position, "a position was given again");
      equal(
        (await bench.feed({ since: cursor })).map((entry) => entry.position),
        [position, next.position],
      );
    },
    { needs: "reopen" },
  );
}

function mixedWrites(round: number): Write[] {
  const session = round % 3 === 0 ? "s" : "t";
  const id = `i${round % 7}`;
  const write: Write[] = [
    insertItem({ id, rank: round }, round % 2 === 0 ? "replace" : { increment: { rank: 1 } }),
    append(session, [`m${round}`, `x${round % 5}`], { exists: "keep" }),
    insertNote({ sessionId: session, id: `n${round % 4}`, author: "x" }, "keep"),
  ];
  if (round % 4 === 3) write[0] = { type: "remove", kind: "test_items", key: [id] };
  if (round % 6 === 5) {
    write[2] = { type: "remove-many", kind: "test_notes", shape: "rank", prefix: [session], limit: 2 };
  }
  if (round % 9 === 8)
    write.push({ type: "update", kind: "sessions", key: [session], set: { title: `${round}` } });
  return write;
}

interface Replayed {
  keys(kind: string): string[];
  count(session: string): number;
}

/** The keys that are there, by the feed alone. Fails where an entry does not fit those before it. */
function replay(entries: readonly FeedEntry[]): Replayed {
  const keys = new Map<string, Set<string>>();
  const lengths = new Map<string, number>();
  for (const { kind, change, key, session, count = 0 } of entries.flatMap(({ changes }) => changes)) {
    const there = keys.get(kind) ?? new Set();
    keys.set(kind, there);
    const name = key.join("/");
    if (change === "append") {
      equal(key, [session, (lengths.get(session) ?? 0) + 1], "where an append begins");
      lengths.set(session, (lengths.get(session) ?? 0) + count);
    } else if (change === "remove" && kind !== "messages") {
      holds(there.delete(name), `${kind} ${name} was removed, but had not come`);
    } else if (change === "insert") {
      holds(!there.has(name), `${kind} ${name} came twice`);
      there.add(name);
    } else if (change === "update" && kind !== "messages") {
      holds(there.has(name), `${kind} ${name} was changed, but had not come`);
    }
  }
  return {
    keys: (kind) => [...(keys.get(kind) ?? [])].toSorted(),
    count: (session) => lengths.get(session) ?? 0,
  };
}
