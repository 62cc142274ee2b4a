/** Where the members of a JSON object lie in its bytes. */

export interface JsonMember {
  readonly key: string;
  /** Index of the first byte of its value. */
  readonly start: number;
  /** Index after its last byte; undefined where the bytes end before that. */
  readonly end: number | undefined;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;

/**
 * The members of the object that begins at `from`, in order; of an object that is cut off, those whose values begin.
 * Nothing where no object begins. The bytes need not be valid JSON: what follows the first error is left out.
 */
export function* jsonMembers(bytes: Uint8Array, from: number): Generator<JsonMember, void, undefined> {
  if (bytes[from] !== 0x7b) return;
  for (let at = skipSpace(bytes, from + 1); bytes[at] === quote;) {
    const keyEnd = endOfString(bytes, at);
    if (keyEnd === undefined) return;
    const key = decodeKey(bytes.subarray(at, keyEnd));
    const separator = skipSpace(bytes, keyEnd);
    if (key === undefined || bytes[separator] !== colon) return;
    const start = skipSpace(bytes, separator + 1);
    if (start >= bytes.length) return;
    const end = endOfValue(bytes, start);
    yield { key, start, end };
    if (end === undefined) return;
    at = skipSpace(bytes, end);
    if (bytes[at] !== comma) return;
    at = skipSpace(bytes, at + 1);
  }
}

/** Index of the first byte from `from` on that is no white space. */
export function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at += 1;
  return at;
}

function decodeKey(bytes: Uint8Array): string | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as string;
  } catch {
    return undefined;
  }
}

/** Index after the closing quote. */
function endOfString(bytes: Uint8Array, from: number): number | undefined {
  for (let at = from + 1; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === backslash) at += 1;
    else if (byte === quote) return at + 1;
  }
  return undefined;
}

function endOfValue(bytes: Uint8Array, from: number): number | undefined {
  const first = bytes[from];
  if (first === quote) return endOfString(bytes, from);
  const isNested = first === 0x7b || first === 0x5b;
  let depth = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) {
      const end = endOfString(bytes, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (!isNested && (byte === comma || byte === 0x20 || byte === 0x0a || byte === 0x0d)) return at;
  }
  return undefined;
}
