/** Tenants whose data look the same but for a marker, so that any word of one in the hands of another is seen. */
import { createHash } from "node:crypto";
import type { GuardedStore, KeyValues, Throughline } from "@throughline/core";

/** What names something of a tenant: to be used by others on purpose. */
export interface Names {
  readonly sessions: string[];
  /** Cursors of its lists, and places in its feed. */
  readonly cursors: string[];
  readonly resources: string[];
  /** Ids of its memories. */
  readonly memories: string[];
  /** Hashes of its large values. */
  readonly hashes: string[];
  /** Their bytes, in base64: packed, they show no marker. */
  readonly bytes: string[];
}

export const messageIds = ["m1", "m2", "m3", "m4"];
export const externalKeys = ["thread-1", "thread-2", "thread-3"];

/** What stands in all that a tenant writes. */
export function markerOf(tenant: string): string {
  return `marker${createHash("sha256").update(tenant).digest("hex").slice(0, 12)}`;
}

/** Fills a tenant: every kind of record that the services write, with the same names in each tenant. */
export async function fillTenant(tl: Throughline): Promise<Names> {
  const marker = markerOf(tl.tenant);
  const sessions: string[] = [];
  for (const externalKey of externalKeys) {
    const { session } = await tl.sessions.getOrCreate(
      { user: "ada", tool: "chat", externalKey, title: "Plans", tags: ["red", marker], metadata: { marker } },
      { messages: [{ id: "m1", role: "user", content: `Hello ${marker}`, metadata: { marker } }] },
    );
    await tl.messages.append(session.id, [
      { id: "m2", role: "assistant", content: [{ type: "text", text: `Well, ${marker}` }] },
      { id: "m3", role: "user", content: `Now ${marker}`, native: { format: "test", text: `"${marker}"` } },
    ]);
    await tl.messages.append(session.id, [{ id: "m4", role: "user", content: marker, parentId: "m2" }]);
    await tl.settings.set(session.id, { systemPrompt: marker, mcpServers: { [marker]: {} } });
    await tl.context.record(session.id, {
      files: [{ path: `${marker}.ts`, importance: 0.5 }, { path: "b.ts" }],
      searches: [marker],
      decisions: [marker],
      memories: [{ id: marker, key: marker }],
      workspace: { marker },
    });
    await tl.checkpoints.create(session.id, { name: "here", state: marker });
    await tl.memories.set({ session: session.id, key: "note", value: marker });
    await tl.workingMemory.update({ session: session.id }, { marker });
    sessions.push(session.id);
  }
  for (const owner of [{ project: "p" }, { user: "ada" }]) {
    for (const key of ["note", "a b"]) {
      await tl.memories.set({ ...owner, key, value: marker, metadata: { marker } });
      await tl.memories.set({ ...owner, key, value: `${marker} `.repeat(1_000) });
    }
  }
  await tl.workingMemory.update({ user: "ada" }, { marker });
  await tl.toolSessions.getOrCreate({ session: sessions[0] ?? "", tool: "editor", key: marker });
  await tl.repoCache.set({ key: "a/b", url: marker, localPath: marker });
  await tl.commands.record({ user: "ada", command: marker });
  const [first = "", second = "", third = ""] = sessions;
  await tl.messages.append(first, [{ role: "tool", content: `${marker} `.repeat(8_000) }]);
  const fork = await tl.sessions.fork(first, { atSeq: 2, title: marker });
  await tl.messages.append(fork.id, [{ id: "m5", role: "user", content: marker }]);
  await tl.sessions.hold(second, { reason: marker });
  const gone = await tl.sessions.create({ title: marker });
  await tl.sessions.delete(gone.id);
  const erased = await tl.sessions.create({ title: marker });
  await tl.sessions.delete(erased.id, { erase: true });
  await tl.files.save({
    id: "report",
    providerName: marker,
    providerUri: marker,
    displayName: marker,
    mimeType: "text/plain",
    content: marker,
  });
  await tl.resources.keepContent({ session: first, path: "a.ts", content: `${marker} kept` });
  sessions.push(fork.id, gone.id, erased.id);
  const cursors = [
    (await tl.sessions.list({ limit: 1 })).next,
    (await tl.messages.list(first, { limit: 1 })).next,
    (await tl.messages.list(third, { limit: 1 })).next,
    (await tl.sessions.branches(first, { limit: 1 })).next,
    (await tl.search({ text: marker, limit: 1 })).next,
    (await tl.checkpoints.list(first, { limit: 1 })).next,
    (await tl.context.files(first, { limit: 1 })).next,
    (await tl.memories.list({ project: "p", limit: 1 })).next,
    (await tl.memories.history({ project: "p", key: "note" }, { limit: 1 })).next,
    (await tl.resources.list({ limit: 1 })).next,
    (await tl.resources.ofSession(first, { limit: 1 })).next,
    (await tl.store.changes({ tenant: tl.tenant, limit: 1 })).cursor,
    (await tl.store.changes({ tenant: tl.tenant, limit: 1_000 })).cursor,
  ].filter((cursor) => cursor !== undefined);
  // The lists above have counted as reading.
  await tl.flushReads();
  const hashes = (await recordsOf(tl.store, tl.tenant, "blobs")).map(({ hash }) => String(hash));
  const bytes = (await recordsOf(tl.store, tl.tenant, "blob_pieces")).map((piece) =>
    Buffer.from(piece["bytes"] as Uint8Array).toString("base64"),
  );
  const resources = (await tl.resources.list()).items.map(({ id }) => id);
  const memories = (await recordsOf(tl.store, tl.tenant, "project_memories")).map(({ memoryId }) =>
    String(memoryId),
  );
  return { sessions, cursors, hashes, resources, memories, bytes };
}

/** All that a tenant has, as one hash: every record of every kind, deleted ones too, and the whole feed. */
export async function hashOf(store: GuardedStore, tenant: string): Promise<string> {
  const hash = createHash("sha256");
  for (const kind of store.kinds.values()) {
    // An index that can be made again is made when there is time.
    if (kind.derived === true) continue;
    for (const record of await recordsOf(store, tenant, kind.name)) {
      hash.update(
        JSON.stringify([kind.name, record], (_, value: unknown) =>
          value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
        ),
      );
    }
  }
  let since: string | undefined;
  for (;;) {
    const { entries, cursor, more } = await store.changes({
      tenant,
      limit: 1_000,
      ...(since === undefined ? undefined : { since }),
    });
    hash.update(JSON.stringify(entries));
    since = cursor;
    if (!more) return hash.digest("hex");
  }
}

async function recordsOf(store: GuardedStore, tenant: string, kind: string) {
  const records: Readonly<Record<string, unknown>>[] = [];
  let after: KeyValues | undefined;
  do {
    const { answers } = await store.read({
      tenant,
      requests: [
        {
          type: "query",
          kind,
          shape: "key",
          prefix: [],
          direction: "forward",
          limit: 500,
          select: "all",
          hidden: true,
          ...(after === undefined ? undefined : { after }),
        },
      ],
    });
    records.push(...answers[0].rows);
    after = answers[0].next;
  } while (after !== undefined);
  return records;
}
