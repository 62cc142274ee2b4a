/** The records that a batch touches, as they are while it is carried out. */
import type { Key } from "../contract/batch.ts";
import { isUniqueName } from "../contract/batch.ts";
import type { Kind, KeyValues, Row } from "../model/kind.ts";
import { isExpired, keyOf, keyText, uniqueKeysOf } from "../model/kind.ts";
import type { Asking, Found, Image, Lookup } from "./lookup.ts";

/** One record's place: what is stored there, and what counts. */
export interface Place {
  readonly key: KeyValues;
  /** The row in the store, after the images so far; expired and hidden ones too. */
  stored: Row | undefined;
}

/** Committed rows as they were found, with the batch's own images laid over them. */
export class Records {
  readonly images: Image[] = [];
  readonly #places = new Map<string, Place>();
  /** Unique keys, as found or as images made them: to the place that has them. */
  readonly #unique = new Map<string, Place | undefined>();
  /** Where in `images` a record's image is. */
  readonly #changed = new Map<string, number>();
  readonly #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  /** Takes the answers to lookups of records. */
  learn(lookups: readonly Lookup[], found: readonly Found[]): void {
    lookups.forEach((lookup, index) => {
      if (lookup.type !== "record") return;
      const row = found[index] as Row | undefined;
      if (!isUniqueName(lookup.key)) {
        this.#remember(lookup.kind, lookup.key, row);
        return;
      }
      const name = uniqueText(lookup.kind, lookup.key.unique, lookup.key.values);
      const place = row === undefined ? undefined : this.#remember(lookup.kind, keyOf(lookup.kind, row), row);
      if (!this.#unique.has(name)) this.#unique.set(name, place);
    });
  }

  /** The place that a key names, or undefined where a unique key names none. */
  *find(kind: Kind, key: Key): Asking<Place | undefined> {
    if (!this.#knows(kind, key)) {
      const lookups: Lookup[] = [{ type: "record", kind, key }];
      this.learn(lookups, yield lookups);
    }
    if (!isUniqueName(key)) return this.#places.get(placeText(kind, key));
    const place = this.#unique.get(uniqueText(kind, key.unique, key.values));
    // An image may have taken the unique key away from the row that was found with it.
    if (place?.stored === undefined) return undefined;
    const own = uniqueKeysOf(kind, place.stored).get(key.unique);
    return own !== undefined && keyText(own) === keyText(key.values) ? place : undefined;
  }

  /** The row at a place that counts: not one that has ended. */
  live(kind: Kind, place: Place | undefined): Row | undefined {
    const row = place?.stored;
    return row === undefined || isExpired(kind, row, this.#now) ? undefined : row;
  }

  /** Whether this batch has changed or removed the record of a primary key already. */
  isChanged(kind: Kind, key: KeyValues): boolean {
    return this.#changed.has(placeText(kind, key));
  }

  /** Whether this batch makes the record of a primary key, where none was. */
  isInserted(kind: Kind, key: KeyValues): boolean {
    const index = this.#changed.get(placeText(kind, key));
    return index !== undefined && this.images[index]?.type === "insert";
  }

  /** The revision of a record that this batch changes: one more than before it, however often it is changed. */
  nextRevision(kind: Kind, row: Row): number {
    return this.isChanged(kind, keyOf(kind, row)) ? row.revision : row.revision + 1;
  }

  /** Adds an image, and sees the records as it leaves them. A record changed twice has one image. */
  apply(image: Image): void {
    this.#addImage(image);
    const row = image.type === "remove" ? undefined : image.row;
    const place = this.#place(image.kind, image.key);
    place.stored = row;
    if (row === undefined) return;
    for (const [name, values] of uniqueKeysOf(image.kind, row)) {
      this.#unique.set(uniqueText(image.kind, name, values), place);
    }
  }

  #addImage(image: Image): void {
    const name = placeText(image.kind, image.key);
    const index = this.#changed.get(name);
    const earlier = index === undefined ? undefined : this.images[index];
    if (
      index === undefined ||
      earlier === undefined ||
      earlier.type === "remove" ||
      image.type !== "update"
    ) {
      this.#changed.set(name, this.images.length);
      this.images.push(image);
    } else if (earlier.type === "insert") {
      this.images[index] = { ...earlier, row: image.row };
    } else {
      this.images[index] = { ...image, set: { ...earlier.set, ...image.set } };
    }
  }

  #knows(kind: Kind, key: Key): boolean {
    return isUniqueName(key)
      ? this.#unique.has(uniqueText(kind, key.unique, key.values))
      : this.#places.has(placeText(kind, key));
  }

  #remember(kind: Kind, key: KeyValues, row: Row | undefined): Place {
    const known = this.#places.get(placeText(kind, key));
    if (known !== undefined) return known;
    const place = this.#place(kind, key);
    place.stored = row;
    return place;
  }

  #place(kind: Kind, key: KeyValues): Place {
    const name = placeText(kind, key);
    let place = this.#places.get(name);
    if (place === undefined) {
      place = { key, stored: undefined };
      this.#places.set(name, place);
    }
    return place;
  }
}

function placeText(kind: Kind, key: KeyValues): string {
  return `${kind.name} ${keyText(key)}`;
}

function uniqueText(kind: Kind, name: string, values: KeyValues): string {
  return `${kind.name} ${name} ${keyText(values)}`;
}
