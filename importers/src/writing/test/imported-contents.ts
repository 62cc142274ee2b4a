import type { CheckedBatch, Message, Store, StoredRecord, Throughline } from "@throughline/core";
import { ThroughlineError } from "@throughline/core";
import { chunkCodec } from "../../chunk-codec.ts";

/** Everything that was imported, in a form that two stores can be compared by. */
export async function contents(throughline: Throughline): Promise<unknown> {
  const all = [];
  for (const session of (await throughline.sessions.list({ all: true, limit: 1_000 })).items) {
    const { externalKey, title, model, workspacePath, messageCount, tokenCount, metadata, createdAt } =
      session;
    const messages = [];
    for await (const message of throughline.messages.stream(session.id)) messages.push(lasting(message));
    const facts = { title, model, workspacePath, messageCount, tokenCount, metadata, createdAt };
    all.push({ externalKey, ...facts, lastActivity: session.lastActivity, messages });
  }
  return all.toSorted((left, right) => ((left.externalKey ?? "") < (right.externalKey ?? "") ? -1 : 1));
}

function lasting({
  id,
  seq,
  role,
  content,
  model,
  usage,
  metadata,
  tokenCount,
  createdAt,
}: Message): unknown {
  return { id, seq, role, content, model, usage, metadata, tokenCount, createdAt };
}

/** The chunks of all sources, one after another. */
export async function keptBytes(throughline: Throughline): Promise<Buffer> {
  const { answers } = await throughline.store.read({
    tenant: "default",
    requests: [
      {
        type: "query",
        kind: "source_chunks",
        shape: "key",
        prefix: [],
        direction: "forward",
        limit: 100,
        select: "all",
      },
    ],
  });
  const kept = answers[0].rows.map(({ bytes, encoding }) =>
    encoding === "none" ? (bytes as Uint8Array) : chunkCodec.unpack(bytes as Uint8Array),
  );
  return Buffer.concat(kept);
}

/** A store that fails at the second cursor of a file: the messages before it are written by then. */
export function dieAtSecondCursor(store: Store): Store {
  let cursors = 0;
  return wrapCommit(store, (batch, options) => {
    if (findCursor(batch) !== undefined) cursors += 1;
    if (cursors >= 2) return Promise.reject(new ThroughlineError("unavailable", "The machine stopped."));
    return store.commit(batch, options);
  });
}

/** A store in which another import writes its cursor just before this one does, 25 times after the first. */
export function overtakeCursors(store: Store): Store {
  let cursors = 0;
  return wrapCommit(store, async (batch, options) => {
    const record = findCursor(batch);
    if (record !== undefined) cursors += 1;
    if (record !== undefined && cursors > 1 && cursors <= 26) {
      const key = [record.scope, record.collection, record.key] as [string, string, string];
      const { tenant, now } = batch;
      const writes = [{ type: "update", kind: "state", key, set: { updatedAt: cursors } }] as const;
      await store.commit({ tenant, now, writes }, options);
    }
    return store.commit(batch, options);
  });
}

/** The cursor of a file that a batch writes. */
function findCursor({ writes }: CheckedBatch): StoredRecord | undefined {
  for (const write of writes) {
    const isState = write.type === "insert" && write.kind === "state";
    if (isState && String(write.record.collection).includes(" files of ")) return write.record;
  }
  return undefined;
}

function wrapCommit(store: Store, commit: Store["commit"]): Store {
  return {
    capabilities: store.capabilities,
    kinds: store.kinds,
    commit,
    read: (input, options) => store.read(input, options),
    search: (input, options) => store.search(input, options),
    changes: (input, options) => store.changes(input, options),
    check: () => store.check(),
    prune: (before) => store.prune(before),
    close: () => store.close(),
  };
}

/** A store that fails at its nth commit, and from then on. */
export function dieAtCommit(nth: number): (store: Store) => Store {
  let commits = 0;
  return (store) =>
    wrapCommit(store, (batch, options) => {
      commits += 1;
      if (commits >= nth) return Promise.reject(new ThroughlineError("unavailable", "The machine stopped."));
      return store.commit(batch, options);
    });
}
