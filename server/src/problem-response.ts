import { type ThroughlineError, toProblem } from "@throughline/core";

/** What every answer says to browsers: do not guess types, do not keep. */
export const commonHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;

/** An answer before it is a response. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An error as an answer with problem details. */
export function problemAnswer(error: ThroughlineError): PlainAnswer {
  const problem = toProblem(error);
  const headers = {
    ...commonHeaders,
    "content-type": "application/problem+json",
    ...statusHeaders(problem.status, error),
  };
  return { status: problem.status, headers, body: `${JSON.stringify(problem)}\n` };
}

/** The same as a response. */
export function problemResponse(
  error: ThroughlineError,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const answer = problemAnswer(error);
  return new Response(answer.body, {
    status: answer.status,
    headers: { ...answer.headers, ...headers },
  });
}

function statusHeaders(
  status: number,
  { reason, retryable, details }: ThroughlineError,
): Record<string, string> {
  if (status === 401) {
    const isOver = reason === "key_revoked" || reason === "key_expired";
    return { "www-authenticate": isOver ? 'Bearer error="invalid_token"' : "Bearer" };
  }
  if (status === 429) return { "retry-after": `${Number(details?.["retryAfterSeconds"] ?? 1)}` };
  // The rest of the body is not read: the connection can't be used again.
  if (status === 408 || status === 413) return { connection: "close" };
  return status === 503 && retryable ? { "retry-after": "1" } : {};
}

/** A value as an answer with JSON. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return jsonTextResponse(status, JSON.stringify(value), headers);
}

/** The same where the JSON is written already. */
export function jsonTextResponse(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(text, {
    status,
    headers: { ...commonHeaders, "content-type": "application/json", ...headers },
  });
}

/** An answer that has nothing to say. */
export function emptyResponse(headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 204, headers: { ...commonHeaders, ...headers } });
}
