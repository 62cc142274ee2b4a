/** Records in the order of a shape: read of their collection piece by piece, with the end of the log laid over them. */
import type { KeyValues, Kind, Query } from "@throughline/core";
import { KEY_SHAPE } from "@throughline/core";
import type { Database } from "./database.ts";
import type { Interval } from "./ordered-key.ts";
import { encodeKey, intervalAfter, intervalOf, isWithin } from "./ordered-key.ts";
import type { Overlay } from "./overlay.ts";
import type { RecordDocument } from "./row-document.ts";
import { isTombstone, placeText } from "./row-document.ts";

export interface Selected extends Pick<Query, "shape" | "prefix" | "range"> {
  readonly direction?: Query["direction"];
  readonly after?: KeyValues;
}

/** Conditions on the documents of a kind: those in an interval of a shape that are records. */
export function conditionsOf(shape: string, { from, below }: Interval): Record<string, unknown> {
  const field = shape === KEY_SHAPE ? "_id" : `k.${shape}`;
  // Tombstones have no place in the other shapes.
  return {
    [field]: { $gte: from, $lt: below },
    ...(shape === KEY_SHAPE && { gone: { $exists: false } }),
  };
}

export class Scan {
  readonly #database: Database;
  readonly #kind: Kind;
  readonly #shape: string;
  readonly #direction: Query["direction"];
  readonly #interval: Interval;
  readonly #leaveOut: readonly string[];
  readonly #read: RecordDocument[] = [];
  #isExhausted = false;

  constructor(
    database: Database,
    tenant: string,
    kind: Kind,
    { shape, prefix, range, direction = "forward", after }: Selected,
    leaveOut: readonly string[] = [],
  ) {
    this.#database = database;
    this.#kind = kind;
    this.#shape = shape;
    this.#direction = direction;
    this.#leaveOut = leaveOut;
    this.#interval = intervalAfter(
      intervalOf(tenant, prefix, range),
      direction,
      after === undefined ? undefined : encodeKey(tenant, after),
    );
  }

  /** Whether the end of the interval was read. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  async fetch(count: number): Promise<void> {
    const last = this.#read.at(-1);
    const after = last === undefined ? undefined : placeText(last, this.#shape);
    const rest = intervalAfter(this.#interval, this.#direction, after);
    const field = this.#shape === KEY_SHAPE ? "_id" : `k.${this.#shape}`;
    const found = await this.#database.find<RecordDocument>(
      this.#kind.name,
      conditionsOf(this.#shape, rest),
      {
        sort: { [field]: this.#direction === "forward" ? 1 : -1 },
        limit: count,
        projection: Object.fromEntries(this.#leaveOut.map((name) => [`r.${name}`, 0])),
      },
    );
    this.#read.push(...found);
    this.#isExhausted = found.length < count;
  }

  /** The records in order, as far as they were read. */
  merged(overlay: Overlay): RecordDocument[] {
    const newer = overlay.of(this.#kind.name);
    const place = (document: RecordDocument): string => placeText(document, this.#shape);
    const sign = this.#direction === "forward" ? 1 : -1;
    const last = this.#read.at(-1);
    const frontier = this.#isExhausted || last === undefined ? undefined : place(last);
    const isRead = (key: string): boolean =>
      this.#isExhausted || (frontier !== undefined && sign * compare(key, frontier) <= 0);
    const { name } = this.#kind;
    const rows = this.#read.filter(({ _id }) => !newer.has(_id) && !overlay.isGone(name, _id));
    let isSorted = true;
    for (const document of newer.values()) {
      if (isTombstone(document) || overlay.isGone(name, document._id)) continue;
      const key = place(document);
      if (!isWithin(this.#interval, key) || !isRead(key)) continue;
      rows.push(document);
      isSorted = false;
    }
    return isSorted ? rows : rows.toSorted((left, right) => sign * compare(place(left), place(right)));
  }
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
