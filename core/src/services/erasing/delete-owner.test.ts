import { describe, expect, test } from "vitest";
import type { GuardedStore } from "../../contract/store.ts";
import { Throughline } from "../throughline.ts";
import { afterNextCommit, beforeNextCommit, storeNames, useServices } from "../test/use-services.ts";
import type { OwnerReceipt } from "./owner-job.ts";
import { Died, dieAfter } from "./test/die-after.ts";
import { tracesOf } from "./test/traces-of.ts";

const large = "x".repeat(100_000);

/** A project and a user with something of everything that they can own; others know them by `name`. */
async function fill(tl: Throughline, name: string): Promise<{ readonly sessions: readonly string[] }> {
  const sessions: string[] = [];
  for (const index of [1, 2, 3]) {
    const { id } = await tl.sessions.create({ project: name, user: name, title: `${name} ${index}` });
    await tl.messages.append(id, [
      { id: "m", role: "user", content: `hello of ${name}` },
      { role: "tool", content: `${name} ${large}` },
    ]);
    await tl.context.record(id, {
      files: [{ path: `${name}.ts`, kind: "EDIT" }],
      decisions: [{ decision: `${name} it is` }],
    });
    await tl.memories.set({ session: id, key: "k", value: `${name} ${index}` });
    sessions.push(id);
  }
  for (const owner of [{ project: name }, { user: name }]) {
    await tl.memories.set({ ...owner, key: "k", value: `${name} first` });
    await tl.memories.set({ ...owner, key: "k", value: `${JSON.stringify(owner)} ${large} second` });
    await tl.memories.set({ ...owner, key: "ended", value: `${name} ended`, ttlSeconds: 1 });
  }
  await tl.workingMemory.update({ user: name }, { mood: `${name} is well`, a: 1 });
  await tl.commands.record({ user: name, command: `/${name}` });
  return { sessions };
}

