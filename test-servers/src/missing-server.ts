/** A server that this machine does not have. The message says what to install. */
export class MissingServerError extends Error {
  override readonly name = "MissingServerError";
}

/** Whether a missing server is a failure: a machine that checks for others may not pass by skipping. */
export function mayNotSkip(): boolean {
  return process.env["CI"] === "true";
}

/** Starts a server that one test needs. Where it is missing the test is skipped with the reason, or fails with it. */
export async function startOrSkip<Server>(
  context: { readonly skip: (reason: string) => never },
  start: () => Promise<Server>,
): Promise<Server> {
  try {
    return await start();
  } catch (error) {
    if (mayNotSkip() || !(error instanceof MissingServerError)) throw error;
    return context.skip(`needs ${error.message}`);
  }
}
