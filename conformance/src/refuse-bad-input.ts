/** Calls of the services that make no sense: each is refused alike on every store, and nothing of it is written. */
import {
  type ErrorCode,
  type ForkInput,
  type MessageInput,
  Throughline,
  guardStore,
} from "@throughline/core";
import { equal, holds, refuses } from "./assertions.ts";
import type { OpenForTest } from "./conformance-test.ts";
import { testKinds } from "./kinds.ts";
import { TestClock } from "./test-clock.ts";
import { wrapStore } from "./wrap-store.ts";

const tenant = "tenant-a";
const user = "user" as const;
const large = "x".repeat(1024 * 1024);
const manyTags = Array.from({ length: 10_000 }, (_, index) => `tag-${index}`);

type Call = readonly [call: () => Promise<unknown>, code: ErrorCode, reason: string];

/**
 * Makes each of these calls of a store with a conversation, its fork and a deleted session in it.
 *
 * @throws BrokenRule for one that is not refused, is refused otherwise, or leaves something
 */
export async function refuseBadInput(open: OpenForTest): Promise<void> {
  const clock = new TestClock();
  const { store, dispose } = await open({ kinds: testKinds, now: () => clock.now });
  /** What happens before the next commit, once. */
  let meanwhile: (() => Promise<unknown>) | undefined;
  const wrapped = wrapStore(store, {
    commit: async (batch, options) => {
      const happen = meanwhile;
      meanwhile = undefined;
      await happen?.();
      return store.commit(batch, options);
    },
  });
  const guarded = guardStore(wrapped, { clock: () => clock.now });
  try {
    const throughline = new Throughline(guarded, { tenant });
    const names = await write(throughline);
    const before = await everything(throughline);
    const calls = Object.entries({
      ...changesOfShared(throughline, names),
      ...placesThatAreNot(throughline, names),
      ...tooMuch(throughline, names),
      ...(await cursorsOfOthers(throughline, names)),
      ...whatWasDeleted(throughline, names),
    });
    for (const [name, [call, code, reason]] of calls) {
      await refuses(call(), code, reason).catch((error: unknown) => {
        throw new Error(`${name}: ${String(error)}`, { cause: error });
      });
      equal(await everything(throughline), before, `what is there after: ${name}`);
    }
    await forkWhatGoes(throughline, names.parent, (happen) => (meanwhile = happen));
  } finally {
    await guarded.close();
    await dispose();
  }
}

interface Names {
  readonly parent: string;
  readonly fork: string;
  readonly deleted: string;
}

async function write({ sessions, messages }: Throughline): Promise<Names> {
  const some = (...ids: readonly string[]): MessageInput[] =>
    ids.map((id) => ({ id, role: user, content: `about ${id}` }));
  const parent = (await sessions.create({ title: "parent", tags: ["a"] })).id;
  await messages.append(parent, some("p1", "p2", "p3"));
  const fork = (await sessions.fork(parent, { atSeq: 2, title: "fork" })).id;
  await messages.append(fork, some("f1"));
  const deleted = (await sessions.create({ title: "deleted" })).id;
  await messages.append(deleted, some("d1", "d2"));
  await sessions.delete(deleted);
  return { parent, fork, deleted };
}

/** Every record of the product, and how far the feed has come. */
async function everything({ store, tenant: name }: Throughline): Promise<unknown> {
  const kinds = [
    "sessions",
    "messages",
    "branches",
    "blobs",
    "blob_pieces",
    "blob_references",
    "state",
    "holds",
  ];
  const query = { type: "query", shape: "key", prefix: [], direction: "forward", limit: 100 } as const;
  const requests = kinds.map((kind) => ({ ...query, kind, select: "all", hidden: true }) as const);
  const { position, answers } = await store.read({ tenant: name, requests });
  return { position, rows: answers.map(({ rows }) => rows) };
}

