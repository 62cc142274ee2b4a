/** Clean-up of what sessions carry: removes what has ended, what nobody used for long, and what is too much. */
import type { Expectation } from "../../contract/batch.ts";
import { placeOf } from "../../contract/page.ts";
import type { Range } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import { isThroughlineError } from "../../error.ts";
import { type Kind, type KeyValues, type Row, compareKeys, keyOf } from "../../model/kind.ts";
import { everyPage } from "../every-record.ts";
import type { ServiceContext } from "../service-context.ts";
import { sweepBlobs } from "../blobs/sweep-blobs.ts";
import { touchesFor } from "../touches.ts";
import { findCutOff } from "./cut-off.ts";
import { expectNotHeld } from "./holds.ts";
import { type KeptKind, type OwnEnd, type Removal, keptKinds, usedAt } from "./kept-kinds.ts";
import { fatesOfOwners, ownerOf } from "./owners.ts";
import { type RetentionPolicy, daysBefore, limitedKinds, limitsOf } from "./policy.ts";

/** `expires_at`: its own end has come; `ttl`: nobody used it for so long; `max`: there are more, which were used later. */
export type RecordReason = "expires_at" | "ttl" | "max";

export interface CleanedRecord {
  /** The kind's name, such as `project_memories`. */
  readonly kind: string;
  /** What names it: an id, a key, or a name within its owner. */
  readonly id: string;
  readonly action: "remove";
  readonly reason: RecordReason;
  /** What tells people more of it, such as a path. */
  readonly title?: string;
  /** Whose it is. */
  readonly sessionId?: string;
  readonly projectId?: string;
  readonly userId?: string;
}

/** What a page of records came to. */
interface CleanedPage {
  readonly records: readonly CleanedRecord[];
  /** Large values that nobody held any longer, and their bytes. */
  readonly blobs: number;
  readonly bytes: number;
}

interface Due {
  readonly row: Row;
  readonly why: RecordReason;
}

interface CleanRecordsOptions {
  readonly policy: RetentionPolicy;
  readonly now: number;
  /** Only says what would be done. */
  readonly dryRun: boolean;
  /** Whether a session is about to be deleted: what belongs to it is as good as gone. */
  goes(session: Row): boolean;
  readonly call: CallOptions;
}

/** Records of a page: values of memories may have some KiB each. */
const pageSize = 200;
/** Commits at a time: stores put them into one transaction. */
const atOnce = 16;

/** Cleans up kind by kind, and tells what it did page by page. */
export async function* cleanRecords(
  context: ServiceContext,
  options: CleanRecordsOptions,
): AsyncGenerator<CleanedPage, void, undefined> {
  // Whoever read a record in this process has used it.
  await touchesFor(context.store).flush();
  for (const name of limitedKinds) {
    const { ttlDays, max } = limitsOf(name);
    const limits = { ttlDays: options.policy[ttlDays], most: options.policy[max] };
    yield* new KindCleanUp(context, keptKinds[name], limits, options).run();
  }
}

class KindCleanUp {
  readonly #context: ServiceContext;
  readonly #kept: KeptKind;
  readonly #limits: { readonly ttlDays: number | null; readonly most: number | null };
  readonly #options: CleanRecordsOptions;
  /** What ended until then goes. */
  readonly #endedUntil: number;

  constructor(
    context: ServiceContext,
    kept: KeptKind,
    limits: { readonly ttlDays: number | null; readonly most: number | null },
    options: CleanRecordsOptions,
  ) {
    this.#context = context;
    this.#kept = kept;
    this.#limits = limits;
    this.#options = options;
    const days = kept.ownEnd?.days(options.policy) ?? null;
    this.#endedUntil = days === null ? 0 : Math.floor(daysBefore(options.now, days));
  }

  async *run(): AsyncGenerator<CleanedPage, void, undefined> {
    const { ownEnd } = this.#kept;
    if (ownEnd !== undefined && this.#endedUntil > 0) yield* this.#removeEnded(ownEnd);
    yield* this.#removeUnused();
  }

  async *#removeEnded({ kind, shape, removal }: OwnEnd): AsyncGenerator<CleanedPage, void, undefined> {
    const range = { above: 0, to: this.#endedUntil };
    for await (const rows of this.#pages(kind, shape, range)) {
      yield await this.#carryOut(
        rows.map((row) => ({ row, why: "expires_at" })),
        removal,
      );
    }
  }

