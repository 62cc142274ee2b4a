/** What a server tells its operator. Never message text, never a query. */

/** A request that was answered. */
export interface RequestSummary {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
}

/** A failure that is not the caller's: the answer was 503, or ended half-way. */
export interface Failure {
  readonly method: string;
  readonly path: string;
  readonly error: unknown;
}

/** Writes a failure with its causes to standard error, as one line of JSON. */
export function printFailure({ method, path, error }: Failure): void {
  const causes: string[] = [];
  for (let cause = error; cause !== undefined && causes.length < 10;) {
    causes.push(cause instanceof Error ? (cause.stack ?? cause.message) : `a thrown ${typeof cause}`);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  process.stderr.write(`${JSON.stringify({ time: new Date(), event: "failure", method, path, causes })}\n`);
}