function changesOfShared({ messages }: Throughline, { parent, fork }: Names): Record<string, Call> {
  const edited: MessageInput = { id: "p1", role: user, content: "other" };
  return {
    "an edit of a message of the parent": [() => messages.put(fork, [edited]), "conflict", "shared_history"],
    "an edit of one, with others": [
      () => messages.put(fork, [{ id: "f1", role: user, content: "new" }, edited]),
      "conflict",
      "shared_history",
    ],
    "its deletion": [() => messages.delete(fork, "p1"), "conflict", "shared_history"],
    "another with its id": [() => messages.append(fork, [edited]), "conflict", "shared_history"],
    "what the fork does not share": [() => messages.delete(fork, "p3"), "not_found", "message"],
    "an edit of the fork's through the parent": [() => messages.delete(parent, "f1"), "not_found", "message"],
  };
}

function placesThatAreNot(
  { sessions, messages }: Throughline,
  { parent, fork }: Names,
): Record<string, Call> {
  const circle: MessageInput[] = [
    { id: "c1", role: user, content: "c", parentId: "c2" },
    { id: "c2", role: user, content: "c", parentId: "c1" },
  ];
  const [first] = circle as [MessageInput];
  return {
    "a head beyond the end": [() => sessions.setHead(parent, { seq: 4 }), "invalid", "position"],
    "a head before the beginning": [() => sessions.setHead(parent, { seq: -1 }), "invalid", "position"],
    "a head that the fork does not share": [
      () => sessions.setHead(fork, { messageId: "p3" }),
      "not_found",
      "message",
    ],
    "a head by an id that nobody has": [
      () => sessions.setHead(parent, { messageId: "none" }),
      "not_found",
      "message",
    ],
    "another head than expected": [
      () => sessions.setHead(parent, { seq: 1 }, { expectedHead: 2 }),
      "conflict",
      "head",
    ],
    "a fork beyond the end": [() => sessions.fork(parent, { atSeq: 4 }), "invalid", "position"],
    "a fork before the beginning": [() => sessions.fork(parent, { atSeq: -1 }), "invalid", "position"],
    "a branch beyond the end": [() => messages.list(parent, { branch: 4 }), "invalid", "position"],
    "a page of no messages": [() => messages.list(parent, { last: 0 }), "invalid", "type"],
    "an append at another position": [
      () => messages.append(parent, [{ role: user, content: "late" }], { expectedSeq: 2 }),
      "conflict",
      "position",
    ],
    "an append beyond the end": [
      () => messages.append(parent, [{ role: user, content: "early" }], { expectedSeq: 9 }),
      "conflict",
      "position",
    ],
    "messages that follow each other": [() => messages.append(parent, circle), "not_found", "absent"],
    "a message that follows itself": [
      () => messages.append(parent, [{ ...first, parentId: "c1" }]),
      "not_found",
      "absent",
    ],
    "a parent that the fork does not share": [
      () => messages.append(fork, [{ ...first, parentId: "p3" }]),
      "invalid",
      "position",
    ],
    "a session that becomes its own child's child": [
      () => sessions.update(parent, { parent: fork } as object),
      "invalid",
      "unknown_field",
    ],
  };
}

function tooMuch({ sessions, messages }: Throughline, { parent }: Names): Record<string, Call> {
  const forked: ForkInput = { tags: manyTags };
  return {
    "10,000 tags for a new session": [() => sessions.create({ tags: manyTags }), "invalid", "too_long"],
    "10,000 tags for a fork": [() => sessions.fork(parent, forked), "invalid", "too_long"],
    "10,000 tags at once": [() => sessions.tag(parent, manyTags), "invalid", "too_long"],
    "more tags than a session has beside its own": [
      () => sessions.tag(parent, manyTags.slice(0, 1_000)),
      "invalid",
      "too_long",
    ],
    "a title of 1 MB": [() => sessions.create({ title: large }), "invalid", "too_long"],
    "another title of 1 MB": [() => sessions.update(parent, { title: large }), "invalid", "too_long"],
    "metadata of 1 MB": [() => sessions.update(parent, { metadata: { large } }), "too_large", "metadata"],
    "a message of 17 MB": [
      () => messages.append(parent, [{ role: user, content: large.repeat(17) }]),
      "too_large",
      "message",
    ],
    "1,001 messages": [
      () =>
        messages.append(
          parent,
          Array.from({ length: 1_001 }, () => ({ role: user, content: "" })),
        ),
      "too_large",
      "messages",
    ],
  };
}

