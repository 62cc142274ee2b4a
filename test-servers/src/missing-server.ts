/** A server that this machine does not have. The message says what to install. */
export class MissingServerError extends Error {
  override readonly name = "MissingServerError";
}
