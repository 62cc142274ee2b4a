/** The bytes of a request's body, refused while they come in when they are too many or too slow. */
import { ThroughlineError, isThroughlineError } from "@throughline/core";
import type { Limits } from "./limits.ts";

/** Reads a body whole. @throws ThroughlineError `too_large`; `unavailable` with reason `request_timeout` */
export async function readBody(request: Request, limits: Limits): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? Number.NaN);
  if (announced > limits.bodyBytes) throw tooLarge(limits);
  // A body of announced length ends by itself; only one that comes in chunks has to be counted on the way.
  const reading = Number.isNaN(announced) ? readChunks(request, limits) : readWhole(request, limits);
  return withinTime(reading, limits.bodyTimeoutMs);
}

async function readWhole(request: Request, limits: Limits): Promise<Uint8Array> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > limits.bodyBytes) throw tooLarge(limits);
  return bytes;
}

async function readChunks({ body }: Request, limits: Limits): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (body !== null) {
    // Leaving the loop cancels the rest.
    for await (const chunk of body) {
      length += chunk.length;
      if (length > limits.bodyBytes) throw tooLarge(limits);
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks, length);
}

async function withinTime<Result>(reading: Promise<Result>, limitMs: number): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(tooSlow(limitMs)), limitMs);
  try {
    return await Promise.race([reading, late]);
  } catch (error) {
    throw isThroughlineError(error) ? error : brokenOff(error);
  } finally {
    clearTimeout(timer);
    // Nobody waits for it any more when the time was up.
    reading.catch(() => undefined);
  }
}

function tooLarge({ bodyBytes }: Limits): ThroughlineError {
  return new ThroughlineError("too_large", `A body may have at most ${bodyBytes} bytes.`, {
    reason: "body",
    outcome: "refused",
    details: { limit: bodyBytes },
  });
}

function brokenOff(cause: unknown): ThroughlineError {
  return new ThroughlineError("invalid", "The body broke off.", {
    reason: "body",
    outcome: "refused",
    cause,
  });
}

function tooSlow(limitMs: number): ThroughlineError {
  return new ThroughlineError("unavailable", `The body did not arrive within ${limitMs} ms.`, {
    reason: "request_timeout",
    outcome: "refused",
    retryable: true,
    details: { limit_ms: limitMs },
  });
}
