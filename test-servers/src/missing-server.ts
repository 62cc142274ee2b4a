/** A server that this machine does not have. The message says what to install. */
export class MissingServerError extends Error {
  override readonly name = "MissingServerError";
}

/** Whether a missing server is a failure: a machine that checks for others may not pass by skipping. */
export function mayNotSkip(): boolean {
  return process.env["CI"] === "true";
}
