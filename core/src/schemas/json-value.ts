/** Opaque JSON: refused where it is not JSON, rather than changed. */
import canonicalize from "canonicalize";
import * as v from "valibot";
import { ThroughlineError } from "../error.ts";

const metadataDepth = 64;
const metadataBytes = 64 * 1024;
const opaqueDepth = 500;

/** A JSON value inside a part or a native payload. */
export const jsonValue = v.pipe(
  v.unknown(),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = findNonJson(dataset.value, opaqueDepth);
    if (problem !== undefined) addIssue({ message: problem });
  }),
);

/** A JSON object that people can query: at most 64 levels and 64 KiB, no lone surrogates or NUL. */
export const metadata = v.pipe(
  v.custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "must be an object",
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = findNonJson(dataset.value, metadataDepth) ?? findUnsafeText(dataset.value);
    if (problem !== undefined) addIssue({ message: problem });
  }),
);

type Scalar = string | number | boolean | null;
const metadataPaths = 5;

/** Scalars by dotted path: `{ "build.branch": "main" }`, at most five. Any text is a path, `constructor` too. */
export const metadataFilter = v.pipe(
  v.custom<Readonly<Record<string, Scalar>>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value) && isPlain(value),
    "must be an object",
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const entries = Object.entries(dataset.value);
    if (entries.length > metadataPaths) addIssue({ message: `must have at most ${metadataPaths} paths` });
    const wrong = entries.find(([, value]) => !isScalar(value));
    if (wrong !== undefined) {
      addIssue({ message: `must have text, a number, true, false or null at ${wrong[0]}` });
    }
    const unsafe = findUnsafeText(dataset.value);
    if (unsafe !== undefined) addIssue({ message: unsafe });
  }),
);

function isScalar(value: unknown): value is Scalar {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value === "string" || typeof value === "boolean" || value === null;
}

/** Canonical JSON text (RFC 8785), `''` for nothing; refuses what is over 64 KiB. `field` is what it is called. */
export function writeMetadata(
  value: Readonly<Record<string, unknown>> | null | undefined,
  field = "metadata",
): string {
  if (value === undefined || value === null) return "";
  for (const _ in value) {
    const text = canonicalize(value) ?? "";
    if (new TextEncoder().encode(text).length <= metadataBytes) return text;
    throw new ThroughlineError("too_large", `${field} may have at most ${metadataBytes} bytes.`, {
      reason: "metadata",
      outcome: "refused",
      details: { field, limit: metadataBytes },
    });
  }
  return "";
}

export function readMetadata(text: unknown): Record<string, unknown> {
  return typeof text === "string" && text !== "" ? (JSON.parse(text) as Record<string, unknown>) : {};
}

/** What keeps a value from being JSON, or undefined. Walks without recursion, so that depth can't overflow the stack. */
export function findNonJson(root: unknown, depthLimit: number): string | undefined {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 0 }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value, depth } = place;
    if (typeof value === "string" || typeof value === "boolean" || value === null) continue;
    if (typeof value === "number") {
      if (!Number.isFinite(value)) return "must not hold NaN or infinite numbers";
      continue;
    }
    if (typeof value !== "object") return `must be JSON: it holds a value of type ${typeof value}`;
    if (depth >= depthLimit) return `must have at most ${depthLimit} levels`;
    if (!isPlain(value)) return "must be JSON: plain objects and arrays only";
    const inner: readonly unknown[] = Object.values(value);
    if (Array.isArray(value) && inner.length !== value.length) return "must be JSON: an array has no holes";
    for (const each of inner) open.push({ value: each, depth: depth + 1 });
  }
  return undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

function findUnsafeText(root: unknown): string | undefined {
  const open: unknown[] = [root];
  for (let value = open.pop(); open.length > 0 || value !== undefined; value = open.pop()) {
    if (typeof value === "string" && (!value.isWellFormed() || value.includes("\0"))) {
      return "must have neither NUL nor lone surrogates";
    }
    if (typeof value === "object" && value !== null) {
      // One by one: as arguments of one call, many of them overflow the stack.
      for (const [name, inner] of Object.entries(value)) open.push(name, inner);
    }
  }
  return undefined;
}
