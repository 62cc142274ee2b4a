/** Deleted sessions are hidden with all they own; tenants never meet. */
import { messages, sessions, state } from "@throughline/core";
import { equal, refuses } from "../assertions.ts";
import { TENANT } from "../bench.ts";
import type { Bench } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems, testNotes } from "../kinds.ts";
import { append, hide, insert, insertItem, insertNote, insertSession } from "../records.ts";

export function testHiding(test: Declare): void {
  test("[R14] a deleted session is absent from gets, queries and counts, unless hidden ones are asked for", async (bench) => {
    await bench.commit(["s", "t"].map((id) => insertSession({ id, userId: "u", externalKey: id })));
    await bench.commit(hide("s", 5));
    for (const select of ["key", "plain", "all"] as const) {
      equal(await bench.get(sessions, "s", { select }), undefined);
      equal((await bench.get(sessions, "s", { select, hidden: true }))?.id, "s");
      equal((await bench.get(sessions, "t", { select }))?.id, "t");
    }
    equal(await bench.get(sessions, { unique: "external", values: ["u", "", "s"] }), undefined);
    for (const shape of ["key", "activity", "created", "user", "project", "tool", "process", "parent"]) {
      equal(
        (await bench.queryAll(sessions, shape)).map(({ id }) => id),
        ["t"],
        `sessions by ${shape}`,
      );
      equal(await bench.count(sessions, shape), 1);
      equal((await bench.query(sessions, shape, { hidden: true })).rows.length, 2);
      equal(await bench.count(sessions, shape, { hidden: true }), 2);
    }
  });

  test("[R14] what a deleted session owns is absent with it, and back when it is undeleted", async (bench) => {
    await ownedRecords(bench);
    const visible = await shownOf(bench);
    equal(visible, {
      message: "a",
      byId: "a",
      note: "n",
      slug: "n",
      list: ["a", "b"],
      count: 2,
      across: ["s/n", "t/n"],
    });
    await bench.commit(hide("s"));
    equal(await shownOf(bench), {
      message: undefined,
      byId: undefined,
      note: undefined,
      slug: undefined,
      list: [],
      count: 0,
      across: ["t/n"],
    });
    equal((await bench.get(messages, ["s", 1], { hidden: true }))?.id, "a");
    equal((await bench.query(messages, "key", { prefix: ["s"], hidden: true })).rows.length, 2);
    equal(await bench.count(messages, "key", { prefix: ["s"], hidden: true }), 2);
    await bench.commit(hide("s", 0));
    equal(await shownOf(bench), visible);
  });

  test("[R14] what a session that was never there would own is absent", async (bench) => {
    equal(await bench.get(messages, ["none", 1]), undefined);
    equal(await bench.queryAll(messages, "key", { prefix: ["none"] }), []);
    equal(await bench.count(messages, "key", { prefix: ["none"] }), 0);
  });

  test("[R14] a page across sessions goes on behind what it hides", async (bench) => {
    const writes = Array.from({ length: 10 }, (_, index) => [
      insertSession({ id: `s${index}` }),
      insertNote({ sessionId: `s${index}`, id: "n", author: "x", rank: index }),
    ]);
    for (const batch of writes) await bench.commit(batch);
    for (const index of [0, 1, 2, 5, 9]) await bench.commit(hide(`s${index}`));
    const rows = await bench.queryAll(testNotes, "author", { prefix: ["x"], limit: 2 });
    equal(
      rows.map(({ rank }) => rank),
      [3, 4, 6, 7, 8],
    );
    const keys = await bench.queryAll(testNotes, "author", { prefix: ["x"], limit: 3, select: "key" });
    equal(
      keys.map(({ sessionId }) => sessionId),
      ["s3", "s4", "s6", "s7", "s8"],
    );
  });

  test("[R14] records of sessions are counted within a session only", async (bench) => {
    await refuses(bench.count(testNotes, "author", { prefix: ["x"] }), "invalid", "shape");
    await refuses(bench.count(testNotes, "rank"), "invalid", "shape");
  });

  test("[C36] deleting a session frees its unique keys, and undeleting it needs them", async (bench) => {
    const keys = { userId: "u", toolId: "t", externalKey: "x", terminalId: "tty" };
    await bench.commit(insertSession({ id: "old", ...keys }));
    await refuses(bench.commit(insertSession({ id: "new", ...keys })), "conflict", "exists");
    await bench.commit(hide("old", 7));
    const inserted = await bench.commit(insertSession({ id: "new", ...keys }, "keep"));
    equal(inserted.results, [{ outcome: "inserted", key: ["new"], revision: 1 }]);
    await refuses(bench.commit(hide("old", 0)), "conflict", "unique");
    equal((await bench.get(sessions, "old", { hidden: true }))?.hiddenAt, 7);
    await bench.commit(hide("new", 8));
    await bench.commit(hide("old", 0));
    equal((await bench.get(sessions, { unique: "external", values: ["u", "t", "x"] }))?.id, "old");
    equal((await bench.get(sessions, { unique: "terminal", values: ["u", "tty"] }))?.id, "old");
  });

  test("[C36] a deleted session can be changed by its id", async (bench) => {
    await bench.commit(insertSession({ id: "s" }));
    await bench.commit(hide("s", 7));
    await bench.commit({ type: "update", kind: "sessions", key: ["s"], set: { title: "t" } });
    equal((await bench.commit(insertSession({ id: "s" }, "keep"))).results, [
      { outcome: "kept", key: ["s"], revision: 3 },
    ]);
    equal((await bench.get(sessions, "s", { hidden: true }))?.title, "t");
  });

  test("[C37] writes to what a deleted or missing session owns are refused", async (bench) => {
    await ownedRecords(bench);
    await bench.commit(hide("s"));
    const key = ["s", "n"];
    const slug = { unique: "slug", values: ["s", "slug"] };
    const writes = [
      insertNote({ sessionId: "s", id: "new" }),
      insertNote({ sessionId: "s", id: "n" }, "replace"),
      { type: "update", kind: "test_notes", key, set: { text: "changed" } },
      { type: "update", kind: "test_notes", key: slug, set: { text: "changed" } },
      { type: "remove", kind: "test_notes", key },
      { type: "remove", kind: "messages", key: ["s", 1] },
      insertNote({ sessionId: "none", id: "n" }),
    ] as const;
    for (const write of writes) {
      equal((await refuses(bench.commit(write), "conflict", "expectation")).outcome, "refused");
    }
    const kept = [insertSession({ id: "s" }, "keep"), insertNote({ sessionId: "s", id: "new" })];
    await refuses(bench.commit(kept), "conflict", "expectation");
    equal((await bench.get(testNotes, key, { hidden: true }))?.text, "");
    equal(
      (await bench.commit([insertSession({ id: "new" }), insertNote({ sessionId: "new", id: "n" })])).results
        .length,
      2,
    );
    // Erasing what a deleted session owned is done in bounded steps.
    const erase = {
      type: "remove-many",
      kind: "test_notes",
      shape: "rank",
      prefix: ["s"],
      limit: 10,
    } as const;
    equal((await bench.commit(erase)).results, [{ outcome: "removed", count: 1 }]);
  });

  test("[C45] a batch that keeps a deleted session removes what it owns, one by one", async (bench) => {
    await ownedRecords(bench);
    await bench.commit(hide("s", 7));
    const keep = insertSession({ id: "s" }, "keep");
    const removals = [
      { type: "remove", kind: "messages", key: ["s", 1] },
      { type: "remove", kind: "test_notes", key: ["s", "n"] },
    ] as const;
    equal(
      (await bench.commit([keep, ...removals])).results.map(({ outcome }) => outcome),
      ["kept", "removed", "removed"],
    );
    equal((await bench.get(sessions, "s", { hidden: true }))?.hiddenAt, 7);
    equal((await bench.get(messages, ["s", 1], { hidden: true }))?.content, "");
    equal(await bench.get(testNotes, ["s", "n"], { hidden: true }), undefined);
    await refuses(bench.commit([keep, insertNote({ sessionId: "s", id: "n" })]), "conflict", "expectation");
    const gone = insertSession({ id: "none" }, "keep");
    await bench.commit(gone);
    await bench.commit({ type: "remove", kind: "sessions", key: ["none"] });
    await refuses(
      bench.commit([gone, { type: "remove", kind: "messages", key: ["none", 1] }]),
      "conflict",
      "removed",
    );
  });

  test("[R15] the same ids in two tenants never meet", async (bench) => {
    const tenants = [TENANT, "tenant-b", "TENANT-A", "tenant-a "];
    for (const [index, tenant] of tenants.entries()) {
      const operation = { id: "op", fingerprint: tenant };
      const first = await bench.commit(
        [
          insertSession({ id: "s", userId: "u", externalKey: "x", title: tenant }),
          append("s", ["a", "b"].slice(0, 1 + (index % 2))),
          insertItem({ id: "i", code: "c", rank: index }),
          insertNote({ sessionId: "s", id: "n", author: "x" }),
          insert(state, { scope: "x", collection: "y", key: "z", value: JSON.stringify(tenant) }),
        ],
        {
          tenant,
          operation,
          expect: [{ type: "absent", kind: "test_items", key: { unique: "code", values: ["c"] } }],
        },
      );
      equal(first.replayed, false);
    }
    for (const [index, tenant] of tenants.entries()) {
      equal((await bench.get(sessions, "s", { tenant }))?.title, tenant);
      equal((await bench.get(testItems, { unique: "code", values: ["c"] }, { tenant }))?.rank, index);
      equal((await bench.queryAll(messages, "key", { prefix: ["s"] }, tenant)).length, 1 + (index % 2));
      equal(
        (await bench.queryAll(sessions, "activity", {}, tenant)).map(({ title }) => title),
        [tenant],
      );
      equal(await bench.count(testItems, "key", {}, tenant), 1);
      equal((await bench.queryAll(testNotes, "author", {}, tenant)).length, 1);
      equal((await bench.feed({ tenant })).length, 1);
    }
    await bench.commit(
      [
        hide("s"),
        { type: "remove-many", kind: "test_items", shape: "key", prefix: [], limit: 500 },
        { type: "remove", kind: "state", key: ["x", "y", "z"] },
      ],
      { tenant: "tenant-b" },
    );
    equal((await bench.get(sessions, "s"))?.hiddenAt, 0);
    equal((await bench.get(testItems, "i"))?.rank, 0);
    equal((await bench.get(state, ["x", "y", "z"]))?.value, JSON.stringify(TENANT));
    equal((await bench.feed()).length, 1);
    equal(await bench.get(testItems, "i", { tenant: "nobody" }), undefined);
    equal((await bench.store.read({ tenant: "nobody", requests: [] })).answers, []);
  });

  test("[R15] a tenant is a text that is not empty, of at most 255 bytes", async (bench) => {
    const tenant = "é".repeat(127);
    await bench.commit(insertItem({ id: "i" }), { tenant });
    equal((await bench.get(testItems, "i", { tenant }))?.id, "i");
    for (const wrong of ["", 1 as unknown as string, undefined as unknown as string]) {
      await refuses(bench.store.commit({ tenant: wrong, writes: [] }), "invalid", "tenant");
      await refuses(bench.store.read({ tenant: wrong, requests: [] }), "invalid", "tenant");
      await refuses(bench.store.changes({ tenant: wrong, limit: 1 }), "invalid", "tenant");
    }
    await refuses(bench.commit([], { tenant: "é".repeat(128) }), "invalid", "too_long");
    await refuses(bench.commit([], { tenant: "\0" }), "invalid", "text");
    await refuses(bench.commit([], { tenant: "\udc00" }), "invalid", "text");
  });
}

async function ownedRecords(bench: Bench): Promise<void> {
  for (const id of ["s", "t"]) {
    await bench.commit([
      insertSession({ id }),
      append(id, ["a", "b"]),
      insertNote({ sessionId: id, id: "n", slug: "slug", author: "x" }),
    ]);
  }
}

async function shownOf(bench: Bench): Promise<Record<string, unknown>> {
  const across = await bench.queryAll(testNotes, "author", { prefix: ["x"] });
  return {
    message: (await bench.get(messages, ["s", 1]))?.id,
    byId: (await bench.get(messages, { unique: "id", values: ["s", "a"] }, { select: "key" })) && "a",
    note: (await bench.get(testNotes, ["s", "n"]))?.id,
    slug: (await bench.get(testNotes, { unique: "slug", values: ["s", "slug"] }))?.id,
    list: (await bench.queryAll(messages, "key", { prefix: ["s"] })).map(({ id }) => id),
    count: await bench.count(messages, "key", { prefix: ["s"] }),
    across: across.map(({ sessionId, id }) => `${String(sessionId)}/${String(id)}`),
  };
}