  async *#removeUnused(): AsyncGenerator<CleanedPage, void, undefined> {
    const { kind, shape, removal } = this.#kept;
    const { ttlDays } = this.#limits;
    const usedSince = ttlDays === null ? undefined : Math.ceil(daysBefore(this.#options.now, ttlDays));
    const cutOff = await this.#findCutOff();
    const to = Math.max(usedSince ?? -Infinity, (cutOff?.[0] as number | undefined) ?? -Infinity);
    if (to === -Infinity) return;
    for await (const rows of this.#pages(kind, shape, { to })) {
      const due = rows.flatMap((row): Due[] => {
        if (this.#hasEnded(row) || this.#isInUse(row)) return [];
        if (usedSince !== undefined && usedAt(this.#kept, row) < usedSince) return [{ row, why: "ttl" }];
        const isBefore = cutOff !== undefined && compareKeys(placeOf(kind, shape, row), cutOff) < 0;
        return isBefore ? [{ row, why: "max" }] : [];
      });
      yield await this.#carryOut(due, removal);
    }
  }

  /** The oldest of a shape first. */
  #pages(kind: Kind, shape: string, range: Range): AsyncIterable<readonly Row[]> {
    const order = { kind: kind.name, shape, prefix: [], direction: "forward" } as const;
    return everyPage(this.#context, { ...order, range, limit: pageSize }, this.#options.call);
  }

  async #findCutOff(): Promise<KeyValues | undefined> {
    const { most } = this.#limits;
    if (most === null) return undefined;
    const { kind, shape } = this.#kept;
    const select = this.#endsItself ? "plain" : "key";
    const selection = { kind: kind.name, shape, prefix: [], select } as const;
    const gone = async (rows: readonly Row[]): Promise<ReadonlySet<Row>> => {
      const fateOf = await this.#fates(rows);
      return new Set(rows.filter((row) => this.#hasEnded(row) || fateOf(row) === "gone"));
    };
    return findCutOff(this.#context, { selection, most, gone }, this.#options.call);
  }

  get #endsItself(): boolean {
    return this.#endedUntil > 0 && this.#kept.ownEnd?.kind === this.#kept.kind;
  }

  /** Whether its own end is why it goes, or why it is not there any more. */
  #hasEnded(row: Row): boolean {
    const { kind, ownEnd } = this.#kept;
    if (ownEnd === undefined || !this.#endsItself) return false;
    const endsAt = usedAt({ kind, shape: ownEnd.shape }, row);
    return endsAt !== 0 && endsAt <= this.#endedUntil;
  }

  /** Whether it was read, and the store could not be told yet. */
  #isInUse(row: Row): boolean {
    const { store, tenant } = this.#context;
    const { kind } = this.#kept;
    return touchesFor(store).waiting(tenant, kind.name, keyOf(kind, row)).at > 0;
  }

  async #fates(rows: readonly Row[]) {
    const { goes, call } = this.#options;
    return fatesOfOwners(this.#context, rows, goes, call);
  }

  async #carryOut(due: readonly Due[], removal: Removal): Promise<CleanedPage> {
    const fateOf = await this.#fates(due.map(({ row }) => row));
    const free = due.filter(({ row }) => fateOf(row) === "free");
    const { dryRun, call } = this.#options;
    const hashes = new Set<string>();
    const records: CleanedRecord[] = [];
    for (let begin = 0; begin < free.length; begin += atOnce) {
      const some = free.slice(begin, begin + atOnce);
      const done = await Promise.all(
        some.map(async ({ row }) => dryRun || (await this.#remove(row, removal, hashes))),
      );
      some.forEach((one, index) => {
        if (done[index] === true) records.push(this.#report(one));
      });
    }
    if (hashes.size === 0) return { records, blobs: 0, bytes: 0 };
    const { blobs, bytes } = await sweepBlobs(this.#context, { hashes: [...hashes], ...call });
    return { records, blobs, bytes };
  }

  /** Removes a record that is as it was seen, and whose session is neither pinned nor held. False: it stays. */
  async #remove(row: Row, { expect, remove, parts }: Removal, hashes: Set<string>): Promise<boolean> {
    const { store, tenant } = this.#context;
    const { call } = this.#options;
    const expected = [expect(row), ...expectFree(ownerOf(row))];
    try {
      // Parts go first: who is cut short finds the record again.
      for (;;) {
        const { writes, blobs, isLast } =
          parts === undefined ? nothingElse : await parts(this.#context, row, call);
        const batch = { tenant, expect: expected, writes: isLast ? [...writes, remove(row)] : writes };
        await store.commit(batch, call);
        for (const hash of blobs) hashes.add(hash);
        if (isLast) return true;
      }
    } catch (error) {
      if (isThroughlineError(error) && error.reason === "expectation") return false;
      throw error;
    }
  }

  #report({ row, why }: Due): CleanedRecord {
    const { kind, id, title } = this.#kept;
    return {
      kind: kind.name,
      id: row[id] as string,
      action: "remove",
      reason: why,
      ...(title === undefined ? undefined : filled("title", row[title])),
      ...filled("sessionId", row.sessionId),
      ...filled("projectId", row.projectId),
      ...filled("userId", row.userId),
    };
  }
}

const nothingElse = { writes: [], blobs: [], isLast: true } as const;

function expectFree(session: string): readonly Expectation[] {
  if (session === "") return [];
  const fields = { hiddenAt: 0, pinned: false };
  return [{ type: "equals", kind: "sessions", key: [session], fields }, expectNotHeld(session)];
}

/** A field of a report, where there is something to say. */
function filled(name: string, value: unknown): object | undefined {
  return typeof value === "string" && value !== "" ? { [name]: value } : undefined;
}
