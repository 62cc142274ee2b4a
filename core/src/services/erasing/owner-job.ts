/** What the deletion of a project or a user has done so far, and its receipt. */
import type { Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError } from "../../error.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";
import { stateRecord } from "./erasure-job.ts";
import type { Owner } from "./owner.ts";
import type { Releasing } from "./release-blobs.ts";

/** What a deletion left, as it belongs to others. */
export interface Remainder {
  readonly kind: string;
  readonly count: number;
  readonly reason: string;
}

export interface OwnerReceipt {
  /** The project, or the user, that was deleted; the other one is null. */
  readonly projectId: string | null;
  readonly userId: string | null;
  /** When the deletion began, and when it came to its end; null while it goes on. */
  readonly deletedAt: Date;
  readonly endedAt: Date | null;
  /** Whether its sessions were erased; false: they are in the trash. */
  readonly erased: boolean;
  /** When clean-up erases the last of them from the trash; null where they were erased, or never are. */
  readonly eraseAfter: Date | null;
  /** What is gone for ever, by kind of record: exactly so many. */
  readonly removed: Readonly<Record<string, number>>;
  /** Bytes of large values that were removed. */
  readonly bytes: number;
  /** What went into the trash with its sessions, by kind. */
  readonly hidden: Readonly<Record<string, number>>;
  /** Forks that belong to others, and go on reading what they share with sessions in the trash. */
  readonly sharedWith: readonly string[];
  /** Forks that belong to others, and lost a part of their history. */
  readonly forksWithLostHistory: readonly string[];
  /** What stays, and why. */
  readonly stays: readonly Remainder[];
}

export interface OwnerJob extends Releasing {
  readonly deletedAt: number;
  readonly erase: boolean;
  /** Sessions that are deleted just now: their counts are not in the sums yet. */
  readonly current: readonly string[];
  readonly hidden: Readonly<Record<string, number>>;
  readonly sharedWith: readonly string[];
  readonly forksWithLostHistory: readonly string[];
  readonly stays: readonly Remainder[];
}

export interface StoredOwnerJob {
  readonly job: OwnerJob;
  readonly revision: number;
}

type Kept = Omit<OwnerJob, "current" | "hashes" | "isCounted"> & {
  readonly endedAt: number;
  readonly eraseAfter: number | null;
};

export function ownerJobKey({ kind, id }: Owner): KeyValues {
  return ["erasing", `${kind}s`, id];
}

function receiptKey({ kind, id }: Owner): KeyValues {
  return ["receipts", `${kind}s`, id];
}

export function newOwnerJob(deletedAt: number, erase: boolean, stays: readonly Remainder[]): OwnerJob {
  return {
    deletedAt,
    erase,
    current: [],
    removed: {},
    bytes: 0,
    hidden: {},
    hashes: [],
    isCounted: false,
    sharedWith: [],
    forksWithLostHistory: [],
    stays,
  };
}

export function insertOwnerJob(owner: Owner, job: OwnerJob, now: number): Write {
  const record = stateRecord(ownerJobKey(owner), job, now);
  return { type: "insert", kind: "state", record, exists: "fail" };
}

export function updateOwnerJob(owner: Owner, job: OwnerJob, now: number): Write {
  const set = { value: JSON.stringify(job), updatedAt: now };
  return { type: "update", kind: "state", key: ownerJobKey(owner), set };
}

/** The job gives way to the receipt. */
export function endOwnerJob(
  owner: Owner,
  job: OwnerJob,
  eraseAfter: number | null,
  now: number,
): readonly Write[] {
  const { deletedAt, erase, removed, bytes, hidden, sharedWith, forksWithLostHistory, stays } = job;
  const sums = { removed, bytes, hidden, sharedWith, forksWithLostHistory, stays };
  const kept: Kept = { deletedAt, erase, ...sums, endedAt: now, eraseAfter };
  const record = stateRecord(receiptKey(owner), kept, now);
  return [
    { type: "remove", kind: "state", key: ownerJobKey(owner) },
    { type: "insert", kind: "state", record, exists: "replace" },
  ];
}

/** The job of a deletion that goes on, and the receipt of the last one that ended: as of one time. */
export async function readOwnerJob(
  { store, tenant }: ServiceContext,
  owner: Owner,
  options: CallOptions,
): Promise<{ readonly stored: StoredOwnerJob | undefined; readonly receipt: OwnerReceipt | undefined }> {
  const keys = [ownerJobKey(owner), receiptKey(owner)];
  const { answers } = await store.read({ tenant, requests: [{ type: "get", kind: "state", keys }] }, options);
  const [job, receipt] = answers[0];
  return {
    stored: job === undefined ? undefined : { job: valueOf(job) as OwnerJob, revision: job.revision },
    receipt: receipt === undefined ? undefined : toReceipt(owner, valueOf(receipt) as Kept),
  };
}

/**
 * What a deletion of the owner has done, also one that goes on.
 *
 * @throws ThroughlineError `not_found` with reason `receipt`
 */
export async function readOwnerReceipt(
  context: ServiceContext,
  owner: Owner,
  options: CallOptions,
): Promise<OwnerReceipt> {
  const { stored, receipt } = await readOwnerJob(context, owner, options);
  const found =
    stored === undefined ? receipt : toReceipt(owner, { ...stored.job, endedAt: 0, eraseAfter: null });
  if (found !== undefined) return found;
  throw new ThroughlineError("not_found", `No ${owner.kind} ${owner.id} was deleted.`, {
    reason: "receipt",
    details: { [owner.kind]: owner.id },
  });
}

function toReceipt({ kind, id }: Owner, kept: Kept): OwnerReceipt {
  const { deletedAt, endedAt, erase, eraseAfter, removed, bytes, hidden } = kept;
  const { sharedWith, forksWithLostHistory, stays } = kept;
  return {
    projectId: kind === "project" ? id : null,
    userId: kind === "user" ? id : null,
    deletedAt: new Date(deletedAt),
    endedAt: endedAt === 0 ? null : new Date(endedAt),
    erased: erase && endedAt !== 0,
    eraseAfter: eraseAfter === null ? null : new Date(eraseAfter),
    removed,
    bytes,
    hidden,
    sharedWith,
    forksWithLostHistory,
    stays,
  };
}

function valueOf(row: Row): unknown {
  return JSON.parse(row.value as string);
}
