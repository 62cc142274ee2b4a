/**
 * What this process knows of one tenant's log: up to where it is applied, and every document after that. Every commit and
 * every read goes by it.
 */
import type { Database } from "./database.ts";
import type { LogDocument, Mark, Part } from "./log-document.ts";
import { LOG, MARKS, PARTS, partId, slotId } from "./log-document.ts";

/** A place in the log, and the feed position there. */
export interface LogPlace {
  readonly slot: number;
  readonly position: number;
}

/** The documents after the mark that was known when it began: a reader lays them over what it reads later. */
export interface View {
  /** Everything up to this slot was in the collections before the view began. */
  readonly from: number;
}

/** Slots that are asked for at once: mostly none is there. */
const FIRST_LOOK = 8;
const NEXT_LOOK = 64;
/** What was heard of the log longer ago than this is asked again before anything is written by it. */
const FRESH_MS = 10_000;
/** While other processes write, the mark is read again that often. */
const MARK_MS = 200;
/** The mark is read at least that often: documents that old may have been removed. */
const LONGEST_MARK_MS = 60_000;
/** How long after another process wrote it counts as company. */
const COMPANY_MS = 2_000;

export class TenantLog {
  readonly tenant: string;
  readonly #database: Database;
  /** Called when another process has written. */
  readonly #onForeign: () => void;
  #applied: LogPlace = { slot: 0, position: 0 };
  /** Documents from the slot after `#base` to `#end`. */
  #documents: LogDocument[] = [];
  #base = 0;
  #end: LogPlace = { slot: 0, position: 0 };
  readonly #views = new Set<View>();
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #opening: Promise<void> | undefined;
  #heardAt = -Infinity;
  #markReadAt = -Infinity;
  #companyAt = -Infinity;

  constructor(tenant: string, database: Database, onForeign: () => void) {
    this.tenant = tenant;
    this.#database = database;
    this.#onForeign = onForeign;
  }

  /** The last document that is known. */
  get end(): LogPlace {
    return this.#end;
  }

  /** The mark: everything up to it is in the collections. */
  get applied(): LogPlace {
    return this.#applied;
  }

  /** How many documents are not known to be applied. */
  get tailLength(): number {
    return this.#end.slot - this.#applied.slot;
  }

  /** Whether what is known is young enough to write by it. */
  get isFresh(): boolean {
    return performance.now() - this.#heardAt < FRESH_MS;
  }

  /** Whether another process wrote to this tenant a moment ago. */
  get hasCompany(): boolean {
    return performance.now() - this.#companyAt < COMPANY_MS;
  }

  /** Whether nobody is using it now. */
  get isIdle(): boolean {
    return this.#views.size === 0 && this.#running === undefined && this.tailLength === 0;
  }

  /** Reads the mark, once. */
  async open(): Promise<void> {
    this.#opening ??= this.readMark().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    await this.#opening;
  }

  /** Begins a view; it keeps the documents that it needs until it is ended. */
  begin(): View {
    const view = { from: this.#applied.slot };
    this.#views.add(view);
    return view;
  }

  finish(view: View): void {
    this.#views.delete(view);
    this.#trim();
  }

  /** The documents of a view up to a slot, in order; undefined if some are gone: then it has to begin again. */
  documentsOf(view: View, to: number = this.#end.slot): readonly LogDocument[] | undefined {
    if (view.from < this.#base) return undefined;
    return this.#documents.slice(view.from - this.#base, to - this.#base);
  }

  /** The documents after the mark, at most so many. */
  unapplied(limit: number): readonly LogDocument[] {
    const from = this.#applied.slot - this.#base;
    return this.#documents.slice(from, from + limit);
  }

  /** Reads what was added to the log before this call. */
  refresh(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#read().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    // One that began earlier may have missed what was acknowledged since.
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.refresh();
      });
    return this.#next;
  }

  /** Takes a document that this process has inserted. */
  append(document: LogDocument): void {
    this.#heardAt = performance.now();
    this.#take(document);
  }

  /** Everything up to a place was written to the collections. */
  moveMark(place: LogPlace): void {
    if (place.slot <= this.#applied.slot) return;
    this.#applied = place;
    if (place.slot > this.#end.slot) {
      this.#documents = [];
      this.#base = place.slot;
      this.#end = place;
    }
    this.#trim();
  }

  async readMark(): Promise<void> {
    const mark = await this.#database.findOne<Mark>(MARKS, this.tenant);
    this.#markReadAt = performance.now();
    this.#heardAt = this.#markReadAt;
    if (mark?.slot !== undefined) this.moveMark({ slot: mark.slot, position: mark.position ?? 0 });
  }

  async #read(): Promise<void> {
    const began = performance.now();
    // After so long, slots that are not known here may be gone: those after the mark are looked for when it is known.
    if (began - this.#markReadAt > LONGEST_MARK_MS) await this.readMark();
    const isOverdue = this.tailLength > 0 && began - this.#markReadAt > MARK_MS;
    const [isForeign] = await Promise.all([this.#readDocuments(), isOverdue ? this.readMark() : undefined]);
    this.#heardAt = began;
    if (!isForeign) return;
    this.#companyAt = performance.now();
    this.#onForeign();
  }

  /** Reads documents until there are no more; answers whether there were any. */
  async #readDocuments(): Promise<boolean> {
    let any = false;
    for (let look = FIRST_LOOK; ; look = NEXT_LOOK) {
      const from = this.#end.slot;
      const ids = Array.from({ length: look }, (_, index) => slotId(this.tenant, from + 1 + index));
      const found = await this.#database.find<LogDocument>(LOG, { _id: { $in: ids } }, { sort: { _id: 1 } });
      for (const document of found) any = (await this.#takeRead(document)) || any;
      // A slot that was skipped was filled while this was read.
      const last = found.at(-1)?.slot ?? 0;
      if (last <= this.#end.slot && found.length < look) return any;
    }
  }

  async #takeRead(document: LogDocument): Promise<boolean> {
    if (document.slot !== this.#end.slot + 1) return false;
    const whole = await this.#withParts(document);
    if (whole !== undefined) return this.#take(whole);
    // Its images were taken away, because they are in the collections: so the mark has passed it.
    await this.readMark();
    return false;
  }

  /** The document with its images, or undefined if it has them no more. */
  async #withParts(document: LogDocument): Promise<LogDocument | undefined> {
    if (document.open !== true) return undefined;
    const { parts = 0, token } = document;
    if (parts === 0) return document;
    const ids = Array.from({ length: parts }, (_, part) => partId(token, part));
    const found = await this.#database.find<Part>(PARTS, { _id: { $in: ids } });
    if (found.length < parts) return undefined;
    const images = new Map(found.map((part) => [part._id, part.images]));
    return { ...document, images: ids.flatMap((id) => images.get(id) ?? []) };
  }

  #take(document: LogDocument): boolean {
    if (document.slot !== this.#end.slot + 1) return false;
    this.#documents.push(document);
    this.#end = { slot: document.slot, position: document.position };
    return true;
  }

  #trim(): void {
    let keep = this.#applied.slot;
    for (const { from } of this.#views) keep = Math.min(keep, from);
    if (keep <= this.#base) return;
    this.#documents = this.#documents.slice(keep - this.#base);
    this.#base = keep;
  }
}
