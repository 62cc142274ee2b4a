/** Reads what is given to a hook. Files alone are looked at: streams take as long to load as all the rest. */
import { fstatSync, read } from "node:fs";

/** Bytes of an event that are read. */
const maxBytes = 32 * 1024 * 1024;
/** Milliseconds that the caller has for it. */
const maxWait = 5_000;
/** Attempts to understand an event whose end was not said. */
const maxAttempts = 16;

export interface HookInput {
  readonly text: string;
  /** What was wrong with it. */
  readonly problem?: string;
  /** A read still waits for more: then the process does not end by itself. */
  readonly waits?: true;
}

/**
 * Standard input up to its end, or up to where it is one JSON value: some callers keep it open. What goes on after 32 MiB or
 * 5 seconds is not waited for.
 */
export async function readInput(descriptor = 0): Promise<HookInput> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let attempts = 0;
  let isLate = false;
  const late = Promise.withResolvers<"late">();
  const timer = setTimeout(() => late.resolve("late"), maxWait);
  const whole = (): string => Buffer.concat(chunks).toString("utf8");
  try {
    for (;;) {
      const chunk = await Promise.race([readChunk(descriptor), late.promise]);
      if (chunk === "late") {
        isLate = true;
        break;
      }
      if (chunk === undefined) return bytes > maxBytes ? tooLong() : { text: whole() };
      bytes += chunk.length;
      if (bytes > maxBytes) {
        // Read on and forget: a caller whose pipe breaks may take it for a failure.
        chunks.length = 0;
        continue;
      }
      chunks.push(chunk);
      if (endsValue(chunk) && attempts < maxAttempts) {
        attempts += 1;
        const text = whole();
        if (isJson(text)) return { text };
      }
    }
  } finally {
    clearTimeout(timer);
  }
  return {
    text: whole(),
    problem: `it did not end within ${maxWait / 1_000} seconds`,
    ...(isLate && { waits: true }),
  };
}

function tooLong(): HookInput {
  return { text: "", problem: `it is longer than ${maxBytes / 1024 / 1024} MiB` };
}

/** Undefined at the end. */
async function readChunk(descriptor: number): Promise<Buffer | undefined> {
  const buffer = Buffer.allocUnsafe(64 * 1024);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  read(descriptor, buffer, 0, buffer.length, null, (error, length) => {
    if (error?.code === "EOF" || (error === null && length === 0)) resolve(undefined);
    else if (error?.code === "EAGAIN") setTimeout(() => resolve(Buffer.alloc(0)), 5);
    else if (error !== null) reject(error);
    else resolve(buffer.subarray(0, length));
  });
  return promise;
}

/** Whether a terminal may be there, which is no place that events come from. */
export function mayBeTerminal(descriptor = 0): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false;
  }
}

function endsValue(chunk: Buffer): boolean {
  let last = chunk.length - 1;
  while (last >= 0 && (chunk[last] ?? 0) <= 0x20) last -= 1;
  return chunk[last] === 0x7d;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
