import { type Caller, unauthorized } from "./caller.ts";
import type { Connection } from "./connection.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import { readCredentials } from "./keys/read-credentials.ts";

/** When callers need API keys: always, or as soon as the store knows one. */
export type KeyRule = "required" | "if-any";

/**
 * Finds callers by their API keys. With `if-any`, everybody is `anybody` as long as the store knows no key: whether a
 * server is open depends on its store alone, and not on when it was started.
 */
export function authenticateKeys(
  keys: KeyRing,
  rule: KeyRule,
  anybody: () => Caller,
): (request: Request, connection: Connection | undefined) => Promise<Caller> {
  return async (request, connection) => {
    if (rule === "if-any" && !(await keys.isNeeded())) return anybody();
    const key = readCredentials(request);
    if (key === undefined) throw unauthorized("credentials", "This needs an API key.");
    return keys.verify(key, connection?.address);
  };
}