/** The services above a store in which something happens before each step of a deletion. */
function beforeCommits(store: GuardedStore, happen: () => Promise<unknown>): Throughline {
  const commit: GuardedStore["commit"] = async (batch, options) => {
    if (JSON.stringify(batch.writes).includes('"erasing","projects"')) await happen();
    return store.commit(batch, options);
  };
  return new Throughline(
    new Proxy(store, {
      get(target, verb) {
        const value: unknown = verb === "commit" ? commit : Reflect.get(target, verb);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    }),
  );
}

const ofSessions = {
  sessions: 3,
  messages: 6,
  context_entries: 3,
  session_contexts: 3,
  resource_access_logs: 3,
  session_resources: 3,
};
const ofMemories = { project_memories: 1, memory_versions: 2 };

describe.each(storeNames)("deleting an owner on %s", (name) => {
  const services = useServices(name);
  /** Later than any time to live of these tests. */
  const wait = (): number => (services.time += 10_000);

  test("a project goes with all of it, and the receipt says exactly what", async () => {
    const { tl, store } = services;
    await fill(tl, "quokka");
    const { sessions } = await fill(tl, "other");
    const before = [...(await tracesOf(store, "other"))];
    wait();
    const receipt = await tl.projects.delete("quokka", { erase: true });
    expect(receipt).toMatchObject({
      projectId: "quokka",
      userId: null,
      erased: true,
      eraseAfter: null,
      hidden: {},
      sharedWith: [],
      forksWithLostHistory: [],
      stays: [],
    });
    expect(receipt.removed).toEqual({
      ...ofSessions,
      project_memories: 3 + 1,
      memory_versions: 3 + 2,
      blob_references: 3 + 1,
      blobs: 2,
      resources: 1,
      projects: 1,
    });
    expect(receipt.bytes).toBeGreaterThan(200_000);
    expect(await tl.projects.receipt("quokka")).toEqual(receipt);
    // The same call again answers the same, until there is something again.
    expect(await tl.projects.delete("quokka", { erase: true })).toEqual(receipt);
    expect(await tl.projects.delete("quokka")).toEqual(receipt);
    await expect(tl.projects.get("quokka")).rejects.toMatchObject({ reason: "project" });
    await expect(tl.projects.delete("none")).rejects.toMatchObject({ reason: "project" });
    // The user of that name has all that is the user's.
    expect(await tl.users.delete("quokka", { erase: true })).toMatchObject({
      userId: "quokka",
      removed: { ...ofMemories, blob_references: 1, blobs: 1, working_memories: 2, command_usage: 1 },
    });
    expect(new Set(await tracesOf(store, "quokka"))).toEqual(
      new Set(["state receipts/projects", "state receipts/users"]),
    );
    await expect(tl.users.delete("nobody")).rejects.toMatchObject({ code: "not_found", reason: "user" });
    await expect(tl.users.receipt("nobody")).rejects.toMatchObject({ reason: "receipt" });
    // Others have what they had, but for what had ended.
    expect(before.filter((kind) => !kind.includes("memor"))).toEqual(
      (await tracesOf(store, "other")).filter((kind) => !kind.includes("memor")),
    );
    for (const id of sessions) expect(await tl.sessions.get(id)).toMatchObject({ messageCount: 2 });
    await tl.memories.set({ project: "quokka", key: "k", value: "again" });
    expect(await tl.projects.delete("quokka")).toMatchObject({
      erased: false,
      removed: { project_memories: 1, memory_versions: 1, projects: 1 },
    });
  });

  test("a project goes with whatever its sessions can carry", async () => {
    const { tl, store } = services;
    const value = `quokka ${large}`;
    for (const path of ["quokka/a.ts", "quokka/b.ts"]) {
      const { id } = await tl.sessions.create({ project: "quokka", title: "quokka" });
      await tl.context.record(id, { files: [{ path, kind: "EDIT" }], decisions: [{ decision: value }] });
      const { resourceId } = await tl.resources.keepContent({ session: id, path, content: value });
      await tl.resources.setDependencies(resourceId, [{ path: "quokka/c.ts" }]);
      await tl.checkpoints.create(id, { name: "quokka", state: value });
      await tl.toolSessions.getOrCreate({ session: id, tool: "quokka" });
      await tl.workingMemory.update({ session: id }, { quokka: value.slice(0, 100) });
      if (path === "quokka/b.ts") await tl.sessions.delete(id);
    }
    wait();
    const { removed } = await tl.projects.delete("quokka", { erase: true });
    expect(removed).toMatchObject({
      sessions: 2,
      checkpoints: 2,
      tool_sessions: 2,
      resource_dependencies: 2,
    });
    expect(await tracesOf(store, "quokka")).toEqual(["state receipts/projects"]);
  });

  test("without erase sessions go to the trash and come back, and the rest is gone", async () => {
    const { tl, store } = services;
    const { sessions } = await fill(tl, "quokka");
    const [first = "", second = ""] = sessions;
    await tl.sessions.archive(first);
    await tl.sessions.update(second, { listed: false });
    wait();
    const receipt = await tl.projects.delete("quokka");
    expect(receipt).toMatchObject({ erased: false, hidden: { sessions: 3, messages: 6 } });
    expect(receipt.removed).toEqual({
      ...ofMemories,
      blob_references: 1,
      blobs: 1,
      resources: 1,
      projects: 1,
    });
    expect(receipt.eraseAfter?.getTime()).toBe((receipt.endedAt?.getTime() ?? 0) + 30 * 24 * 60 * 60 * 1_000);
    expect((await tl.sessions.trash()).items).toHaveLength(3);
    await tl.sessions.undelete(first);
    expect(await tl.projects.get("quokka")).toMatchObject({ id: "quokka" });
    const erased = await tl.projects.delete("quokka", { erase: true });
    expect(erased.removed).toMatchObject({ sessions: 3, messages: 6, projects: 1 });
    await tl.users.delete("quokka");
    expect(new Set(await tracesOf(store, "quokka"))).toEqual(
      new Set(["state receipts/projects", "state receipts/users"]),
    );
  });

  test("nothing is removed while one of its sessions is held, and the refusal names it", async () => {
    const { tl } = services;
    const { sessions } = await fill(tl, "quokka");
    const [held = ""] = sessions;
    await tl.sessions.hold(held, { reason: "court" });
    for (const erase of [true, false]) {
      await expect(tl.users.delete("quokka", { erase })).rejects.toMatchObject({
        code: "conflict",
        reason: "held",
        details: { user: "quokka", sessions: [held], held: 1 },
      });
    }
    expect((await tl.sessions.list({ user: "quokka" })).items).toHaveLength(3);
    expect((await tl.memories.list({ user: "quokka" })).items).toHaveLength(2);
    // One that comes meanwhile stops it where it is; when it is let go of, the same call goes on.
    await tl.sessions.release(held);
    const overtaken = afterNextCommit(services, () => tl.sessions.hold(held, {}));
    await expect(overtaken.users.delete("quokka", { erase: true })).rejects.toMatchObject({ reason: "held" });
    expect(await tl.users.receipt("quokka")).toMatchObject({ erased: false, endedAt: null });
    await tl.sessions.release(held);
    expect(await tl.users.delete("quokka", { erase: true })).toMatchObject({ removed: { sessions: 3 } });
    await expect(tl.users.delete("quokka", { forever: true } as object)).rejects.toMatchObject({
      code: "invalid",
    });
  });

  test("what others have of it stays, and the receipt says so", async () => {
    const { tl } = services;
    const { sessions } = await fill(tl, "quokka");
    const [root = "", own = ""] = sessions;
    await tl.sessions.fork(own, { atSeq: 1 });
    const { id: fork } = await tl.sessions.create({ user: "other" });
    await tl.messages.append(fork, [{ role: "user", content: "mine" }]);
    const { id: theirs } = await forkFor(tl, root);
    const provenance = { sessionId: root, messageId: "m" };
    await tl.memories.set({ project: "shared", key: "k", value: "learned", provenance });
    await tl.memories.set({ session: fork, key: "k", value: "learned", provenance });
    await tl.memories.set({ user: "quokka", key: "own", value: "learned", provenance });
    await tl.memories.set({ project: "shared", key: "k2", value: "x", provenance: { toolName: "t" } });
    const kept = { kind: "project_memories", count: 2 };
    const hidden = await tl.users.delete("quokka");
    expect(hidden).toMatchObject({ sharedWith: [theirs], stays: [kept] });
    const receipt = await tl.users.delete("quokka", { erase: true });
    expect(receipt).toMatchObject({ forksWithLostHistory: [theirs], stays: [kept] });
    expect(receipt.stays[0]?.reason).toMatch(/others/);
    expect((await tl.memories.list({ project: "shared" })).items).toHaveLength(2);

    /** As of a program that lets another user go on with a conversation. */
    async function forkFor(throughline: Throughline, session: string) {
      const child = await throughline.sessions.fork(session, { atSeq: 2 });
      await throughline.store.commit({
        tenant: "default",
        writes: [{ type: "update", kind: "sessions", key: [child.id], set: { userId: "other" } }],
      });
      return child;
    }
  });

  test("whoever makes a session of it meanwhile loses it, too", async () => {
    const { tl, store } = services;
    await fill(tl, "quokka");
    const late = beforeNextCommit(services, async () => {
      await tl.sessions.create({ project: "quokka", title: "late" });
      await tl.memories.set({ project: "quokka", key: "late", value: "late" });
    });
    const taken = await late.projects.delete("quokka", { erase: true });
    expect(taken.removed).toMatchObject({ sessions: 4, projects: 1 });
    // Where they never end, the caller is told; then the same call goes on.
    await tl.sessions.create({ project: "quokka", title: "late" });
    const endless = beforeCommits(store, () => tl.sessions.create({ project: "quokka", title: "late" }));
    const told = { code: "unavailable", reason: "locked", retryable: true };
    await expect(endless.projects.delete("quokka", { erase: true })).rejects.toMatchObject(told);
    const { removed } = await tl.projects.delete("quokka", { erase: true });
    expect(removed.sessions).toBeGreaterThan(3);
    expect(await tracesOf(store, "late")).toEqual([]);
  });

  test("two deletions at once do the work of one, also where only one erases", async () => {
    const { tl } = services;
    await fill(tl, "quokka");
    wait();
    const receipts = await Promise.all([1, 2, 3].map(() => tl.projects.delete("quokka", { erase: true })));
    for (const receipt of receipts) expect(receipt).toEqual(receipts[0]);
    expect(receipts[0]?.removed).toMatchObject({ ...ofSessions, project_memories: 4, projects: 1, blobs: 2 });
    await fill(tl, "both");
    wait();
    await Promise.all([tl.users.delete("both"), tl.users.delete("both", { erase: true })]);
    expect((await tl.users.receipt("both")).erased).toBe(true);
    expect((await tl.sessions.trash()).items).toEqual([]);
  });

  test("one that ends while another begins to erase has not done that one's work", async () => {
    const { tl, store } = services;
    await fill(tl, "quokka");
    await expect(dieAfter(store, 2).projects.delete("quokka")).rejects.toThrow(Died);
    let isFirst = true;
    const overtaken = beforeCommits(store, async () => {
      if (isFirst) await tl.projects.delete("quokka");
      isFirst = false;
    });
    expect(await overtaken.projects.delete("quokka", { erase: true })).toMatchObject({ erased: true });
    expect((await tl.sessions.trash()).items).toEqual([]);
  });

  test("other tenants keep theirs", async () => {
    const { tl } = services;
    const others = tl.withTenant("others");
    await fill(tl, "quokka");
    await fill(others, "quokka");
    await tl.projects.delete("quokka", { erase: true });
    expect((await others.sessions.list({ project: "quokka" })).items).toHaveLength(3);
    expect((await others.memories.list({ project: "quokka" })).items).toHaveLength(2);
    await expect(others.projects.receipt("quokka")).rejects.toMatchObject({ reason: "receipt" });
  });

  test.each([true, false])(
    "killed between any two commits the same call ends it, with the same receipt (erase: %s)",
    async (erase) => {
      const { tl, store } = services;
      const made = async (id: string): Promise<void> => {
        await fill(tl, id);
        wait();
      };
      const counts = ({ removed, hidden }: OwnerReceipt) => ({ removed, hidden });
      await made("reference");
      const reference = counts(await tl.projects.delete("reference", { erase }));
      // Large enough to step over some, and of another remainder each time.
      for (let commits = 0, died = true; died; commits += 3) {
        const id = `project-${commits}`;
        await made(id);
        died = await dieAfter(store, commits)
          .projects.delete(id, { erase })
          .then(
            () => false,
            (error: unknown) => error instanceof Died,
          );
        const receipt = await tl.projects.delete(id, { erase });
        expect(counts(receipt), `killed after ${commits} commits`).toEqual(reference);
        await tl.users.delete(id, { erase: true });
        expect(new Set(await tracesOf(store, id))).toEqual(
          new Set(["state receipts/projects", "state receipts/users"]),
        );
      }
    },
    120_000,
  );
});
