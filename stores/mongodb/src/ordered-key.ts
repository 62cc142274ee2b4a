/**
 * Keys as one string that sorts like the values it is made of, so that every order of a kind is one plain index and every
 * page one range. MongoDB compares strings by the bytes of their UTF-8, JavaScript by UTF-16 units: for these strings both
 * give the order of code points.
 */
import type { KeyValue, KeyValues, Range } from "@throughline/core";

/** Ends each value: below every character that a value holds here. */
const end = "\t";
/** Stands before a character that would sort with `end`; itself the next one after it. */
const escape = "\n";
/** Stands before a code point that UTF-16 writes as two units: those sort too low. */
const high = "\uFFFF";

// oxlint-disable-next-line no-control-regex -- They sort with the ends of values.
const special = /[\u0000-\n\uFFFF]|[\u{10000}-\u{10FFFF}]/gu;

function encodeText(text: string): string {
  return text.replaceAll(special, (character) => {
    const point = character.codePointAt(0) as number;
    if (point <= 0x0a) return escape + String.fromCharCode(0x30 + point);
    if (point === 0xffff) return `${high}!`;
    const rest = point - 0x10000;
    return high + String.fromCharCode(0x100 + (rest >> 10), 0x100 + (rest & 0x3ff));
  });
}

function encodeNumber(value: number): string {
  return value < 0
    ? `0${String(value + Number.MAX_SAFE_INTEGER).padStart(16, "0")}`
    : `1${String(value).padStart(16, "0")}`;
}

function encodeValue(value: KeyValue): string {
  return (typeof value === "string" ? encodeText(value) : encodeNumber(value)) + end;
}

/** The values of a tenant's key as one string. */
export function encodeKey(tenant: string, values: KeyValues): string {
  let key = encodeValue(tenant);
  for (const value of values) key += encodeValue(value);
  return key;
}

/** The tenant that a key begins with. */
export function tenantOf(key: string): string {
  const [encoded = ""] = key.split(end, 1);
  return encoded.replaceAll(
    /\n(.)|\uFFFF(?:(!)|(.)(.))/gsu,
    (_, low?: string, last?: string, one?: string, two?: string) => {
      if (low !== undefined) return String.fromCharCode(low.charCodeAt(0) - 0x30);
      if (last !== undefined || one === undefined || two === undefined) return high;
      return String.fromCodePoint(0x10000 + ((one.charCodeAt(0) - 0x100) << 10) + two.charCodeAt(0) - 0x100);
    },
  );
}

/** The first string after all that begin with `key`. */
function afterAll(key: string): string {
  return key.slice(0, -1) + escape;
}

/** Strings from one, included, to another, excluded; in either direction. */
export interface Interval {
  readonly from: string;
  readonly below: string;
}

/** The keys that begin with a key, which is among them. */
export function beginningWith(key: string): Interval {
  return { from: key, below: afterAll(key) };
}

/** The keys that begin with `prefix`, and go on within `range`. */
export function intervalOf(tenant: string, prefix: KeyValues, range: Range = {}): Interval {
  const whole = encodeKey(tenant, prefix);
  const at = (value: KeyValue): string => whole + encodeValue(value);
  const lower = [whole];
  const upper = [afterAll(whole)];
  if (range.from !== undefined) lower.push(at(range.from));
  if (range.above !== undefined) lower.push(afterAll(at(range.above)));
  if (range.below !== undefined) upper.push(at(range.below));
  if (range.to !== undefined) upper.push(afterAll(at(range.to)));
  return {
    from: lower.reduce((most, key) => (key > most ? key : most)),
    below: upper.reduce((least, key) => (key < least ? key : least)),
  };
}

/** What of an interval lies after a place, in a direction. */
export function intervalAfter(
  interval: Interval,
  direction: "forward" | "backward",
  after: string | undefined,
): Interval {
  if (after === undefined) return interval;
  const { from, below } = interval;
  // No key lies between one string and the same with a character more.
  if (direction === "forward") return { from: after >= from ? `${after}\u0000` : from, below };
  return { from, below: after < below ? after : below };
}

export function isWithin({ from, below }: Interval, key: string): boolean {
  return key >= from && key < below;
}
