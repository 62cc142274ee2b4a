/** What the recorded processes do: the same steps for the same seed, so that a reference can do them too. */
import { createHash } from "node:crypto";
import type { Batch, Write } from "@throughline/core";
import { blobPieces, blobs, completeRecord, state } from "@throughline/core";
import { type Random, makeRandom, pick } from "../../test/make-random.ts";
import { insertSession, newMessage, tenant } from "../../test/records.ts";

/** Batches that are sent at the same time, or work on the file between them. */
export type Step =
  | { readonly batches: readonly Batch[]; readonly work?: never }
  | { readonly batches?: never; readonly work: "reopen" | "checkpoint" | "truncate" | "read" };

/** Where the database stands below the watched folder: the store has to make two folders for it. */
export const DATABASE = "new/folder/store.db";

export const workloads = {
  /** Appends that share transactions, half of them with an operation id. */
  appends: (random: Random) =>
    Array.from({ length: 40 }, (_, step): Step => ({
      batches: someAppends(random, step, pick(random, 1, 5)),
    })),
  /** A new file, opened again and again. */
  opening: (random: Random) =>
    Array.from({ length: 8 }, (_, step): Step[] => [
      { batches: someAppends(random, step, 1) },
      { work: "reopen" },
    ]).flat(),
  /** Sessions that come, change and go, removals, records of other kinds, and staged blobs. */
  sessions: (random: Random) =>
    Array.from({ length: 40 }, (_, step): Step => ({ batches: changes(random, step) })),
  /** Much text, and the log folded into the file in all ways, so that it begins anew many times. */
  checkpoints: (random: Random) =>
    Array.from({ length: 24 }, (_, step): Step[] => [
      { batches: someAppends(random, step, pick(random, 1, 3), 4_000) },
      ...(random() < 0.7 ? [{ work: tidy(random) } as const] : []),
    ]).flat(),
  /** A little of everything, short enough to fail at each of its calls. Every batch that is not quiet has an operation id. */
  faults: (random: Random): Step[] => [
    { batches: [named(append(random, "a", 20))] },
    { batches: ["b", "c", "d"].map((name) => named(append(random, name, 200))) },
    { batches: [stage(random, 2)] },
    { batches: [named(begin(3)), named(append(random, "e", 20))] },
    { work: "checkpoint" },
    { batches: [named(append(random, "f", 20))] },
    { work: "read" },
    { work: "reopen" },
    { batches: [named(append(random, "g", 20)), named(begin(8))] },
    { work: "truncate" },
    { batches: [named(append(random, "h", 20))] },
    { work: "read" },
  ],
} as const satisfies Readonly<Record<string, (random: Random) => Step[]>>;

export type WorkloadName = keyof typeof workloads;

export function makeWorkload(name: WorkloadName, seed: number): readonly Step[] {
  return workloads[name](makeRandom(seed));
}

/** The time that all stores have in a step, in milliseconds. */
export function timeOf(step: number): number {
  return 1_700_000_000_000 + step * 1_000;
}

function tidy(random: Random): "reopen" | "checkpoint" | "truncate" {
  const choice = random();
  if (choice < 0.7) return "checkpoint";
  return choice < 0.9 ? "truncate" : "reopen";
}

function someAppends(random: Random, step: number, count: number, words = 200): Batch[] {
  return Array.from({ length: count }, (_, index) => append(random, `b${step}-${index}`, words));
}

function append(random: Random, name: string, words: number): Batch {
  const session = random() < 0.8 ? `s${pick(random, 0, 2)}` : `new-${name}`;
  const messages = Array.from({ length: pick(random, 1, 4) }, (_, index) =>
    newMessage({
      id: `${name}-${index}`,
      content: "word ".repeat(pick(random, 1, words)),
      tokenCount: index,
    }),
  );
  const writes: Write[] = [
    insertSession({ id: session }),
    { type: "append", session: [session], messages, exists: "same" },
  ];
  return { tenant, writes, ...(random() < 0.5 ? { operation: { id: name, fingerprint: name } } : {}) };
}

/** Changes around one session, in the order in which they can happen; each batch depends on those before it. */
function changes(random: Random, step: number): Batch[] {
  const id = `c${step}`;
  const first = append(random, `b${step}`, 50);
  const all: Batch[] = [
    stage(random, step),
    { ...begin(step), operation: { id: `o${step}`, fingerprint: "" } },
    first,
    {
      tenant,
      writes: [{ type: "update", kind: "sessions", key: [id], set: { title: "changed".repeat(20) } }],
    },
    hide(step),
  ];
  if (random() < 0.5) {
    all.push({ tenant, writes: [{ type: "update", kind: "sessions", key: [id], set: { hiddenAt: 0 } }] });
  }
  if (random() < 0.3) all.push({ tenant, writes: [{ type: "remove", kind: "sessions", key: [id] }] });
  if (step > 0 && random() < 0.5) {
    const key = ["scope", "collection", `k${pick(random, 0, step - 1)}`];
    all.push({ tenant, writes: [{ type: "remove", kind: "state", key }] });
  }
  return all;
}

/** A session, and a record that belongs to none. */
function begin(step: number): Batch {
  const id = `c${step}`;
  return {
    tenant,
    writes: [insertSession({ id, title: "begun", externalKey: id, toolId: "tool" }), putState(step)],
  };
}

/** Deletes the session that `begin` made in that step. */
function hide(step: number): Batch {
  const set = { hiddenAt: timeOf(step) };
  return { tenant, writes: [{ type: "update", kind: "sessions", key: [`c${step}`], set }] };
}

/** The batch with an operation id that only it has. */
function named(batch: Batch): Batch {
  const text = JSON.stringify(batch.writes);
  const id = batch.operation?.id ?? createHash("sha256").update(text).digest("hex");
  return { ...batch, operation: { id, fingerprint: id } };
}

function putState(step: number): Write {
  const record = completeRecord(state, {
    scope: "scope",
    collection: "collection",
    key: `k${step}`,
    value: JSON.stringify({ step }),
  });
  return { type: "insert", kind: "state", record, exists: "replace" };
}

/** A large value: durable before the batch that names it, and in no position of the feed. */
function stage(random: Random, step: number): Batch {
  const bytes = Buffer.alloc(pick(random, 1_000, 80_000), step);
  const hash = createHash("sha256").update(bytes).digest("hex");
  const record = completeRecord(blobs, { hash, size: bytes.length, pieces: 1, createdAt: timeOf(step) });
  const piece = completeRecord(blobPieces, { hash, piece: 0, bytes });
  return {
    tenant,
    quiet: { durable: true },
    writes: [
      { type: "insert", kind: "blobs", record, exists: "keep" },
      { type: "insert", kind: "blob_pieces", record: piece, exists: "keep" },
    ],
  };
}

/** The blob that a batch stages, if it stages one. */
export function stagedHash(batch: Batch): string | undefined {
  const [first] = batch.writes;
  return batch.quiet !== undefined && first?.type === "insert" ? (first.record["hash"] as string) : undefined;
}