/** Each list goes on after its own cursors only. */
async function cursorsOfOthers(
  throughline: Throughline,
  { parent, fork }: Names,
): Promise<Record<string, Call>> {
  const { sessions, messages, files } = throughline;
  const { next: message } = await messages.list(parent, { limit: 1 });
  const { next: session } = await sessions.list({ limit: 1 });
  const { next: hit } = await throughline.search({ text: "about", limit: 1 });
  holds(message !== undefined && session !== undefined && hit !== undefined, "each of these lists goes on");
  const lists: Record<string, () => Promise<unknown>> = {
    "messages by the cursor of sessions": () => messages.list(parent, { cursor: session }),
    "messages by that of another session": () => messages.list(fork, { cursor: message }),
    "messages of another branch": () => messages.list(parent, { branch: 1, cursor: message }),
    "sessions by the cursor of messages": () => sessions.list({ cursor: message }),
    "sessions with another filter": () => sessions.list({ tag: "a", cursor: session }),
    "children by that of all": () => sessions.children(parent, { cursor: session }),
    "branches by that of messages": () => sessions.branches(parent, { cursor: message }),
    "the trash by that of sessions": () => sessions.trash({ cursor: session }),
    "files by that of sessions": () => files.list({ cursor: session }),
    "a search by that of another": () => throughline.search({ text: "other", cursor: hit }),
    "no cursor at all": () => sessions.list({ cursor: "none" }),
  };
  return Object.fromEntries(
    Object.entries(lists).map(([name, call]): [string, Call] => [name, [call, "invalid", "cursor"]]),
  );
}

function whatWasDeleted(
  { sessions, messages, settings }: Throughline,
  { deleted, fork }: Names,
): Record<string, Call> {
  const message: MessageInput = { id: "d1", role: user, content: "again" };
  const gone = (call: () => Promise<unknown>, reason = "session"): Call => [call, "not_found", reason];
  return {
    "a fork of what was deleted": gone(() => sessions.fork(deleted)),
    "a child of what was deleted": gone(() => sessions.create({ parent: deleted })),
    "its head": gone(() => sessions.setHead(deleted, { seq: 1 })),
    "its title": gone(() => sessions.update(deleted, { title: "back" })),
    "its tags": gone(() => sessions.tag(deleted, ["b"])),
    "its settings": gone(() => settings.set(deleted, {})),
    "its hold": gone(() => sessions.hold(deleted)),
    "its messages": gone(() => messages.list(deleted)),
    "an append to it": gone(() => messages.append(deleted, [{ role: user, content: "late" }]), "deleted"),
    "an edit of its messages": gone(() => messages.put(deleted, [message])),
    "another deletion": gone(() => sessions.delete(deleted)),
    "its message through another": gone(() => messages.get(fork, "d1"), "message"),
  };
}

/** A fork that is under way while its parent is deleted: only the deletion is written. */
async function forkWhatGoes(
  throughline: Throughline,
  parent: string,
  beforeNextCommit: (happen: () => Promise<unknown>) => void,
): Promise<void> {
  const { sessions } = throughline;
  const children = async (): Promise<number> => (await sessions.children(parent)).items.length;
  const before = await children();
  beforeNextCommit(() => sessions.delete(parent));
  await refuses(sessions.fork(parent, { title: "late" }), "not_found", "session");
  equal(await children(), before, "the forks of a session that was deleted meanwhile");
  await sessions.undelete(parent);
  equal(await children(), before, "its forks once it is back");
  equal((await throughline.store.check()).length, 0, "what a check finds");
}
